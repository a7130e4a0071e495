// Convolution over one to three spatial axes.
#pragma once
#include "layers/fusable.h"
#include "ops/conv.h"

namespace lamella::layers {

// Variables: kernel (taps ..., channels of a group, filters), bias (filters) or null. Attributes: strides,
// dilation, before, after (see window.h), groups.
class Conv final : public Foldable<Conv> {
 public:
  explicit Conv(const Definition& definition);

  const char* op() const override { return "conv"; }
  Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  void pack(const ops::Context& context, void* packed) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  double forward_flops() const override;
  double backward_flops() const override { return 2 * forward_flops(); }

 private:
  ops::ConvGeometry geometry_;
};

// The gradient of a convolution by its input, as a layer. Variables: kernel (taps ..., filters, channels),
// bias (filters) or null. Attributes: strides, dilation, before, and output: the spatial shape of its output.
class ConvTranspose final : public Fusable<ConvTranspose> {
 public:
  explicit ConvTranspose(const Definition& definition);

  const char* op() const override { return "conv_transpose"; }
  Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  void pack(const ops::Context& context, void* packed) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  double forward_flops() const override;
  double backward_flops() const override { return 2 * forward_flops(); }

 private:
  // Of the convolution whose input is this layer's output.
  ops::ConvGeometry geometry_;
};

}  // namespace lamella::layers
