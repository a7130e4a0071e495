#include "layers/rescaling.h"

#include "base/error.h"

namespace lamella::layers {

Rescaling::Rescaling(const Definition& definition)
    : Layer(definition, definition.inputs.at(0)),
      scale_(constants(definition, "scale")),
      offset_(constants(definition, "offset")) {}

std::vector<double> Rescaling::constants(const Definition& definition, const char* key) const {
  const std::vector<double> values = definition.attributes.numbers(key);
  const auto channels = static_cast<size_t>(input_cols());
  if (values.size() == 1) return std::vector<double>(channels, values[0]);
  if (values.size() != channels) {
    fail("Layer '", name(), "' takes one ", key, " or one for each of the ", channels,
         " channels of its input ", to_string_with_batch(definition.inputs[0]), ". Received: ", values.size(),
         ".");
  }
  return values;
}

Needs Rescaling::needs(const ops::Context&, int64_t, bool) const {
  return {.packed = 2 * row_bytes(), .forward_in_place = true, .backward_in_place = true};
}

void Rescaling::pack(const ops::Context& context, void* packed) const {
  char* scale = static_cast<char*>(packed);
  context.ops.elementwise.assign(context, scale_, {scale, dtype(), 1, input_cols()});
  context.ops.elementwise.assign(context, offset_, {scale + row_bytes(), dtype(), 1, input_cols()});
}

void Rescaling::forward(const ForwardPass& pass) const {
  const char* scale = static_cast<const char*>(pass.packed);
  pass.context.ops.elementwise.scale_columns(pass.context, input_view(pass.inputs[0], pass.state), scale,
                                             scale + row_bytes(), output_view(pass.outputs[0], pass.state));
}

void Rescaling::backward(const BackwardPass& pass) const {
  pass.context.ops.elementwise.scale_columns(pass.context, output_view(pass.output_gradients[0], pass.state),
                                             pass.packed, nullptr,
                                             input_view(pass.input_gradients[0], pass.state));
}

}  // namespace lamella::layers
