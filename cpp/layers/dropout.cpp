#include "layers/dropout.h"

#include "base/error.h"

namespace lamella::layers {

RandomLayer::RandomLayer(const Definition& definition, Shape output_shape)
    : Layer(definition, std::move(output_shape)),
      seed_(definition.attributes.integer("seed")),
      id_(definition.id) {}

double RandomLayer::rate_of(const Definition& definition) const {
  const double rate = definition.attributes.number("rate");
  if (!(rate >= 0 && rate <= 1)) {
    fail("Layer '", name(), "' takes a rate from 0 to 1. Received: rate=", rate, ".");
  }
  return rate;
}

PhiloxKey RandomLayer::key(const StepState& state) const {
  return {seed_ < 0 ? state.seed : static_cast<uint32_t>(seed_), id_, state.step};
}

Dropout::Dropout(const Definition& definition)
    : RandomLayer(definition, definition.inputs.at(0)),
      rate_(rate_of(definition)),
      values_{definition.attributes.number("scale"), definition.attributes.number_or("shift", 0),
              definition.attributes.number_or("dropped", 0)} {}

Needs Dropout::needs(const ops::Context& context, int64_t rows, bool training) const {
  const int64_t mask = training ? context.ops.dropout.mask_bytes(rows * input_size()) : 0;
  return {.saved = mask, .forward_in_place = true, .backward_in_place = true};
}

int64_t Dropout::first_element(const StepState& state) const { return state.first_row * input_size(); }

void* Dropout::mask(const void* saved, const StepState& state) const {
  return static_cast<char*>(const_cast<void*>(saved)) + first_element(state) / 8;
}

void Dropout::forward(const ForwardPass& pass) const {
  const TensorView x = input_view(pass.inputs[0], pass.state), y = output_view(pass.outputs[0], pass.state);
  if (!pass.state.training) {
    pass.context.ops.elementwise.copy(pass.context, x, y);
    return;
  }
  pass.context.ops.dropout.forward(pass.context, key(pass.state), first_element(pass.state), rate_, values_,
                                   x, y, mask(pass.saved, pass.state));
}

void Dropout::backward(const BackwardPass& pass) const {
  pass.context.ops.dropout.backward(pass.context, values_.scale, mask(pass.saved, pass.state),
                                    output_view(pass.output_gradients[0], pass.state),
                                    input_view(pass.input_gradients[0], pass.state));
}

SpatialDropout::SpatialDropout(const Definition& definition)
    : RandomLayer(definition, definition.inputs.at(0)), rate_(rate_of(definition)) {}

Needs SpatialDropout::needs(const ops::Context& context, int64_t rows, bool training) const {
  const int64_t factors = rows * input_cols();
  const int64_t bytes =
      round_up(factors * size_of(dtype()), kAlignment) + context.ops.dropout.mask_bytes(factors);
  return {.saved = training ? bytes : 0, .forward_in_place = true, .backward_in_place = true};
}

TensorView SpatialDropout::factors(const void* saved, const StepState& state) const {
  return {const_cast<void*>(saved), dtype(), state.rows, input_cols()};
}

void SpatialDropout::forward(const ForwardPass& pass) const {
  const ops::Context& context = pass.context;
  const TensorView x = input_view(pass.inputs[0], pass.state), y = output_view(pass.outputs[0], pass.state);
  if (!pass.state.training) {
    context.ops.elementwise.copy(context, x, y);
    return;
  }
  const TensorView scale = factors(pass.saved, pass.state);
  void* mask = scale.as<char>() + round_up(scale.size() * size_of(dtype()), kAlignment);
  const double kept = rate_ < 1 ? 1 / (1 - rate_) : 0;
  context.ops.elementwise.fill(context, 1, scale);
  context.ops.dropout.forward(context, key(pass.state), 0, rate_, {.scale = kept}, scale, scale, mask);
  context.ops.elementwise.scale_channels(context, positions(), x, scale, y);
}

void SpatialDropout::backward(const BackwardPass& pass) const {
  pass.context.ops.elementwise.scale_channels(
      pass.context, positions(), output_view(pass.output_gradients[0], pass.state),
      factors(pass.saved, pass.state), input_view(pass.input_gradients[0], pass.state));
}

GaussianNoise::GaussianNoise(const Definition& definition)
    : RandomLayer(definition, definition.inputs.at(0)),
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
