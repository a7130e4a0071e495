#include "layers/depthwise_conv.h"

#include <algorithm>

#include "base/error.h"
#include "layers/window.h"

namespace lamella::layers {

namespace {

ops::Window depthwise_window(const Definition& definition) {
  return window_of(definition, definition.inputs.at(0), taps_of(definition));
}

}  // namespace

DepthwiseConv::DepthwiseConv(const Definition& definition)
    : Fusable(definition, window_output_shape(depthwise_window(definition), definition.inputs[0],
                                              definition.inputs[0].back())),
      window_(depthwise_window(definition)) {
  if (variables()[0]->size() != window_.all_taps() * input_cols()) {
    fail("Layer '", name(), "' has a kernel of shape ", to_string(variables()[0]->shape()),
         " and cannot take inputs of shape ", to_string_with_batch(definition.inputs[0]), ".");
  }
}

Needs DepthwiseConv::needs(const ops::Context& context, int64_t rows, bool training) const {
  Needs needs;
  if (training) {
    const int64_t channels = input_cols(), output_rows = rows * window_.output_positions();
    needs.backward_scratch =
        std::max(context.ops.depthwise.kernel_gradient_scratch_bytes(dtype(), window_, rows, channels),
                 context.ops.conv.output_gradient_scratch_bytes(dtype(), output_rows, channels));
    needs.backward_reads_input = true;
    needs.backward_reads_output = has_activation();
  }
  return needs;
}

TensorView DepthwiseConv::kernel_view(void* data) const {
  return {data, dtype(), window_.all_taps(), input_cols()};
}

void DepthwiseConv::forward(const ForwardPass& pass) const {
  pass.context.ops.depthwise.forward(pass.context, window_, input_view(pass.inputs[0], pass.state),
                                     kernel_view(variables()[0]->data()), variable_view(1), activation(),
                                     alpha(), output_view(pass.outputs[0], pass.state));
}

void DepthwiseConv::backward(const BackwardPass& pass) const {
  const ops::DepthwiseOps& op = pass.context.ops.depthwise;
  const TensorView dy = backward_to_sums(pass);
  if (pass.variable_gradients[0] != nullptr) {
    op.kernel_gradient(pass.context, window_, input_view(pass.inputs[0], pass.state), dy,
                       kernel_view(pass.variable_gradients[0]), pass.scratch);
  }
  if (pass.input_gradients[0] == nullptr) return;
  op.input_gradient(pass.context, window_, dy, kernel_view(variables()[0]->data()),
                    input_view(pass.input_gradients[0], pass.state));
}

double DepthwiseConv::forward_flops() const {
  return 2.0 * static_cast<double>(window_.output_positions()) * static_cast<double>(variables()[0]->size());
}

}  // namespace lamella::layers
