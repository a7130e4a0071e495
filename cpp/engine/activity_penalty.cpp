#include "engine/activity_penalty.h"

namespace lamella::engine {

ActivityPenalty::ActivityPenalty(const layers::Definition& definition, penalties::PenaltyPtr penalty)
    : Layer(definition, definition.inputs.at(0)), penalty_(std::move(penalty)) {}

layers::Needs ActivityPenalty::needs(const ops::Context&, int64_t, bool) const {
  return {.backward_reads_input = true, .loss_reads_output = true};
}

double ActivityPenalty::loss(const layers::ForwardPass& pass) const {
  const double sum = penalty_->value(pass.context, input_view(pass.inputs[0], pass.state));
  return sum / static_cast<double>(pass.state.rows);
}

// A view's gradient is its output's: the penalty's is added to it in place.
void ActivityPenalty::backward(const layers::BackwardPass& pass) const {
  const TensorView from = output_view(pass.output_gradients[0], pass.state);
  const TensorView to = input_view(pass.input_gradients[0], pass.state);
  if (from.data != to.data) pass.context.ops.elementwise.copy(pass.context, from, to);
  penalty_->add_gradient(pass.context, 1 / static_cast<double>(pass.state.rows),
                         input_view(pass.inputs[0], pass.state), to);
}

}  // namespace lamella::engine
