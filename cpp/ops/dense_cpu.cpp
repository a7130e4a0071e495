#include "ops/dense.h"

#include "ops/dense_vector_cpu.h"
#include "ops/gemm_cpu.h"

namespace lamella::ops {

namespace {

int64_t packed_bytes(const Context& context, DType dtype, int64_t in, int64_t units) {
  if (units == 1) return 0;
  return dispatch(dtype, [&](auto t) {
    using T = decltype(t);
    return packed_size<T>(context.kernels, in, units) * int64_t{sizeof(T)};
  });
}

// Cut by columns as the product is, so that whoever packs a panel multiplies with it.
void pack(const Context& context, const TensorView& kernel, void* packed) {
  constexpr int64_t kPanels = 2;
  dispatch(kernel.dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t k = kernel.rows, n = kernel.cols, width = kPanels * context.kernels.geometry<T>().panel;
    context.pool.parallel_for(ceil_div(n, width), rows_per_chunk(k * width), [&](int64_t begin, int64_t end) {
      for (int64_t column = begin * width; column < std::min(n, end * width); column += width) {
        pack_panels(context.kernels, k, std::min(width, n - column), kernel.as<T>() + column, n,
                    static_cast<T*>(packed) + column * k);
      }
    });
  });
}

template <class T>
void activate_item(const kernels::Table<T>& table, const DenseForward& p, const Cut& cut, int64_t item) {
  if (p.activation == Activation::linear) return;
  const kernels::ActivationParameters<T> parameters{.a = static_cast<T>(p.alpha)};
  const Region region = region_of(cut, p.y.rows, p.y.cols, item);
  T* y = p.y.as<T>() + region.row * p.y.cols + region.column;
  if (region.cols == p.y.cols) {
    table.activation_forward(p.activation, parameters, region.rows * region.cols, y, y);
  } else {
    for (int64_t i = 0; i < region.rows; ++i, y += p.y.cols) {
      table.activation_forward(p.activation, parameters, region.cols, y, y);
    }
  }
}

void forward(const Context& context, const DenseForward& p) {
  if (p.y.cols == 1) return single_unit_forward(context, p);
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    const Product<T> product{.m = p.x.rows,
                             .n = p.y.cols,
                             .k = p.x.cols,
                             .a = p.x.as<T>(),
                             .a_row = p.x.cols,
                             .a_k = 1,
                             .packed = static_cast<const T*>(p.packed),
                             .b = p.kernel.as<T>(),
                             .b_k = p.y.cols,
                             .b_column = 1,
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
  if (units == 1) return 0;
  return dispatch(dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t gradient = packed_size<T>(context.kernels, rows, units);
    const int64_t kernel =
        is_transposed_at_once(dtype, in, units) ? packed_size<T>(context.kernels, units, in) : 0;
    return (gradient + kernel) * int64_t{sizeof(T)};
  });
}

// Items [begin, end) of two lists of `first` and `second` items that are run through side by side.
struct TwoLists {
  TwoLists(int64_t begin, int64_t end, int64_t first, int64_t second)
      : first_begin(begin * first / (first + second)),
        first_end(end * first / (first + second)),
        second_begin(begin - first_begin),
        second_end(end - first_end) {}

  int64_t first_begin, first_end, second_begin, second_end;
};

// First pass: dz over dy, its panels, the bias gradient; beside it the panels of the transposed kernel,
// unless null.
template <class T>
void prepare_backward(const Context& context, const DenseBackward& p, T* packed_dz, T* packed_kernel) {
  const int64_t panel = context.kernels.geometry<T>().panel;
  const int64_t rows = p.dy.rows, units = p.dy.cols, in = p.x.cols;
  const int64_t unit_panels = ceil_div(units, panel);
  const int64_t input_panels = p.dx && packed_kernel ? ceil_div(in, panel) : 0;
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
  const auto transposed_panel = [&](int64_t j) {
    const int64_t column = j * panel;
    context.kernels.table<T>().pack_panel_transposed(units, std::min(panel, in - column),
                                                     p.kernel.as<T>() + column * units, units,
                                                     packed_kernel + column * units);
  };
  const int64_t grain = rows_per_chunk(panel * std::max(rows, units));
  context.pool.parallel_for(unit_panels + input_panels, grain, [&](int64_t begin, int64_t end) {
    const TwoLists lists(begin, end, unit_panels, input_panels);
    for (int64_t j = lists.first_begin; j < lists.first_end; ++j) gradient_panel(j);
    for (int64_t j = lists.second_begin; j < lists.second_end; ++j) transposed_panel(j);
  });
}

void backward(const Context& context, const DenseBackward& p) {
  if (p.dy.cols == 1) return single_unit_backward(context, p);
  if (p.dy.rows == 1) return single_row_backward(context, p);
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t rows = p.dy.rows, units = p.dy.cols, in = p.x.cols;
    T* packed_dz = static_cast<T*>(p.scratch);
    T* packed_kernel = is_transposed_at_once(p.x.dtype, in, units)
                           ? packed_dz + packed_size<T>(context.kernels, rows, units)
                           : nullptr;
    prepare_backward<T>(context, p, packed_dz, packed_kernel);

    const Product<T> weights{.m = in,
                             .n = units,
                             .k = rows,
                             .a = p.x.as<T>(),
                             .a_row = 1,
                             .a_k = in,
                             .packed = packed_dz,
                             .b = nullptr,
                             .b_k = 0,
                             .b_column = 0,
                             .bias = nullptr,
                             .c = p.kernel_gradient.as<T>()};
    const Product<T> inputs{.m = rows,
                            .n = in,
                            .k = units,
                            .a = p.dy.as<T>(),
                            .a_row = units,
                            .a_k = 1,
                            .packed = packed_kernel,
                            .b = p.kernel.as<T>(),
                            .b_k = 1,
                            .b_column = units,
                            .bias = nullptr,
                            .c = p.dx.as<T>()};
    const Cut weights_cut = cut_product<T>(context.kernels, in, units, rows);
    const Cut inputs_cut = cut_product<T>(context.kernels, rows, in, units);
    const int64_t weight_items = p.kernel_gradient ? weights_cut.items() : 0;
    const int64_t input_items = p.dx ? inputs_cut.items() : 0;
    const int64_t grain = std::max(weights_cut.grain, inputs_cut.grain);
    context.pool.parallel_for(weight_items + input_items, grain, [&](int64_t begin, int64_t end) {
      const TwoLists lists(begin, end, weight_items, input_items);
      for (int64_t i = lists.first_begin; i < lists.first_end; ++i) {
        multiply_item(context.kernels, weights, weights_cut, i);
      }
      for (int64_t i = lists.second_begin; i < lists.second_end; ++i) {
        multiply_item(context.kernels, inputs, inputs_cut, i);
      }
    });
  });
}

}  // namespace

extern const DenseOps dense_cpu;
const DenseOps dense_cpu{packed_bytes, pack, forward, backward_scratch_bytes, backward};

}  // namespace lamella::ops
