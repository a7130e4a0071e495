#include "layers/dense.h"

#include "base/error.h"

namespace lamella::layers {

namespace {

Shape dense_output_shape(const Definition& definition) {
  Shape shape = definition.inputs.at(0);
  const Variable& kernel = *definition.variables.at(0);
  if (shape.empty() || kernel.shape().size() != 2 || shape.back() != kernel.shape()[0]) {
    fail("Layer '", definition.name, "' has a kernel of shape ", to_string(kernel.shape()),
         " and cannot take inputs of shape ", to_string_with_batch(shape), ".");
  }
  shape.back() = kernel.shape()[1];
  return shape;
}

}  // namespace

Dense::Dense(const Definition& definition) : Foldable(definition, dense_output_shape(definition)) {}

Needs Dense::needs(const ops::Context& context, int64_t rows, bool training) const {
  const ops::DenseOps& op = context.ops.dense;
  if (!training) return {.packed = folded_bytes() + op.packed_bytes(context, dtype(), input_cols(), units())};
  return {.backward_scratch =
              op.backward_scratch_bytes(context, dtype(), rows * positions(), input_cols(), units()),
          .backward_reads_input = true,
          .backward_reads_output = has_activation()};
}

void Dense::pack(const ops::Context& context, void* packed) const {
  refresh_folded(context, packed);
  if (units() > 1) context.ops.dense.pack(context, kernel(packed), behind_folded(packed));
}

void Dense::forward(const ForwardPass& pass) const {
  pass.context.ops.dense.forward(pass.context,
                                 {.x = input_view(pass.inputs[0], pass.state),
                                  .kernel = kernel(pass.packed),
                                  .packed = pass.state.training ? nullptr : behind_folded(pass.packed),
                                  .bias = bias(pass.packed),
                                  .activation = activation(),
                                  .alpha = alpha(),
                                  .y = output_view(pass.outputs[0], pass.state)});
}

ops::DenseBackward Dense::backward_arguments(const BackwardPass& pass) const {
  return {.x = input_view(pass.inputs[0], pass.state),
          .kernel = variable_view(0),
          .y = output_view(pass.outputs[0], pass.state),
          .dy = output_view(pass.output_gradients[0], pass.state),
          .activation = activation(),
          .alpha = alpha(),
          .dx = input_view(pass.input_gradients[0], pass.state),
          .kernel_gradient = variable_view(0, pass.variable_gradients[0]),
          .bias_gradient = variable_view(1, pass.variable_gradients[1]),
          .scratch = pass.scratch,
          .first_row = pass.state.first_row * positions(),
          .batch_rows = pass.state.batch_rows * positions()};
}

void Dense::backward(const BackwardPass& pass) const {
  const ops::DenseOps& op = pass.context.ops.dense;
  const bool is_part = pass.state.batch_rows > 0;
  (is_part ? op.backward_rows : op.backward)(pass.context, backward_arguments(pass));
}

void Dense::backward_variables(const BackwardPass& pass, int64_t share, int64_t count) const {
  pass.context.ops.dense.backward_variables(pass.context, backward_arguments(pass), share, count);
}

double Dense::forward_flops() const {
  return 2.0 * static_cast<double>(positions()) * static_cast<double>(input_cols()) *
         static_cast<double>(units());
}

}  // namespace lamella::layers
