#include "ops/dense.h"

#include "ops/gemm_cpu.h"

namespace lamella::ops {

namespace {

int64_t packed_bytes(const Context& context, DType dtype, int64_t in, int64_t units) {
  return dispatch(dtype, [&](auto t) {
    using T = decltype(t);
    return packed_size<T>(context.kernels, in, units) * int64_t{sizeof(T)};
  });
}

// Panels of kernel[k, n]; transposed: panels of the transpose of kernel[n, k].
template <class T>
void pack_panels(const kernels::Kernels& kernels, bool transposed, int64_t k, int64_t n, const T* b,
                 int64_t begin, int64_t end, T* packed) {
  const int64_t panel = kernels.geometry<T>().panel;
  for (int64_t j = begin; j < end; ++j) {
    const int64_t cols = std::min(panel, n - j * panel);
    T* out = packed + j * panel * k;
    if (transposed) {
      kernels.table<T>().pack_panel_transposed(k, cols, b + j * panel * k, k, out);
    } else {
      kernels.table<T>().pack_panel(k, cols, b + j * panel, n, out);
    }
  }
}

void pack(const Context& context, const TensorView& kernel, void* packed) {
  dispatch(kernel.dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t panel = context.kernels.geometry<T>().panel;
    const int64_t grain = rows_per_chunk(kernel.rows * panel);
    context.pool.parallel_for(ceil_div(kernel.cols, panel), grain, [&](int64_t begin, int64_t end) {
      pack_panels<T>(context.kernels, false, kernel.rows, kernel.cols, kernel.as<T>(), begin, end,
                     static_cast<T*>(packed));
    });
  });
}

template <class T>
void activate_item(const kernels::Table<T>& table, const DenseForward& p, const Cut& cut, int64_t item) {
  if (p.activation == Activation::linear) return;
  const T alpha = static_cast<T>(p.alpha);
  const int64_t column = item / cut.row_blocks * cut.panel;
  const int64_t row_begin = item % cut.row_blocks * cut.block_rows;
  const int64_t rows = std::min(cut.block_rows, p.y.rows - row_begin);
  const int64_t cols = std::min(cut.panel, p.y.cols - column);
  T* y = p.y.as<T>() + row_begin * p.y.cols + column;
  if (cols == p.y.cols) {
    table.activation_forward(p.activation, alpha, rows * cols, y, y);
  } else {
    for (int64_t i = 0; i < rows; ++i, y += p.y.cols)
      table.activation_forward(p.activation, alpha, cols, y, y);
  }
}

void forward(const Context& context, const DenseForward& p) {
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    const Product<T> product{.m = p.x.rows,
                             .n = p.y.cols,
                             .k = p.x.cols,
                             .a = p.x.as<T>(),
                             .a_row = p.x.cols,
                             .a_k = 1,
                             .packed = static_cast<const T*>(p.packed),
                             .bias = p.bias.as<T>(),
                             .c = p.y.as<T>()};
    const Cut cut = cut_product<T>(context.kernels, product.m, product.n, product.k);
    context.pool.parallel_for(cut.items(), cut.grain, [&](int64_t begin, int64_t end) {
      for (int64_t item = begin; item < end; ++item) {
        multiply_item(context.kernels, product, cut, item);
        activate_item(context.kernels.table<T>(), p, cut, item);
      }
    });
  });
}

int64_t backward_scratch_bytes(const Context& context, DType dtype, int64_t rows, int64_t in, int64_t units) {
  return dispatch(dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t gradient = packed_size<T>(context.kernels, rows, units);
    return (gradient + packed_size<T>(context.kernels, units, in)) * int64_t{sizeof(T)};
  });
}

// First pass: dz over dy, its panels, the bias gradient; beside it the panels of the transposed kernel.
template <class T>
void prepare_backward(const Context& context, const DenseBackward& p, T* packed_dz, T* packed_kernel) {
  const int64_t panel = context.kernels.geometry<T>().panel;
  const int64_t rows = p.dy.rows, units = p.dy.cols, in = p.x.cols;
  const int64_t unit_panels = ceil_div(units, panel);
  const int64_t input_panels = p.dx ? ceil_div(in, panel) : 0;
  const auto gradient_panel = [&](int64_t j) {
    const int64_t column = j * panel;
    context.kernels.table<T>().dense_gradient_panel(
        {.activation = p.activation,
         .alpha = static_cast<T>(p.alpha),
         .rows = rows,
         .cols = std::min(panel, units - column),
         .y = p.y ? p.y.as<T>() + column : nullptr,
         .dy = p.dy.as<T>() + column,
         .ld = units,
         .dz = p.dy.as<T>() + column,
         .packed = p.kernel_gradient ? packed_dz + column * rows : nullptr,
         .bias_gradient = p.bias_gradient ? p.bias_gradient.as<T>() + column : nullptr,
         .accumulate_bias = false});
  };
  const int64_t grain = rows_per_chunk(panel * std::max(rows, units));
  context.pool.parallel_for(unit_panels + input_panels, grain, [&](int64_t begin, int64_t end) {
    for (int64_t j = begin; j < std::min(end, unit_panels); ++j) gradient_panel(j);
    pack_panels<T>(context.kernels, true, units, in, p.kernel.as<T>(),
                   std::max(begin, unit_panels) - unit_panels, std::max(end, unit_panels) - unit_panels,
                   packed_kernel);
  });
}

void backward(const Context& context, const DenseBackward& p) {
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t rows = p.dy.rows, units = p.dy.cols, in = p.x.cols;
    T* packed_dz = static_cast<T*>(p.scratch);
    T* packed_kernel = packed_dz + packed_size<T>(context.kernels, rows, units);
    prepare_backward<T>(context, p, packed_dz, packed_kernel);

    const Product<T> weights{.m = in,
                             .n = units,
                             .k = rows,
                             .a = p.x.as<T>(),
                             .a_row = 1,
                             .a_k = in,
                             .packed = packed_dz,
                             .bias = nullptr,
                             .c = p.kernel_gradient.as<T>()};
    const Product<T> inputs{.m = rows,
                            .n = in,
                            .k = units,
                            .a = p.dy.as<T>(),
                            .a_row = units,
                            .a_k = 1,
                            .packed = packed_kernel,
                            .bias = nullptr,
                            .c = p.dx.as<T>()};
    const Cut weights_cut = cut_product<T>(context.kernels, in, units, rows);
    const Cut inputs_cut = cut_product<T>(context.kernels, rows, in, units);
    const int64_t weight_items = p.kernel_gradient ? weights_cut.items() : 0;
    const int64_t input_items = p.dx ? inputs_cut.items() : 0;
    const int64_t grain = std::max(weights_cut.grain, inputs_cut.grain);
    context.pool.parallel_for(weight_items + input_items, grain, [&](int64_t begin, int64_t end) {
      for (int64_t item = begin; item < end; ++item) {
        if (item < weight_items) {
          multiply_item(context.kernels, weights, weights_cut, item);
        } else {
          multiply_item(context.kernels, inputs, inputs_cut, item - weight_items);
        }
      }
    });
  });
}

}  // namespace

extern const DenseOps dense_cpu;
const DenseOps dense_cpu{packed_bytes, pack, forward, backward_scratch_bytes, backward};

}  // namespace lamella::ops
