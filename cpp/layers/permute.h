// Another order of the axes of rows.
#pragma once
#include "layers/layer.h"

namespace lamella::layers {

// Attributes: axes, for each axis of the output the axis of the input, the batch axis not counted.
class Permute final : public Layer {
 public:
  explicit Permute(const Definition& definition);

  const char* op() const override { return "permute"; }
  Needs needs(const ops::Context&, int64_t, bool) const override { return {}; }
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;

 private:
  Shape input_shape_;
  std::vector<int64_t> axes_, inverse_;
};

}  // namespace lamella::layers
