// The same numbers in another arrangement.
#pragma once
#include "base/shape.h"
#include "base/tensor_view.h"
#include "ops/context.h"

namespace lamella::ops {

// Of a row that is permuted.
inline constexpr size_t kMostAxes = 16;

struct ArrangeOps {
  // y[b, i_axes[0], i_axes[1] ...] = x[b, i_0, i_1 ...] for rows of this shape: axis k of y is axis axes[k]
  // of x.
  void (*permute)(const Context&, const Shape& shape, const std::vector<int64_t>& axes, const TensorView& x,
                  const TensorView& y);
  // y[b, k, :] = x[b, :] for k < n, and its gradient: x[b, :] = sum over k of y[b, k, :].
  void (*repeat)(const Context&, int64_t n, const TensorView& x, const TensorView& y);
  void (*sum_repeated)(const Context&, int64_t n, const TensorView& y, const TensorView& x);
};

}  // namespace lamella::ops
