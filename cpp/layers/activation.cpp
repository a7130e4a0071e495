#include "layers/activation.h"

#include "base/error.h"

namespace lamella::layers {

Activation activation_named(const std::string& name) {
  static constexpr std::pair<const char*, Activation> kNames[] = {
#define LAMELLA_ACTIVATION(name) {#name, Activation::name},
#include "base/activations.inc"
#undef LAMELLA_ACTIVATION
  };
  for (const auto& [known, activation] : kNames) {
    if (name == known) return activation;
  }
  fail("Unknown activation '", name, "'.");
}

std::optional<ops::RowActivation> row_activation_named(const std::string& name) {
  if (name == "softmax") return ops::RowActivation::softmax;
  if (name == "log_softmax") return ops::RowActivation::log_softmax;
  if (name == "sparsemax") return ops::RowActivation::sparsemax;
  return std::nullopt;
}

ActivationParameters<double> activation_parameters(const Attributes& attributes) {
  return {attributes.number_or("a", 0), attributes.number_or("threshold", 0), attributes.number_or("low", 0),
          attributes.number_or("high", 0)};
}

ElementwiseActivation::ElementwiseActivation(const Definition& definition)
    : Layer(definition, definition.inputs.at(0)),
      kind_(activation_named(definition.attributes.text("kind"))),
      parameters_(activation_parameters(definition.attributes)) {}

Needs ElementwiseActivation::needs(const ops::Context&, int64_t, bool) const {
  const bool from_output = gradient_from_output(kind_);
  return {.backward_reads_input = !from_output,
          .backward_reads_output = from_output,
          .forward_in_place = true,
          .backward_in_place = true};
}

void ElementwiseActivation::forward(const ForwardPass& pass) const {
  pass.context.ops.activation.forward(pass.context, kind_, parameters_,
                                      input_view(pass.inputs[0], pass.state),
                                      output_view(pass.outputs[0], pass.state));
}

void ElementwiseActivation::backward(const BackwardPass& pass) const {
  const void* saved = gradient_from_output(kind_) ? pass.outputs[0] : pass.inputs[0];
  pass.context.ops.activation.backward(pass.context, kind_, parameters_, input_view(saved, pass.state),
                                       output_view(pass.output_gradients[0], pass.state),
                                       input_view(pass.input_gradients[0], pass.state));
}

Needs RowsActivation::needs(const ops::Context&, int64_t, bool) const {
  return {.backward_reads_output = true, .forward_in_place = true, .backward_in_place = true};
}

void RowsActivation::forward(const ForwardPass& pass) const {
  pass.context.ops.activation.rows_forward(pass.context, kind_, input_view(pass.inputs[0], pass.state),
                                           output_view(pass.outputs[0], pass.state));
}

void RowsActivation::backward(const BackwardPass& pass) const {
  pass.context.ops.activation.rows_backward(pass.context, kind_, output_view(pass.outputs[0], pass.state),
                                            output_view(pass.output_gradients[0], pass.state),
                                            input_view(pass.input_gradients[0], pass.state));
}

namespace {

Shape halved(const Definition& definition) {
  Shape shape = definition.inputs.at(0);
  if (shape.empty() || shape.back() % 2 != 0) {
    fail("Layer '", definition.name,
         "': the activation glu needs a last axis of even length. Received: ", to_string_with_batch(shape),
         ".");
  }
  shape.back() /= 2;
  return shape;
}

}  // namespace

GatedLinear::GatedLinear(const Definition& definition) : Layer(definition, halved(definition)) {}

Needs GatedLinear::needs(const ops::Context&, int64_t, bool) const { return {.backward_reads_input = true}; }

void GatedLinear::forward(const ForwardPass& pass) const {
  pass.context.ops.activation.gated_linear_forward(pass.context, input_view(pass.inputs[0], pass.state),
                                                   output_view(pass.outputs[0], pass.state));
}

void GatedLinear::backward(const BackwardPass& pass) const {
  pass.context.ops.activation.gated_linear_backward(pass.context, input_view(pass.inputs[0], pass.state),
                                                    output_view(pass.output_gradients[0], pass.state),
                                                    input_view(pass.input_gradients[0], pass.state));
}

LayerPtr make_activation(const Definition& definition) {
  const std::string& kind = definition.attributes.text("kind");
  if (const auto rows = row_activation_named(kind))
    return std::make_shared<RowsActivation>(definition, *rows);
  if (kind == "glu") return std::make_shared<GatedLinear>(definition);
  return std::make_shared<ElementwiseActivation>(definition);
}

}  // namespace lamella::layers
