#include "ops/single_unit_cpu.h"

#include <algorithm>

#include "base/shape.h"

namespace lamella::ops {

void single_unit_forward(const Context& context, const DenseForward& p) {
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    const auto& table = context.kernels.table<T>();
    const T bias = p.bias ? *p.bias.as<T>() : T(0);
    context.pool.parallel_for(p.x.rows, rows_per_chunk(p.x.cols), [&](int64_t begin, int64_t end) {
      T* y = p.y.as<T>() + begin;
      table.matvec(end - begin, p.x.cols, p.x.as<T>() + begin * p.x.cols, p.kernel.as<T>(), bias, y);
      if (p.activation != Activation::linear)
        table.activation_forward(p.activation, {.a = static_cast<T>(p.alpha)}, end - begin, y, y);
    });
  });
}

void single_unit_backward(const Context& context, const DenseBackward& p) {
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    const auto& table = context.kernels.table<T>();
    const int64_t rows = p.dy.rows, in = p.x.cols;
    T* dz = p.dy.as<T>();
    if (p.activation != Activation::linear)
      table.activation_backward(p.activation, {.a = static_cast<T>(p.alpha)}, rows, p.y.as<T>(), dz, dz);
    if (p.bias_gradient) *p.bias_gradient.as<T>() = static_cast<T>(table.sum(rows, dz));
    if (p.kernel_gradient) {
      constexpr int64_t kColumns = 64;
      const auto columns = [&](int64_t begin, int64_t end) {
        const int64_t first = begin * kColumns, count = std::min(in, end * kColumns) - first;
        table.vecmat(rows, count, in, dz, p.x.as<T>() + first, p.kernel_gradient.as<T>() + first);
      };
      context.pool.parallel_for(ceil_div(in, kColumns), rows_per_chunk(rows * kColumns), columns);
    }
    if (p.dx) {
      context.pool.parallel_for(rows, rows_per_chunk(in), [&](int64_t begin, int64_t end) {
        table.outer(end - begin, in, dz + begin, p.kernel.as<T>(), p.dx.as<T>() + begin * in);
      });
    }
  });
}

}  // namespace lamella::ops
