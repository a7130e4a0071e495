#include "cpu/products/dense_vector.h"

#include <algorithm>

#include "cpu/column_blocks.h"
#include "cpu/range.h"
#include "ops/op_table.h"

namespace lamella::cpu {

namespace {

// y = a x + bias, a[rows, cols]
template <class T>
void matvec(const Context& context, int64_t rows, int64_t cols, const T* a, const T* x, T bias, T* y) {
  context.device.threads.parallel_for(rows, rows_per_chunk(cols), [&](int64_t begin, int64_t end) {
    kernels_of(context).table<T>().matvec(end - begin, cols, a + begin * cols, x, bias, y + begin);
  });
}

// Some columns of y = x^T a, a[rows, cols]
template <class T>
void vecmat(const Context& context, int64_t rows, int64_t cols, const Range& columns, const T* x, const T* a,
            T* y) {
  constexpr int64_t kColumns = 64;
  for_column_blocks(context, columns.size(), kColumns, rows * kColumns, [&](int64_t first, int64_t count) {
    first += columns.begin;
    kernels_of(context).table<T>().vecmat(rows, count, cols, x, a + first, y + first);
  });
}

// c = x y^T, c[rows, cols]
template <class T>
void outer(const Context& context, int64_t rows, int64_t cols, const T* x, const T* y, T* c) {
  context.device.threads.parallel_for(rows, rows_per_chunk(cols), [&](int64_t begin, int64_t end) {
    kernels_of(context).table<T>().outer(end - begin, cols, x + begin, y, c + begin * cols);
  });
}

void activate(const Context& context, const DenseForward& p) {
  if (p.activation == Activation::linear) return;
  context.ops.activation.forward(context, p.activation, {.a = p.alpha}, p.y, p.y);
}

// dz over dy
void differentiate_activation(const Context& context, const DenseBackward& p) {
  if (p.activation == Activation::linear) return;
  context.ops.activation.backward(context, p.activation, {.a = p.alpha}, p.y, p.dy, p.dy);
}

}  // namespace

void single_unit_forward(const Context& context, const DenseForward& p) {
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    matvec(context, p.x.rows, p.x.cols, p.x.as<T>(), p.kernel.as<T>(), p.bias ? *p.bias.as<T>() : T(0),
           p.y.as<T>());
  });
  activate(context, p);
}

void single_unit_rows(const Context& context, const DenseBackward& p) {
  differentiate_activation(context, p);
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    if (p.dx) outer(context, p.dy.rows, p.x.cols, p.dy.as<T>(), p.kernel.as<T>(), p.dx.as<T>());
  });
}

void single_unit_variables(const Context& context, const DenseBackward& p, int64_t share, int64_t count) {
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t rows = p.dy.rows, in = p.x.cols;
    const T* dz = p.dy.as<T>();
    if (p.bias_gradient && share == 0)
      *p.bias_gradient.as<T>() = static_cast<T>(kernels_of(context).table<T>().sum(rows, dz));
    if (p.kernel_gradient)
      vecmat(context, rows, in, part_of(in, share, count), dz, p.x.as<T>(), p.kernel_gradient.as<T>());
  });
}

void single_unit_backward(const Context& context, const DenseBackward& p) {
  single_unit_rows(context, p);
  single_unit_variables(context, p, 0, 1);
}

void single_row_backward(const Context& context, const DenseBackward& p) {
  differentiate_activation(context, p);
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t units = p.dy.cols, in = p.x.cols;
    const T* dz = p.dy.as<T>();
    if (p.bias_gradient) std::copy_n(dz, units, p.bias_gradient.as<T>());
    if (p.kernel_gradient) outer(context, in, units, p.x.as<T>(), dz, p.kernel_gradient.as<T>());
    if (p.dx) matvec(context, in, units, p.kernel.as<T>(), dz, T(0), p.dx.as<T>());
  });
}

}  // namespace lamella::cpu
