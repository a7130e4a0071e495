#include "layers/dropout.h"

#include "base/error.h"

namespace lamella::layers {

Dropout::Dropout(const Definition& definition)
    : Layer(definition, definition.inputs.at(0)),
      rate_(definition.attributes.number("rate")),
      seed_(definition.attributes.integer("seed")),
      id_(definition.id) {
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
  const uint32_t seed = seed_ < 0 ? pass.state.seed : static_cast<uint32_t>(seed_);
  pass.context.ops.dropout.forward(pass.context, {seed, id_, pass.state.step}, rate_, x, y, pass.saved);
}

void Dropout::backward(const BackwardPass& pass) const {
  pass.context.ops.dropout.backward(pass.context, rate_, pass.saved,
                                    output_view(pass.output_gradients[0], pass.state),
                                    input_view(pass.input_gradients[0], pass.state));
}

}  // namespace lamella::layers
