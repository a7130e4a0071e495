#include "layers/pool.h"

#include "base/error.h"
#include "layers/window.h"

namespace lamella::layers {

namespace {

ops::Window pool_window(const Definition& definition) {
  return window_of(definition, definition.inputs.at(0), taps_of(definition));
}

ops::Pooling kind_of(const Definition& definition) {
  const std::string& kind = definition.attributes.text("kind");
  if (kind == "max") return ops::Pooling::max;
  if (kind == "mean") return ops::Pooling::mean;
  fail("Layer '", definition.name, "' does not know the pooling '", kind, "'.");
}

}  // namespace

Pool::Pool(const Definition& definition)
    : Layer(definition,
            window_output_shape(pool_window(definition), definition.inputs[0], definition.inputs[0].back())),
      window_(pool_window(definition)),
      kind_(kind_of(definition)) {}

Needs Pool::needs(const ops::Context&, int64_t, bool training) const {
  const bool reads = training && kind_ == ops::Pooling::max;
  return {.backward_reads_input = reads, .backward_reads_output = reads};
}

void Pool::forward(const ForwardPass& pass) const {
  pass.context.ops.pool.forward(pass.context, kind_, window_, input_view(pass.inputs[0], pass.state),
                                output_view(pass.outputs[0], pass.state));
}

void Pool::backward(const BackwardPass& pass) const {
  pass.context.ops.pool.backward(pass.context, kind_, window_, input_view(pass.inputs[0], pass.state),
                                 output_view(pass.outputs[0], pass.state),
                                 output_view(pass.output_gradients[0], pass.state),
                                 input_view(pass.input_gradients[0], pass.state));
}

double Pool::forward_flops() const {
  return static_cast<double>(window_.output_positions()) * static_cast<double>(window_.all_taps()) *
         static_cast<double>(input_cols());
}

}  // namespace lamella::layers
