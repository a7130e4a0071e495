#include <algorithm>

#include "base/error.h"
#include "layers/conv.h"
#include "layers/window.h"

namespace lamella::layers {

namespace {

// The layer's output, as the shape of a picture: what the convolution takes.
Shape transposed_shape(const Definition& definition) {
  const Shape& input = definition.inputs.at(0);
  const Shape& kernel = definition.variables.at(0)->shape();
  const Shape output = definition.attributes.integers("output");
  if (kernel.size() < 3 || input.size() + 1 != kernel.size() || output.size() + 1 != input.size() ||
      input.back() != kernel.back()) {
    fail("Layer '", definition.name, "' has a kernel of shape ", to_string(kernel),
         " and cannot take inputs of shape ", to_string_with_batch(input), ".");
  }
  Shape shape = output;
  shape.push_back(kernel[kernel.size() - 2]);
  return shape;
}

ops::ConvGeometry transposed_geometry(const Definition& definition) {
  const Shape output = transposed_shape(definition), &input = definition.inputs[0];
  const Shape& kernel = definition.variables[0]->shape();
  const ops::Window window = window_of(definition, output, {kernel.begin(), kernel.end() - 2});
  if (window_output_shape(window, output, input.back()) != input) {
    fail("Layer '", definition.name, "' cannot make ", to_string_with_batch(output), " of inputs of shape ",
         to_string_with_batch(input), ".");
  }
  return {window, output.back(), input.back(), 1};
}

}  // namespace

ConvTranspose::ConvTranspose(const Definition& definition)
    : Fusable(definition, transposed_shape(definition)), geometry_(transposed_geometry(definition)) {}

Needs ConvTranspose::needs(const ops::Context& context, int64_t rows, bool training) const {
  const ops::ConvOps& op = context.ops.conv;
  Needs needs{.packed = op.transposed_bytes(context, dtype(), geometry_)};
  if (training) {
    const int64_t output_rows = rows * geometry_.window.input_positions();
    needs.backward_scratch =
        std::max({op.packed_bytes(context, dtype(), geometry_),
                  op.kernel_gradient_scratch_bytes(context, dtype(), geometry_, rows),
                  op.output_gradient_scratch_bytes(dtype(), output_rows, geometry_.channels)});
    needs.backward_reads_input = true;
    needs.backward_reads_output = has_activation();
  }
  return needs;
}

void ConvTranspose::pack(const ops::Context& context, void* packed) const {
  context.ops.conv.pack_transposed(context, geometry_, variable_view(0), packed);
}

void ConvTranspose::forward(const ForwardPass& pass) const {
  const TensorView y = output_view(pass.outputs[0], pass.state);
  pass.context.ops.conv.input_gradient(pass.context, geometry_,
                                       {.dy = input_view(pass.inputs[0], pass.state),
                                        .packed = pass.packed,
                                        .bias = variable_view(1),
                                        .dx = y});
  if (!has_activation()) return;
  pass.context.ops.activation.forward(pass.context, activation(), {.a = alpha()}, y, y);
}

void ConvTranspose::backward(const BackwardPass& pass) const {
  const ops::ConvOps& op = pass.context.ops.conv;
  const TensorView dy = backward_to_sums(pass);
  if (pass.variable_gradients[0] != nullptr) {
    op.kernel_gradient(pass.context, geometry_,
                       {.x = dy,
                        .dy = input_view(pass.inputs[0], pass.state),
                        .kernel_gradient = variable_view(0, pass.variable_gradients[0]),
                        .scratch = pass.scratch});
  }
  if (pass.input_gradients[0] == nullptr) return;
  op.pack(pass.context, geometry_, variable_view(0), pass.scratch);
  op.forward(pass.context, geometry_,
             {.x = dy,
              .packed = pass.scratch,
              .bias = {},
              .activation = Activation::linear,
              .alpha = 0,
              .y = input_view(pass.input_gradients[0], pass.state)});
}

double ConvTranspose::forward_flops() const {
  return 2.0 * static_cast<double>(geometry_.window.output_positions()) *
         static_cast<double>(variables()[0]->size());
}

}  // namespace lamella::layers
