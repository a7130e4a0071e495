// Activations as layers of their own: element-wise ones, and softmax over the last axis.
#pragma once
#include <string>

#include "layers/layer.h"

namespace lamella::layers {

// The activation of this name; throws where there is none.
ops::Activation activation_named(const std::string& name);

// Attributes: kind, and alpha (0 when absent).
class ElementwiseActivation final : public Layer {
 public:
  explicit ElementwiseActivation(const Definition& definition);

  const char* op() const override { return "activation"; }
  Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  double forward_flops() const override { return static_cast<double>(input_size()); }

  ops::Activation kind() const { return kind_; }
  double alpha() const { return alpha_; }

 private:
  ops::Activation kind_;
  double alpha_;
};

class Softmax final : public Layer {
 public:
  explicit Softmax(const Definition& definition) : Layer(definition, definition.inputs.at(0)) {}

  const char* op() const override { return "softmax"; }
  Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  double forward_flops() const override { return 3.0 * static_cast<double>(input_size()); }
};

// The layer for the kind an "activation" node names.
LayerPtr make_activation(const Definition& definition);

}  // namespace lamella::layers
