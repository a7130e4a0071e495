// Depthwise convolution: each channel has a filter of its own.
#pragma once
#include "layers/fusable.h"
#include "ops/window.h"

namespace lamella::layers {

// Variables: kernel, as many numbers as taps times channels, bias (channels) or null. Attributes: taps,
// strides, dilation, before, after (see window.h).
class DepthwiseConv final : public Fusable<DepthwiseConv> {
 public:
  explicit DepthwiseConv(const Definition& definition);

  const char* op() const override { return "depthwise_conv"; }
  Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  double forward_flops() const override;
  double backward_flops() const override { return 2 * forward_flops(); }

 private:
  // The kernel, or its gradient, as [taps, channels].
  TensorView kernel_view(void* data) const;

  ops::Window window_;
};

}  // namespace lamella::layers
