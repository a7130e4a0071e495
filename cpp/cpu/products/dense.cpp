#include "ops/dense.h"

#include "cpu/products/dense_vector.h"
#include "cpu/products/gemm.h"
#include "cpu/range.h"
#include "cpu/tables.h"

namespace lamella::cpu {

namespace {

// For the gradient of the input the transposed kernel is packed as a whole; one beyond the second-level cache
// piece by piece in the product: as a whole it would be written to memory and read again.
bool is_transposed_at_once(DType dtype, int64_t in, int64_t units) {
  return in * units * size_of(dtype) <= kPackedByPiecesBytes;
}

int64_t packed_bytes(const Context& context, DType dtype, int64_t in, int64_t units) {
  if (units == 1) return 0;
  return dispatch(dtype, [&](auto t) {
    using T = decltype(t);
    return packed_size<T>(kernels_of(context), in, units) * int64_t{sizeof(T)};
  });
}

// Cut by columns as the product is, so that whoever packs a panel multiplies with it.
void pack(const Context& context, const TensorView& kernel, void* packed) {
  constexpr int64_t kPanels = 2;
  dispatch(kernel.dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t k = kernel.rows, n = kernel.cols, width = kPanels * kernels_of(context).geometry<T>().panel;
    context.device.threads.parallel_for(
        ceil_div(n, width), rows_per_chunk(k * width), [&](int64_t begin, int64_t end) {
          for (int64_t column = begin * width; column < std::min(n, end * width); column += width) {
            pack_panels(kernels_of(context), k, std::min(width, n - column), kernel.as<T>() + column, n,
                        static_cast<T*>(packed) + column * k);
          }
        });
  });
}

template <class T>
void activate_item(const kernels::Table<T>& table, const DenseForward& p, const Cut& cut, int64_t item) {
  if (p.activation == Activation::linear) return;
  const ActivationParameters<T> parameters{.a = static_cast<T>(p.alpha)};
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
    const Cut cut = cut_product<T>(kernels_of(context), product.m, product.n, product.k);
    context.device.threads.parallel_for(cut.items(), cut.grain, [&](int64_t begin, int64_t end) {
      for (int64_t item = begin; item < end; ++item) {
        multiply_item(kernels_of(context), product, cut, item);
        activate_item(kernels_of(context).table<T>(), p, cut, item);
      }
    });
  });
}

