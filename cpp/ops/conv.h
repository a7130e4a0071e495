// Convolutions of channels-last pictures, and their gradients:
//   y[o, f] = activation(bias[f] + sum over taps t and channels c of x[input of (o, t), c] kernel[t, c, f])
#pragma once
#include "base/activation.h"
#include "base/tensor_view.h"
#include "ops/context.h"
#include "ops/window.h"

namespace lamella::ops {

// Filters and channels are split into groups; a group of filters sees its group of channels. Stride or
// dilation of an axis is 1.
struct ConvGeometry {
  Window window;
  int64_t channels, filters, groups;

  int64_t group_channels() const { return channels / groups; }
  int64_t group_filters() const { return filters / groups; }
  ConvGeometry in_long_rows(int64_t pictures) const {
    return {window.in_long_rows(pictures), channels, filters, groups};
  }
};

struct ConvForward {
  TensorView x;        // [pictures * input positions, channels]
  const void* packed;  // the kernel as pack() laid it out
  TensorView bias;     // filters numbers; may be absent
  Activation activation;
  double alpha;
  TensorView y;  // [pictures * output positions, filters]
};

// dx[i, c] = bias[c] + sum over the (o, t) that see i, and filters f, of dy[o, f] kernel[t, c, f].
struct ConvInputGradient {
  TensorView dy;
  const void* packed;  // the kernel as pack_transposed() laid it out
  TensorView bias;     // channels numbers; may be absent: a transposed convolution has one
  TensorView dx;
};

// kernel_gradient[t, c, f] = sum over o of x[input of (o, t), c] dy[o, f].
struct ConvKernelGradient {
  TensorView x;
  TensorView dy;
  TensorView kernel_gradient;
  void* scratch;  // kernel_gradient_scratch_bytes
};

// dz = dy * activation'(y), over dy; bias_gradient, unless absent, = its column sums.
struct ConvOutputGradient {
  TensorView y;  // read unless the activation is linear
  TensorView dy;
  Activation activation;  // one with can_fuse
  double alpha;
  TensorView bias_gradient;
  void* scratch;  // output_gradient_scratch_bytes
};

struct ConvOps {
  int64_t (*packed_bytes)(const Context&, DType, const ConvGeometry&);
  void (*pack)(const Context&, const ConvGeometry&, const TensorView& kernel, void* packed);
  void (*forward)(const Context&, const ConvGeometry&, const ConvForward&);

  int64_t (*transposed_bytes)(const Context&, DType, const ConvGeometry&);
  void (*pack_transposed)(const Context&, const ConvGeometry&, const TensorView& kernel, void* packed);
  void (*input_gradient)(const Context&, const ConvGeometry&, const ConvInputGradient&);

  int64_t (*kernel_gradient_scratch_bytes)(const Context&, DType, const ConvGeometry&, int64_t pictures);
  void (*kernel_gradient)(const Context&, const ConvGeometry&, const ConvKernelGradient&);

  int64_t (*output_gradient_scratch_bytes)(DType, int64_t rows, int64_t filters);
  void (*output_gradient)(const Context&, const ConvOutputGradient&);
};

}  // namespace lamella::ops
