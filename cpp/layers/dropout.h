// Dropout (Srivastava et al. 2014), inverted: active in training only.
#pragma once
#include "layers/layer.h"

namespace lamella::layers {

// Attributes: rate, seed (-1: the model's).
class Dropout final : public Layer {
 public:
  explicit Dropout(const Definition& definition);

  const char* op() const override { return "dropout"; }
  Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  double forward_flops() const override { return static_cast<double>(input_size()); }

 private:
  double rate_;
  int64_t seed_;
  uint32_t id_;
};

}  // namespace lamella::layers
