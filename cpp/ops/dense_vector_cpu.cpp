#include "ops/dense_vector_cpu.h"

#include <algorithm>

#include "base/shape.h"

namespace lamella::ops {

namespace {

// y = a x + bias, a[rows, cols]
template <class T>
void matvec(const Context& context, int64_t rows, int64_t cols, const T* a, const T* x, T bias, T* y) {
  context.pool.parallel_for(rows, rows_per_chunk(cols), [&](int64_t begin, int64_t end) {
    context.kernels.table<T>().matvec(end - begin, cols, a + begin * cols, x, bias, y + begin);
  });
}

// y = x^T a, a[rows, cols]
template <class T>
void vecmat(const Context& context, int64_t rows, int64_t cols, const T* x, const T* a, T* y) {
  constexpr int64_t kColumns = 64;
  const int64_t grain = rows_per_chunk(rows * kColumns);
  context.pool.parallel_for(ceil_div(cols, kColumns), grain, [&](int64_t begin, int64_t end) {
    const int64_t first = begin * kColumns, count = std::min(cols, end * kColumns) - first;
    context.kernels.table<T>().vecmat(rows, count, cols, x, a + first, y + first);
  });
}

// c = x y^T, c[rows, cols]
template <class T>
void outer(const Context& context, int64_t rows, int64_t cols, const T* x, const T* y, T* c) {
  context.pool.parallel_for(rows, rows_per_chunk(cols), [&](int64_t begin, int64_t end) {
    context.kernels.table<T>().outer(end - begin, cols, x + begin, y, c + begin * cols);
  });
}

template <class T>
void activate(const Context& context, const DenseForward& p) {
  if (p.activation == Activation::linear) return;
  T* y = p.y.as<T>();
  context.kernels.table<T>().activation_forward(p.activation, {.a = static_cast<T>(p.alpha)}, p.y.size(), y,
                                                y);
}

// dz, over dy
template <class T>
const T* activation_gradient(const Context& context, const DenseBackward& p) {
  T* dz = p.dy.as<T>();
  if (p.activation != Activation::linear) {
    context.kernels.table<T>().activation_backward(p.activation, {.a = static_cast<T>(p.alpha)}, p.dy.size(),
                                                   p.y.as<T>(), dz, dz);
  }
  return dz;
}

}  // namespace

void single_unit_forward(const Context& context, const DenseForward& p) {
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    matvec(context, p.x.rows, p.x.cols, p.x.as<T>(), p.kernel.as<T>(), p.bias ? *p.bias.as<T>() : T(0),
           p.y.as<T>());
    activate<T>(context, p);
  });
}

void single_unit_backward(const Context& context, const DenseBackward& p) {
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t rows = p.dy.rows, in = p.x.cols;
    const T* dz = activation_gradient<T>(context, p);
    if (p.bias_gradient) *p.bias_gradient.as<T>() = static_cast<T>(context.kernels.table<T>().sum(rows, dz));
    if (p.kernel_gradient) vecmat(context, rows, in, dz, p.x.as<T>(), p.kernel_gradient.as<T>());
    if (p.dx) outer(context, rows, in, dz, p.kernel.as<T>(), p.dx.as<T>());
  });
}

void single_row_forward(const Context& context, const DenseForward& p) {
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    vecmat(context, p.x.cols, p.y.cols, p.x.as<T>(), p.kernel.as<T>(), p.y.as<T>());
    if (p.bias) context.kernels.table<T>().add(p.y.cols, p.bias.as<T>(), p.y.as<T>());
    activate<T>(context, p);
  });
}

void single_row_backward(const Context& context, const DenseBackward& p) {
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t units = p.dy.cols, in = p.x.cols;
    const T* dz = activation_gradient<T>(context, p);
    if (p.bias_gradient) std::copy_n(dz, units, p.bias_gradient.as<T>());
    if (p.kernel_gradient) outer(context, in, units, p.x.as<T>(), dz, p.kernel_gradient.as<T>());
    if (p.dx) matvec(context, in, units, p.kernel.as<T>(), dz, T(0), p.dx.as<T>());
  });
}

}  // namespace lamella::ops
