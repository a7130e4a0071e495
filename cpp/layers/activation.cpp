#include "layers/activation.h"

#include <array>

#include "base/error.h"

namespace lamella::layers {

using ops::Activation;

Activation activation_named(const std::string& name) {
  static constexpr std::array<std::pair<const char*, Activation>, 9> kNames{
      {{"linear", Activation::linear},
       {"relu", Activation::relu},
       {"leaky_relu", Activation::leaky_relu},
       {"elu", Activation::elu},
       {"gelu", Activation::gelu},
       {"silu", Activation::silu},
       {"sigmoid", Activation::sigmoid},
       {"tanh", Activation::tanh},
       {"softplus", Activation::softplus}}};
  for (const auto& [known, activation] : kNames) {
    if (name == known) return activation;
  }
  fail("Unknown activation '", name, "'.");
}

ElementwiseActivation::ElementwiseActivation(const Definition& definition)
    : Layer(definition, definition.inputs.at(0)),
      kind_(activation_named(definition.attributes.text("kind"))),
      alpha_(definition.attributes.number_or("alpha", 0)) {}

Needs ElementwiseActivation::needs(const ops::Context&, int64_t, bool) const {
  const bool from_output = kernels::gradient_from_output(kind_);
  return {.backward_reads_input = !from_output,
          .backward_reads_output = from_output,
          .forward_in_place = true,
          .backward_in_place = true};
}

void ElementwiseActivation::forward(const ForwardPass& pass) const {
  pass.context.ops.activation.forward(pass.context, kind_, alpha_, input_view(pass.inputs[0], pass.state),
                                      output_view(pass.outputs[0], pass.state));
}

void ElementwiseActivation::backward(const BackwardPass& pass) const {
  const void* saved = kernels::gradient_from_output(kind_) ? pass.outputs[0] : pass.inputs[0];
  pass.context.ops.activation.backward(pass.context, kind_, alpha_, input_view(saved, pass.state),
                                       output_view(pass.output_gradients[0], pass.state),
                                       input_view(pass.input_gradients[0], pass.state));
}

Needs Softmax::needs(const ops::Context&, int64_t, bool) const {
  return {.backward_reads_output = true, .forward_in_place = true, .backward_in_place = true};
}

void Softmax::forward(const ForwardPass& pass) const {
  pass.context.ops.activation.softmax_forward(pass.context, input_view(pass.inputs[0], pass.state),
                                              output_view(pass.outputs[0], pass.state));
}

void Softmax::backward(const BackwardPass& pass) const {
  pass.context.ops.activation.softmax_backward(pass.context, output_view(pass.outputs[0], pass.state),
                                               output_view(pass.output_gradients[0], pass.state),
                                               input_view(pass.input_gradients[0], pass.state));
}

LayerPtr make_activation(const Definition& definition) {
  if (definition.attributes.text("kind") == "softmax") return std::make_shared<Softmax>(definition);
  return std::make_shared<ElementwiseActivation>(definition);
}

}  // namespace lamella::layers
