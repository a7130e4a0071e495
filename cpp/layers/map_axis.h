// An axis whose positions are weighted sums of those of the input: repeating, padding, cropping, resizing.
#pragma once
#include "layers/layer.h"

namespace lamella::layers {

// Attributes: axis of a row; starts, sources, weights: see ops::AxisMap.
class MapAxis final : public Layer {
 public:
  explicit MapAxis(const Definition& definition);

  const char* op() const override { return "map_axis"; }
  Needs needs(const ops::Context&, int64_t, bool) const override { return {}; }
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  double forward_flops() const override;

 private:
  ops::AxisMap map_, transposed_;
  int64_t outer_, inner_;
};

}  // namespace lamella::layers
