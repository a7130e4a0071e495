#include "layers/augment.h"

#include "base/error.h"

namespace lamella::layers {

namespace {

ops::PictureSizes sizes_of(const Definition& definition) {
  const Shape& shape = definition.inputs.at(0);
  if (shape.size() != 3) {
    fail("Layer '", definition.name,
         "' takes pictures, (rows, height, width, channels). Received: ", to_string_with_batch(shape), ".");
  }
  const Attributes& attributes = definition.attributes;
  const ops::PictureSizes sizes{shape[0], shape[1],
                                attributes.has("height") ? attributes.integer("height") : shape[0],
                                attributes.has("width") ? attributes.integer("width") : shape[1], shape[2]};
  if (sizes.new_height < 1 || sizes.new_width < 1 || sizes.new_height > sizes.height ||
      sizes.new_width > sizes.width) {
    fail("Layer '", definition.name, "' cannot cut pictures of ", sizes.new_height, " by ", sizes.new_width,
         " pixels out of inputs of shape ", to_string_with_batch(shape), ".");
  }
  return sizes;
}

Shape transformed_shape(const Definition& definition) {
  const ops::PictureSizes sizes = sizes_of(definition);
  return {sizes.new_height, sizes.new_width, sizes.channels};
}

ops::Between between(const Definition& definition, const char* key, double otherwise) {
  if (!definition.attributes.has(key)) return {otherwise, otherwise};
  const std::vector<double> range = definition.attributes.numbers(key);
  if (range.size() != 2) fail("Layer '", definition.name, "' takes two numbers as ", key, ".");
  return {range[0], range[1]};
}

ops::Fill fill_of(const Definition& definition) {
  if (!definition.attributes.has("fill")) return ops::Fill::reflect;
  const std::string& fill = definition.attributes.text("fill");
  if (fill == "reflect") return ops::Fill::reflect;
  if (fill == "wrap") return ops::Fill::wrap;
  if (fill == "nearest") return ops::Fill::nearest;
  if (fill == "constant") return ops::Fill::constant;
  fail("Layer '", definition.name, "' does not know the fill mode '", fill, "'.");
}

ops::PictureTransform transform_of(const Definition& definition) {
  const auto is_set = [&](const char* key) { return definition.attributes.number_or(key, 0) != 0; };
  return {.flip_vertical = is_set("flip_vertical"),
          .flip_horizontal = is_set("flip_horizontal"),
          .shift_height = between(definition, "shift_height", 0),
          .shift_width = between(definition, "shift_width", 0),
          .angle = between(definition, "angle", 0),
          .zoom_height = between(definition, "zoom_height", 1),
          .zoom_width = between(definition, "zoom_width", 1),
          .same_zoom = is_set("same_zoom"),
          .fill = fill_of(definition),
          .fill_value = definition.attributes.number_or("fill_value", 0),
          .interpolate = definition.attributes.number_or("interpolate", 1) != 0};
}

}  // namespace

RandomTransform::RandomTransform(const Definition& definition)
    : RandomLayer(definition, transformed_shape(definition)),
      sizes_(sizes_of(definition)),
      transform_(transform_of(definition)) {}

void RandomTransform::forward(const ForwardPass& pass) const {
  pass.context.ops.augment.transform(pass.context, pass.state.augments, key(pass.state), transform_, sizes_,
                                     input_view(pass.inputs[0], pass.state),
                                     output_view(pass.outputs[0], pass.state));
}

void RandomTransform::backward(const BackwardPass& pass) const {
  pass.context.ops.augment.transform_backward(pass.context, pass.state.augments, key(pass.state), transform_,
                                              sizes_, output_view(pass.output_gradients[0], pass.state),
                                              input_view(pass.input_gradients[0], pass.state));
}

RandomColor::RandomColor(const Definition& definition)
    : RandomLayer(definition, definition.inputs.at(0)), sizes_(sizes_of(definition)) {
  const ops::Between range = between(definition, "range", 0);
  color_ = {.brightness = between(definition, "brightness", 0),
            .contrast = between(definition, "contrast", 1),
            .low = range.low,
            .high = range.high};
}

Needs RandomColor::needs(const ops::Context&, int64_t, bool training) const {
  return {.backward_reads_input = training, .forward_in_place = !training, .backward_in_place = true};
}

void RandomColor::forward(const ForwardPass& pass) const {
  const TensorView x = input_view(pass.inputs[0], pass.state), y = output_view(pass.outputs[0], pass.state);
  if (!pass.state.augments) {
    pass.context.ops.elementwise.copy(pass.context, x, y);
    return;
  }
  pass.context.ops.augment.color(pass.context, key(pass.state), color_, sizes_, x, y);
}

void RandomColor::backward(const BackwardPass& pass) const {
  pass.context.ops.augment.color_backward(
      pass.context, key(pass.state), color_, sizes_, input_view(pass.inputs[0], pass.state),
      output_view(pass.output_gradients[0], pass.state), input_view(pass.input_gradients[0], pass.state));
}

}  // namespace lamella::layers
