// A vector, several times.
#pragma once
#include "layers/layer.h"

namespace lamella::layers {

// Attributes: n, how often.
class RepeatVector final : public Layer {
 public:
  explicit RepeatVector(const Definition& definition);

  const char* op() const override { return "repeat_vector"; }
  Needs needs(const ops::Context&, int64_t, bool) const override { return {}; }
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;

 private:
  int64_t n_;
};

}  // namespace lamella::layers
