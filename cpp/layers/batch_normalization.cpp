#include "layers/batch_normalization.h"

#include "base/error.h"

namespace lamella::layers {

BatchNormalization::BatchNormalization(const Definition& definition)
    : Fusable(definition, definition.inputs.at(0)),
      momentum_(definition.attributes.number("momentum")),
      epsilon_(definition.attributes.number("epsilon")) {
  for (const VariablePtr& variable : variables()) {
    if (variable && variable->size() != input_cols()) {
      fail("Layer '", name(), "' has ", variable->size(), " channels and cannot take inputs of shape ",
           to_string_with_batch(definition.inputs[0]), ".");
    }
  }
}

Needs BatchNormalization::needs(const ops::Context& context, int64_t rows, bool training) const {
  const int64_t channel_bytes = round_up(input_cols() * size_of(dtype()), kAlignment);
  Needs needs{.saved = 4 * channel_bytes, .forward_in_place = !training, .backward_in_place = true};
  if (training) {
    const int64_t scratch = context.ops.batch_norm.scratch_bytes(dtype(), rows * positions(), input_cols());
    needs.saved += scratch;
    needs.backward_scratch = scratch;
    needs.backward_reads_input = true;
    needs.backward_reads_output = has_activation();
  }
  return needs;
}

BatchNormalization::Saved BatchNormalization::saved(void* data) const {
  const int64_t channel_bytes = round_up(input_cols() * size_of(dtype()), kAlignment);
  char* first = static_cast<char*>(data);
  return {first, first + channel_bytes, first + 2 * channel_bytes, first + 3 * channel_bytes,
          first + 4 * channel_bytes};
}

void BatchNormalization::forward(const ForwardPass& pass) const {
  const bool batch_statistics = pass.state.training && trainable();
  const Saved s = saved(pass.saved);
  pass.context.ops.batch_norm.forward(pass.context,
                                      {.x = input_view(pass.inputs[0], pass.state),
                                       .y = output_view(pass.outputs[0], pass.state),
                                       .gamma = variable_view(0),
                                       .beta = variable_view(1),
                                       .mean = batch_statistics ? s.mean : variables()[2]->data(),
                                       .variance = batch_statistics ? s.variance : variables()[3]->data(),
                                       .inv_std = s.inv_std,
                                       .scale = s.scale,
                                       .scratch = s.scratch,
                                       .epsilon = epsilon_,
                                       .training = batch_statistics,
                                       .activation = activation(),
                                       .alpha = alpha()});
}

void BatchNormalization::backward(const BackwardPass& pass) const {
  const bool batch_statistics = pass.state.training && trainable();
  const Saved s = saved(const_cast<void*>(pass.saved));
  pass.context.ops.batch_norm.backward(pass.context,
                                       {.x = input_view(pass.inputs[0], pass.state),
                                        .y = output_view(pass.outputs[0], pass.state),
                                        .dy = output_view(pass.output_gradients[0], pass.state),
                                        .dx = input_view(pass.input_gradients[0], pass.state),
                                        .gamma_gradient = variable_view(0, pass.variable_gradients[0]),
                                        .beta_gradient = variable_view(1, pass.variable_gradients[1]),
                                        .mean = batch_statistics ? s.mean : variables()[2]->data(),
                                        .inv_std = s.inv_std,
                                        .scale = s.scale,
                                        .scratch = pass.scratch,
                                        .training = batch_statistics,
                                        .activation = activation(),
                                        .alpha = alpha()});
}

void BatchNormalization::commit(const ops::Context& context, const void* data) const {
  if (!trainable()) return;
  const Saved s = saved(const_cast<void*>(data));
  context.ops.batch_norm.update_moving(context, variable_view(2), s.mean, momentum_);
  context.ops.batch_norm.update_moving(context, variable_view(3), s.variance, momentum_);
  variables()[2]->mark_changed();
  variables()[3]->mark_changed();
}

std::optional<Normalization> BatchNormalization::as_normalization() const {
  if (has_activation()) return std::nullopt;
  return Normalization{variables()[0], variables()[1], variables()[2], variables()[3], epsilon_};
}

}  // namespace lamella::layers
