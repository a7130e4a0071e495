#include "layers/conv.h"

#include <algorithm>

#include "base/error.h"
#include "layers/window.h"

namespace lamella::layers {

namespace {

ops::ConvGeometry geometry_of(const Definition& definition) {
  const Shape& input = definition.inputs.at(0);
  const Shape& kernel = definition.variables.at(0)->shape();
  if (kernel.size() < 3 || input.size() + 1 != kernel.size()) {
    fail("Layer '", definition.name, "' has a kernel of shape ", to_string(kernel),
         " and cannot take inputs of shape ", to_string_with_batch(input), ".");
  }
  const Shape taps(kernel.begin(), kernel.end() - 2);
  const int64_t groups = definition.attributes.integer("groups"), filters = kernel.back();
  if (groups < 1 || filters % groups != 0 || input.back() != kernel[kernel.size() - 2] * groups) {
    fail("Layer '", definition.name, "' has a kernel of shape ", to_string(kernel), " in ", groups,
         " groups and cannot take inputs of shape ", to_string_with_batch(input), ".");
  }
  return {window_of(definition, input, taps), input.back(), filters, groups};
}

Shape output_shape_of(const Definition& definition) {
  const ops::ConvGeometry g = geometry_of(definition);
  return window_output_shape(g.window, definition.inputs[0], g.filters);
}

}  // namespace

Conv::Conv(const Definition& definition)
    : Foldable(definition, output_shape_of(definition)), geometry_(geometry_of(definition)) {}

// Scratch of the backward pass: one part after the other needs it.
Needs Conv::needs(const ops::Context& context, int64_t rows, bool training) const {
  const ops::ConvOps& op = context.ops.conv;
  Needs needs{.packed = folded_bytes() + op.packed_bytes(context, dtype(), geometry_)};
  if (training) {
    const int64_t output_rows = rows * geometry_.window.output_positions();
    needs.backward_scratch =
        std::max({op.transposed_bytes(context, dtype(), geometry_),
                  op.kernel_gradient_scratch_bytes(context, dtype(), geometry_, rows),
                  op.output_gradient_scratch_bytes(dtype(), output_rows, geometry_.filters)});
    needs.backward_reads_input = true;
    needs.backward_reads_output = has_activation();
  }
  return needs;
}

void Conv::pack(const ops::Context& context, void* packed) const {
  refresh_folded(context, packed);
  context.ops.conv.pack(context, geometry_, kernel(packed), behind_folded(packed));
}

void Conv::forward(const ForwardPass& pass) const {
  pass.context.ops.conv.forward(pass.context, geometry_,
                                {.x = input_view(pass.inputs[0], pass.state),
                                 .packed = behind_folded(pass.packed),
                                 .bias = bias(pass.packed),
                                 .activation = activation(),
                                 .alpha = alpha(),
                                 .y = output_view(pass.outputs[0], pass.state)});
}

void Conv::backward(const BackwardPass& pass) const {
  const ops::ConvOps& op = pass.context.ops.conv;
  const TensorView dy = backward_to_sums(pass);
  if (pass.variable_gradients[0] != nullptr) {
    op.kernel_gradient(pass.context, geometry_,
                       {.x = input_view(pass.inputs[0], pass.state),
                        .dy = dy,
                        .kernel_gradient = variable_view(0, pass.variable_gradients[0]),
                        .scratch = pass.scratch});
  }
  if (pass.input_gradients[0] == nullptr) return;
  op.pack_transposed(pass.context, geometry_, variable_view(0), pass.scratch);
  op.input_gradient(
      pass.context, geometry_,
      {.dy = dy, .packed = pass.scratch, .bias = {}, .dx = input_view(pass.input_gradients[0], pass.state)});
}

double Conv::forward_flops() const {
  return 2.0 * static_cast<double>(geometry_.window.output_positions()) *
         static_cast<double>(variables()[0]->size());
}

}  // namespace lamella::layers
