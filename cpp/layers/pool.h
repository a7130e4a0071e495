// Maximum and mean over a moving window.
#pragma once
#include "layers/layer.h"
#include "ops/pool.h"

namespace lamella::layers {

// Attributes: kind ("max" or "mean"), taps, strides, before, after (see window.h).
class Pool final : public Layer {
 public:
  explicit Pool(const Definition& definition);

  const char* op() const override { return "pool"; }
  Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  double forward_flops() const override;

 private:
  ops::Window window_;
  ops::Pooling kind_;
};

}  // namespace lamella::layers
