#include "layers/rescaling.h"

#include "base/error.h"

namespace lamella::layers {

Rescaling::Rescaling(const Definition& definition)
    : Layer(definition, definition.inputs.at(0)),
      scale_(constants(definition, "scale")),
      offset_(constants(definition, "offset")) {}

Block Rescaling::constants(const Definition& definition, const char* key) const {
  const std::vector<double> values = definition.attributes.numbers(key);
  const auto channels = static_cast<size_t>(input_cols());
  if (values.size() != 1 && values.size() != channels) {
    fail("Layer '", name(), "' takes one ", key, " or one for each of the ", channels,
         " channels of its input ", to_string_with_batch(definition.inputs[0]), ". Received: ", values.size(),
         ".");
  }
  Block block(input_cols() * size_of(dtype()));
  dispatch(dtype(), [&](auto t) {
    using T = decltype(t);
    T* out = reinterpret_cast<T*>(block.data());
    for (size_t c = 0; c < channels; ++c) out[c] = static_cast<T>(values[values.size() == 1 ? 0 : c]);
  });
  return block;
}

Needs Rescaling::needs(const ops::Context&, int64_t, bool) const {
  return {.forward_in_place = true, .backward_in_place = true};
}

void Rescaling::forward(const ForwardPass& pass) const {
  pass.context.ops.elementwise.scale_columns(pass.context, input_view(pass.inputs[0], pass.state),
                                             scale_.data(), offset_.data(),
                                             output_view(pass.outputs[0], pass.state));
}

void Rescaling::backward(const BackwardPass& pass) const {
  pass.context.ops.elementwise.scale_columns(pass.context, output_view(pass.output_gradients[0], pass.state),
                                             scale_.data(), nullptr,
                                             input_view(pass.input_gradients[0], pass.state));
}

}  // namespace lamella::layers
