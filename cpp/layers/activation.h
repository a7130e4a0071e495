// Activations as layers of their own: element-wise ones, and those of rows of the last axis.
#pragma once
#include <optional>
#include <string>

#include "layers/layer.h"

namespace lamella::layers {

// The activation of this name; throws where there is none.
Activation activation_named(const std::string& name);
std::optional<ops::RowActivation> row_activation_named(const std::string& name);

// Attributes a, threshold, low and high, 0 where they are absent.
ActivationParameters<double> activation_parameters(const Attributes& attributes);

// Attributes: kind, and its parameters.
class ElementwiseActivation final : public Layer {
 public:
  explicit ElementwiseActivation(const Definition& definition);

  const char* op() const override { return "activation"; }
  Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  bool cuts_by_rows() const override { return true; }
  double forward_flops() const override { return static_cast<double>(input_size()); }

  Activation kind() const { return kind_; }
  double alpha() const { return parameters_.a; }

 private:
  Activation kind_;
  ActivationParameters<double> parameters_;
};

// Attributes: kind.
class RowsActivation final : public Layer {
 public:
  RowsActivation(const Definition& definition, ops::RowActivation kind)
      : Layer(definition, definition.inputs.at(0)), kind_(kind) {}

  const char* op() const override { return "row_activation"; }
  Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  bool cuts_by_rows() const override { return true; }
  double forward_flops() const override { return 3.0 * static_cast<double>(input_size()); }

  ops::RowActivation kind() const { return kind_; }

 private:
  ops::RowActivation kind_;
};

// The gated linear unit halves the last axis.
class GatedLinear final : public Layer {
 public:
  explicit GatedLinear(const Definition& definition);

  const char* op() const override { return "gated_linear"; }
  Needs needs(const ops::Context& context, int64_t rows, bool training) const override;
  void forward(const ForwardPass& pass) const override;
  void backward(const BackwardPass& pass) const override;
  bool cuts_by_rows() const override { return true; }
  double forward_flops() const override { return static_cast<double>(input_size()); }
};

// The layer for the kind an "activation" node names.
LayerPtr make_activation(const Definition& definition);

}  // namespace lamella::layers
