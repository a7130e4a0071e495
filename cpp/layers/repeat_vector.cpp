#include "layers/repeat_vector.h"

#include "base/error.h"

namespace lamella::layers {

namespace {

Shape repeated(const Definition& definition) {
  const Shape& shape = definition.inputs.at(0);
  if (shape.size() != 1) {
    fail("Layer '", definition.name,
         "' needs inputs of shape (rows, features). Received: ", to_string_with_batch(shape), ".");
  }
  return {definition.attributes.integer("n"), shape[0]};
}

}  // namespace

RepeatVector::RepeatVector(const Definition& definition)
    : Layer(definition, repeated(definition)), n_(definition.attributes.integer("n")) {}

void RepeatVector::forward(const ForwardPass& pass) const {
  pass.context.ops.arrange.repeat(pass.context, n_, input_view(pass.inputs[0], pass.state),
                                  output_view(pass.outputs[0], pass.state));
}

void RepeatVector::backward(const BackwardPass& pass) const {
  pass.context.ops.arrange.sum_repeated(pass.context, n_, output_view(pass.output_gradients[0], pass.state),
                                        input_view(pass.input_gradients[0], pass.state));
}

}  // namespace lamella::layers
