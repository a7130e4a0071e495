#include <cstring>

#include "base/shape.h"
#include "ops/elementwise.h"

namespace lamella::ops {

namespace {

void axpy(const Context& context, double a, const TensorView& x, const TensorView& y) {
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    context.pool.parallel_for(x.size(), kGrainElements, [&](int64_t begin, int64_t end) {
      context.kernels.table<T>().axpy(end - begin, static_cast<T>(a), x.as<T>() + begin, y.as<T>() + begin);
    });
  });
}

void add(const Context& context, const TensorView& x, const TensorView& y) { axpy(context, 1.0, x, y); }

void scale_columns(const Context& context, const TensorView& x, const void* scale, const void* offset,
                   const TensorView& y) {
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    context.pool.parallel_for(x.rows, rows_per_chunk(x.cols), [&](int64_t begin, int64_t end) {
      context.kernels.table<T>().scale_columns(end - begin, x.cols, x.as<T>() + begin * x.cols,
                                               static_cast<const T*>(scale), static_cast<const T*>(offset),
                                               y.as<T>() + begin * y.cols);
    });
  });
}

double sum_squares(const Context& context, const TensorView& x) {
  return dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    return context.kernels.table<T>().sum_squares(x.size(), x.as<T>());
  });
}

void copy(const Context&, const TensorView& x, const TensorView& y) {
  std::memmove(y.data, x.data, static_cast<size_t>(x.size() * size_of(x.dtype)));
}

}  // namespace

extern const ElementwiseOps elementwise_cpu;
const ElementwiseOps elementwise_cpu{add, axpy, scale_columns, sum_squares, copy};

}  // namespace lamella::ops
