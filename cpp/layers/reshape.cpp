#include "layers/reshape.h"

#include "base/error.h"

namespace lamella::layers {

namespace {

Shape reshaped(const Definition& definition) {
  const Shape shape = definition.attributes.integers("shape");
  if (checked_product(shape) != checked_product(definition.inputs.at(0))) {
    fail("Layer '", definition.name, "' cannot reshape ", to_string_with_batch(definition.inputs[0]), " to ",
         to_string_with_batch(shape), ": the number of elements differs.");
  }
  return shape;
}

}  // namespace

Reshape::Reshape(const Definition& definition) : Layer(definition, reshaped(definition)) {}

}  // namespace lamella::layers
