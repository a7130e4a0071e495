// Depthwise convolution of channels-last pictures: each channel has a filter of its own.
#pragma once
#include "base/activation.h"
#include "base/tensor_view.h"
#include "ops/context.h"
#include "ops/window.h"

namespace lamella::ops {

struct DepthwiseOps {
  // y[o, c] = activation(bias[c] + sum over taps t of x[input of (o, t), c] kernel[t, c]); bias may be
  // absent.
  void (*forward)(const Context&, const Window&, const TensorView& x, const TensorView& kernel,
                  const TensorView& bias, Activation activation, double alpha, const TensorView& y);
  void (*input_gradient)(const Context&, const Window&, const TensorView& dy, const TensorView& kernel,
                         const TensorView& dx);
  int64_t (*kernel_gradient_scratch_bytes)(DType, const Window&, int64_t pictures, int64_t channels);
  void (*kernel_gradient)(const Context&, const Window&, const TensorView& x, const TensorView& dy,
                          const TensorView& kernel_gradient, void* scratch);
};

}  // namespace lamella::ops