int64_t backward_scratch_bytes(const Context& context, DType dtype, int64_t rows, int64_t in, int64_t units) {
  if (units == 1) return 0;
  return dispatch(dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t gradient = packed_size<T>(kernels_of(context), rows, units);
    const int64_t kernel =
        is_transposed_at_once(dtype, in, units) ? packed_size<T>(kernels_of(context), units, in) : 0;
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

// Panel j of dz, over dy, its copy in panels and the bias gradient, either of which may be null.
template <class T>
void differentiate_panel(const Context& context, const DenseBackward& p, int64_t j, T* packed,
                         T* bias_gradient) {
  const int64_t panel = kernels_of(context).geometry<T>().panel, column = j * panel;
  kernels_of(context).table<T>().dense_gradient_panel({.activation = p.activation,
                                                       .alpha = static_cast<T>(p.alpha),
                                                       .rows = p.dy.rows,
                                                       .cols = std::min(panel, p.dy.cols - column),
                                                       .y = p.y ? p.y.as<T>() + column : nullptr,
                                                       .dy = p.dy.as<T>() + column,
                                                       .ld = p.dy.cols,
                                                       .dz = p.dy.as<T>() + column,
                                                       .packed = packed,
                                                       .bias_gradient = bias_gradient});
}

// First pass: dz over dy, its panels, the bias gradient; beside it the panels of the transposed kernel,
// unless null.
template <class T>
void prepare_backward(const Context& context, const DenseBackward& p, T* packed_dz, T* packed_kernel) {
  const int64_t panel = kernels_of(context).geometry<T>().panel;
  const int64_t rows = p.dy.rows, units = p.dy.cols, in = p.x.cols;
  const int64_t unit_panels = ceil_div(units, panel);
  const int64_t input_panels = p.dx && packed_kernel ? ceil_div(in, panel) : 0;
  const auto gradient_panel = [&](int64_t j) {
    const int64_t column = j * panel;
    differentiate_panel<T>(context, p, j, p.kernel_gradient ? packed_dz + column * rows : nullptr,
                           p.bias_gradient ? p.bias_gradient.as<T>() + column : nullptr);
  };
  const auto transposed_panel = [&](int64_t j) {
    const int64_t column = j * panel;
    kernels_of(context).table<T>().pack_panel_transposed(units, std::min(panel, in - column),
                                                         p.kernel.as<T>() + column * units, units,
                                                         packed_kernel + column * units);
  };
  const int64_t grain = rows_per_chunk(panel * std::max(rows, units));
  context.device.threads.parallel_for(unit_panels + input_panels, grain, [&](int64_t begin, int64_t end) {
    const TwoLists lists(begin, end, unit_panels, input_panels);
    for (int64_t j = lists.first_begin; j < lists.first_end; ++j) gradient_panel(j);
    for (int64_t j = lists.second_begin; j < lists.second_end; ++j) transposed_panel(j);
  });
}

// Of some rows of the kernel, from dz in panels.
template <class T>
Product<T> kernel_gradient_product(const DenseBackward& p, const Range& rows) {
  return {.m = rows.size(),
          .n = p.dy.cols,
          .k = p.dy.rows,
          .a = p.x.as<T>() + rows.begin,
          .a_row = 1,
          .a_k = p.x.cols,
          .packed = static_cast<const T*>(p.scratch),
          .b = nullptr,
          .b_k = 0,
          .b_column = 0,
          .bias = nullptr,
          .c = p.kernel_gradient.as<T>() + rows.begin * p.dy.cols};
}

// packed: the transposed kernel in panels, or null.
template <class T>
Product<T> input_gradient_product(const DenseBackward& p, const T* packed) {
  return {.m = p.dy.rows,
          .n = p.x.cols,
          .k = p.dy.cols,
          .a = p.dy.as<T>(),
          .a_row = p.dy.cols,
          .a_k = 1,
          .packed = packed,
          .b = p.kernel.as<T>(),
          .b_k = 1,
          .b_column = p.dy.cols,
          .bias = nullptr,
          .c = p.dx.as<T>()};
}

void backward(const Context& context, const DenseBackward& p) {
  if (p.dy.cols == 1) return single_unit_backward(context, p);
  if (p.dy.rows == 1) return single_row_backward(context, p);
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t rows = p.dy.rows, units = p.dy.cols, in = p.x.cols;
    T* packed_dz = static_cast<T*>(p.scratch);
    T* packed_kernel = is_transposed_at_once(p.x.dtype, in, units)
                           ? packed_dz + packed_size<T>(kernels_of(context), rows, units)
                           : nullptr;
    prepare_backward<T>(context, p, packed_dz, packed_kernel);

    const Product<T> weights = kernel_gradient_product<T>(p, {0, in});
    const Product<T> inputs = input_gradient_product<T>(p, packed_kernel);
    const Cut weights_cut = cut_product<T>(kernels_of(context), in, units, rows);
    const Cut inputs_cut = cut_product<T>(kernels_of(context), rows, in, units);
    const int64_t weight_items = p.kernel_gradient ? weights_cut.items() : 0;
    const int64_t input_items = p.dx ? inputs_cut.items() : 0;
    const int64_t grain = std::max(weights_cut.grain, inputs_cut.grain);
    context.device.threads.parallel_for(weight_items + input_items, grain, [&](int64_t begin, int64_t end) {
      const TwoLists lists(begin, end, weight_items, input_items);
      for (int64_t i = lists.first_begin; i < lists.first_end; ++i) {
        multiply_item(kernels_of(context), weights, weights_cut, i);
      }
      for (int64_t i = lists.second_begin; i < lists.second_end; ++i) {
        multiply_item(kernels_of(context), inputs, inputs_cut, i);
      }
    });
  });
}

// A thread transposes the kernel for itself, panel by panel, which takes no longer than waiting for it.
void backward_rows(const Context& context, const DenseBackward& p) {
  if (p.dy.cols == 1) return single_unit_rows(context, p);
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t panel = kernels_of(context).geometry<T>().panel;
    T* packed_dz = static_cast<T*>(p.scratch) + p.first_row * panel;
    for (int64_t j = 0; j < ceil_div(p.dy.cols, panel); ++j)
      differentiate_panel<T>(context, p, j, packed_dz + j * panel * p.batch_rows, nullptr);
    if (!p.dx) return;
    const Product<T> product = input_gradient_product<T>(p, nullptr);
    Cut cut = cut_product<T>(kernels_of(context), product.m, product.n, product.k);
    if (!copies_pay<T>(product.m, product.k)) cut.row_blocks = 1;  // each panel is transposed once
    for (int64_t item = 0; item < cut.items(); ++item) multiply_item(kernels_of(context), product, cut, item);
  });
}

void backward_variables(const Context& context, const DenseBackward& p, int64_t share, int64_t count) {
  if (p.dy.cols == 1) return single_unit_variables(context, p, share, count);
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    const Range rows = part_of(p.x.cols, share, count);
    if (p.kernel_gradient && rows.size() > 0) {
      const Product<T> product = kernel_gradient_product<T>(p, rows);
      const Cut cut = cut_product<T>(kernels_of(context), product.m, product.n, product.k);
      for (int64_t item = 0; item < cut.items(); ++item)
        multiply_item(kernels_of(context), product, cut, item);
    }
    if (!p.bias_gradient) return;
    DenseBackward sums = p;
    sums.activation = Activation::linear;  // dy is dz by now
    const int64_t panel = kernels_of(context).geometry<T>().panel;
    const Range panels = part_of(ceil_div(p.dy.cols, panel), share, count);
    for (int64_t j = panels.begin; j < panels.end; ++j)
      differentiate_panel<T>(context, sums, j, nullptr, p.bias_gradient.as<T>() + j * panel);
  });
}

}  // namespace

const DenseOps dense_ops{packed_bytes, pack,          forward,           backward_scratch_bytes,
                         backward,     backward_rows, backward_variables};

}  // namespace lamella::cpu
