// Where branches come together.
#pragma once
#include "layers/fusable.h"

namespace lamella::layers {

// activation(x_0 + x_1 ...), of values of one shape.
class Add final : public Fusable<Add> {
 public:
  explicit Add(const Definition& definition);

  const char* op() const override { return "add"; }
  Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  double forward_flops() const override { return static_cast<double>(input_size()); }

 private:
};

// Values side by side along the last axis.
class Concatenate final : public Layer {
 public:
  explicit Concatenate(const Definition& definition);

  const char* op() const override { return "concatenate"; }
  Needs needs(const ops::Context&, int64_t, bool) const override { return {}; }
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;

 private:
  std::vector<int64_t> widths_;  // of the inputs
};

}  // namespace lamella::layers
