#include "ops/arrange.h"

#include <algorithm>
#include <cstring>

namespace lamella::ops {

namespace {

// Copies one row: the axes of y from the outside in, each with its length and its stride in x.
template <class T>
T* permute_row(const T* x, T* y, const int64_t* length, const int64_t* stride, size_t axes) {
  if (axes == 0) {
    *y = *x;
    return y + 1;
  }
  if (axes == 1) {
    for (int64_t i = 0; i < *length; ++i) y[i] = x[i * *stride];
    return y + *length;
  }
  for (int64_t i = 0; i < *length; ++i) y = permute_row(x + i * *stride, y, length + 1, stride + 1, axes - 1);
  return y;
}

void permute(const Context& context, const Shape& shape, const std::vector<int64_t>& axes,
             const TensorView& x, const TensorView& y) {
  int64_t length[kMostAxes], stride[kMostAxes];
  for (size_t k = 0; k < axes.size(); ++k) {
    length[k] = shape[static_cast<size_t>(axes[k])];
    stride[k] = 1;
    for (size_t axis = static_cast<size_t>(axes[k]) + 1; axis < shape.size(); ++axis)
      stride[k] *= shape[axis];
  }
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    context.pool.parallel_for(x.rows, rows_per_chunk(x.cols), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        permute_row(x.as<T>() + i * x.cols, y.as<T>() + i * x.cols, length, stride, axes.size());
    });
  });
}

void repeat(const Context& context, int64_t n, const TensorView& x, const TensorView& y) {
  const size_t bytes = static_cast<size_t>(x.cols * size_of(x.dtype));
  context.pool.parallel_for(x.rows, rows_per_chunk(n * x.cols), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      for (int64_t k = 0; k < n; ++k)
        std::memcpy(y.as<char>() + static_cast<size_t>(i * n + k) * bytes,
                    x.as<char>() + static_cast<size_t>(i) * bytes, bytes);
  });
}

void sum_repeated(const Context& context, int64_t n, const TensorView& y, const TensorView& x) {
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    context.pool.parallel_for(x.rows, rows_per_chunk(n * x.cols), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const T* from = y.as<T>() + i * n * x.cols;
        T* to = x.as<T>() + i * x.cols;
        std::copy_n(from, x.cols, to);
        for (int64_t k = 1; k < n; ++k) context.kernels.table<T>().add(x.cols, from + k * x.cols, to);
      }
    });
  });
}

}  // namespace

extern const ArrangeOps arrange_cpu;
const ArrangeOps arrange_cpu{permute, repeat, sum_repeated};

}  // namespace lamella::ops
