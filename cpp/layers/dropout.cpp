#include "layers/dropout.h"

#include "base/error.h"

namespace lamella::layers {

RandomLayer::RandomLayer(const Definition& definition)
    : Layer(definition, definition.inputs.at(0)),
      seed_(definition.attributes.integer("seed")),
      id_(definition.id) {}

ops::PhiloxKey RandomLayer::key(const StepState& state) const {
  return {seed_ < 0 ? state.seed : static_cast<uint32_t>(seed_), id_, state.step};
}

Dropout::Dropout(const Definition& definition)
    : RandomLayer(definition),
      rate_(definition.attributes.number("rate")),
      values_{definition.attributes.number("scale"), definition.attributes.number_or("shift", 0),
              definition.attributes.number_or("dropped", 0)} {
  if (!(rate_ >= 0 && rate_ <= 1)) {
    fail("Layer '", name(), "' takes a rate from 0 to 1. Received: rate=", rate_, ".");
  }
}

Needs Dropout::needs(const ops::Context& context, int64_t rows, bool training) const {
  const int64_t mask = training ? context.ops.dropout.mask_bytes(rows * input_size()) : 0;
  return {.saved = mask, .forward_in_place = true, .backward_in_place = true};
}

void Dropout::forward(const ForwardPass& pass) const {
  const TensorView x = input_view(pass.inputs[0], pass.state), y = output_view(pass.outputs[0], pass.state);
  if (!pass.state.training) {
    pass.context.ops.elementwise.copy(pass.context, x, y);
    return;
  }
  pass.context.ops.dropout.forward(pass.context, key(pass.state), rate_, values_, x, y, pass.saved);
}

void Dropout::backward(const BackwardPass& pass) const {
  pass.context.ops.dropout.backward(pass.context, values_.scale, pass.saved,
                                    output_view(pass.output_gradients[0], pass.state),
                                    input_view(pass.input_gradients[0], pass.state));
}

GaussianNoise::GaussianNoise(const Definition& definition)
    : RandomLayer(definition),
      stddev_(definition.attributes.number("stddev")),
      kind_(definition.attributes.number("multiplied") != 0 ? ops::Noise::multiplied : ops::Noise::added) {}

Needs GaussianNoise::needs(const ops::Context&, int64_t, bool) const {
  return {.forward_in_place = true, .backward_in_place = true};
}

void GaussianNoise::forward(const ForwardPass& pass) const {
  const TensorView x = input_view(pass.inputs[0], pass.state), y = output_view(pass.outputs[0], pass.state);
  if (!pass.state.training) {
    pass.context.ops.elementwise.copy(pass.context, x, y);
    return;
  }
  pass.context.ops.dropout.noise(pass.context, key(pass.state), kind_, stddev_, x, y);
}

// The noise is drawn again rather than kept.
void GaussianNoise::backward(const BackwardPass& pass) const {
  const TensorView dy = output_view(pass.output_gradients[0], pass.state);
  const TensorView dx = input_view(pass.input_gradients[0], pass.state);
  if (kind_ == ops::Noise::added) {
    pass.context.ops.elementwise.copy(pass.context, dy, dx);
    return;
  }
  pass.context.ops.dropout.noise(pass.context, key(pass.state), kind_, stddev_, dy, dx);
}

}  // namespace lamella::layers
