// Element-wise activations and softmax over the last axis.
#pragma once
#include "base/tensor_view.h"
#include "ops/context.h"

namespace lamella::ops {

struct ActivationOps {
  // y = f(x); y may be x.
  void (*forward)(const Context&, Activation, double alpha, const TensorView& x, const TensorView& y);
  // dx = dy * f'; saved is y where gradient_from_output(kind), else x. dx may be dy.
  void (*backward)(const Context&, Activation, double alpha, const TensorView& saved, const TensorView& dy,
                   const TensorView& dx);
  void (*softmax_forward)(const Context&, const TensorView& x, const TensorView& y);
  void (*softmax_backward)(const Context&, const TensorView& y, const TensorView& dy, const TensorView& dx);
};

}  // namespace lamella::ops
