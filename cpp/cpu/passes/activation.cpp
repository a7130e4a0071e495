#include "ops/activation.h"

#include "cpu/column_blocks.h"
#include "cpu/tables.h"

namespace lamella::cpu {

namespace {

template <class T>
ActivationParameters<T> as_type(const ActivationParameters<double>& p) {
  return {static_cast<T>(p.a), static_cast<T>(p.threshold), static_cast<T>(p.low), static_cast<T>(p.high)};
}

void forward(const Context& context, Activation kind, const ActivationParameters<double>& parameters,
             const TensorView& x, const TensorView& y) {
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    const auto p = as_type<T>(parameters);
    context.device.threads.parallel_for(x.size(), kGrainElements, [&](int64_t begin, int64_t end) {
      kernels_of(context).table<T>().activation_forward(kind, p, end - begin, x.as<T>() + begin,
                                                        y.as<T>() + begin);
    });
  });
}

void backward(const Context& context, Activation kind, const ActivationParameters<double>& parameters,
              const TensorView& saved, const TensorView& dy, const TensorView& dx) {
  dispatch(dy.dtype, [&](auto t) {
    using T = decltype(t);
    const auto p = as_type<T>(parameters);
    context.device.threads.parallel_for(dy.size(), kGrainElements, [&](int64_t begin, int64_t end) {
      kernels_of(context).table<T>().activation_backward(kind, p, end - begin, saved.as<T>() + begin,
                                                         dy.as<T>() + begin, dx.as<T>() + begin);
    });
  });
}

constexpr int64_t kExponential = 8;  // an exponential takes as long as so many simple operations

// body(table, T{}, first row, rows) for the chunks of so many rows of about cols elements.
template <class Body>
void over_rows(const Context& context, DType dtype, int64_t rows, int64_t cols, Body body) {
  dispatch(dtype, [&](auto t) {
    using T = decltype(t);
    context.device.threads.parallel_for(rows, rows_per_chunk(cols), [&](int64_t begin, int64_t end) {
      body(kernels_of(context).table<T>(), T{}, begin, end - begin);
    });
  });
}

void rows_forward(const Context& context, RowActivation kind, const TensorView& x, const TensorView& y) {
  const int64_t work = kExponential * x.cols;
  over_rows(context, x.dtype, x.rows, work, [&](const auto& table, auto t, int64_t first, int64_t rows) {
    using T = decltype(t);
    const auto kernel = kind == RowActivation::softmax       ? table.softmax_forward
                        : kind == RowActivation::log_softmax ? table.log_softmax_forward
                                                             : table.sparsemax_forward;
    kernel(rows, x.cols, x.as<T>() + first * x.cols, y.as<T>() + first * x.cols);
  });
}

void rows_backward(const Context& context, RowActivation kind, const TensorView& y, const TensorView& dy,
                   const TensorView& dx) {
  over_rows(context, y.dtype, y.rows, y.cols, [&](const auto& table, auto t, int64_t first, int64_t rows) {
    using T = decltype(t);
    const auto kernel = kind == RowActivation::softmax       ? table.softmax_backward
                        : kind == RowActivation::log_softmax ? table.log_softmax_backward
                                                             : table.sparsemax_backward;
    const int64_t at = first * y.cols;
    kernel(rows, y.cols, y.as<T>() + at, dy.as<T>() + at, dx.as<T>() + at);
  });
}

void gated_linear_forward(const Context& context, const TensorView& x, const TensorView& y) {
  over_rows(context, y.dtype, y.rows, x.cols, [&](const auto& table, auto t, int64_t first, int64_t rows) {
    using T = decltype(t);
    table.gated_linear_forward(rows, y.cols, x.as<T>() + first * x.cols, y.as<T>() + first * y.cols);
  });
}

void gated_linear_backward(const Context& context, const TensorView& x, const TensorView& dy,
                           const TensorView& dx) {
  over_rows(context, dy.dtype, dy.rows, x.cols, [&](const auto& table, auto t, int64_t first, int64_t rows) {
    using T = decltype(t);
    table.gated_linear_backward(rows, dy.cols, x.as<T>() + first * x.cols, dy.as<T>() + first * dy.cols,
                                dx.as<T>() + first * x.cols);
  });
}

// Columns are cut into blocks of this many; a block's sums go over all rows in order.
constexpr int64_t kBlockColumns = 64;

template <class Body>
void over_columns(const Context& context, const TensorView& x, Body body) {
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    for_column_blocks(
        context, x.cols, kBlockColumns, x.rows * kBlockColumns,
        [&](int64_t first, int64_t cols) { body(kernels_of(context).table<T>(), T{}, first, cols); });
  });
}

void prelu_forward(const Context& context, const TensorView& x, const void* alpha, const TensorView& y) {
  over_columns(context, x, [&](const auto& table, auto t, int64_t first, int64_t cols) {
    using T = decltype(t);
    table.prelu_forward(x.rows, cols, x.cols, x.as<T>() + first, static_cast<const T*>(alpha) + first,
                        y.as<T>() + first);
  });
}

void prelu_backward(const Context& context, const TensorView& x, const void* alpha, const TensorView& dy,
                    const TensorView& dx, void* alpha_gradient) {
  over_columns(context, x, [&](const auto& table, auto t, int64_t first, int64_t cols) {
    using T = decltype(t);
    table.prelu_backward(x.rows, cols, x.cols, x.as<T>() + first, static_cast<const T*>(alpha) + first,
                         dy.as<T>() + first, dx ? dx.as<T>() + first : nullptr,
                         alpha_gradient ? static_cast<T*>(alpha_gradient) + first : nullptr);
  });
}

}  // namespace

const ActivationOps activation_ops{kernels::can_fuse,     forward,       backward,
                                   rows_forward,          rows_backward, gated_linear_forward,
                                   gated_linear_backward, prelu_forward, prelu_backward};

}  // namespace lamella::cpu
