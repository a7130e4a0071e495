// Pooling of channels-last pictures: what lies outside of them does not count.
#pragma once
#include "base/tensor_view.h"
#include "ops/context.h"
#include "ops/window.h"

namespace lamella::ops {

enum class Pooling { max, mean };

struct PoolOps {
  // x[pictures * input positions, channels], y[pictures * output positions, channels]. The window's dilation
  // is 1.
  void (*forward)(const Context&, Pooling, const Window&, const TensorView& x, const TensorView& y);
  // The gradient of a maximum goes to the first tap that has it; means do not read x and y.
  void (*backward)(const Context&, Pooling, const Window&, const TensorView& x, const TensorView& y,
                   const TensorView& dy, const TensorView& dx);
};

}  // namespace lamella::ops
