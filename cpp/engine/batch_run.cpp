#include "engine/batch_run.h"

#include "engine/fuse.h"

namespace lamella::engine {

BatchRun::BatchRun(const ops::Context& context, const Program& program, const Objective& objective,
                   Plan::Mode mode)
    : context_(context),
      objective_(objective),
      mode_(mode),
      program_(fuse_activations(fuse_head(program, objective.head()))),
      plan_(std::make_unique<Plan>(context_, program_, 1, mode)) {
  for (size_t i = 0; i < program_.nodes.size(); ++i) {
    const auto* penalty = dynamic_cast<const ActivityPenalty*>(program_.nodes[i].layer.get());
    if (penalty != nullptr) activity_penalties_.emplace_back(i, penalty);
  }
}

void BatchRun::reserve(int64_t capacity, char* gradient_slab) {
  if (workspace_ && plan_->capacity() >= capacity) return;
  workspace_ = nullptr;
  plan_ = std::make_unique<Plan>(context_, program_, capacity, mode_);
  targets_ = std::make_unique<Targets>(program_, objective_, capacity);
  workspace_ = plan_->make_workspace(gradient_slab);
}

TensorView BatchRun::view(char* data, int value) const {
  const Shape& shape = program_.values[static_cast<size_t>(value)];
  const int64_t cols = shape.empty() ? 1 : shape.back();
  const int64_t elements = workspace_->state.rows * checked_product(shape);
  return {data, program_.dtype, cols == 0 ? 0 : elements / cols, cols};
}

double BatchRun::activity_loss() const {
  double sum = 0;
  for (const auto& [node, penalty] : activity_penalties_) sum += penalty->loss(workspace_->forward[node]);
  return sum;
}

double BatchRun::forward(const Feed& feed, const int64_t* order, int64_t first,
                         const layers::StepState& state, const Poll* poll) {
  workspace_->state = state;
  const TensorView input{plan_->value(*workspace_, Program::kInput), program_.dtype, state.rows,
                         checked_product(program_.input_shape())};
  context_.ops.gather.gather(context_, feed.x, order, first, input);
  targets_->gather(context_, feed, order, first, state.rows);
  plan_->forward(*workspace_, poll);
  if (!objective_.loss) return 0;

  const int from = program_.loss_value();
  const bool fused = program_.logits != Program::kNone;
  const bool training = mode_ == Plan::Mode::training;
  const losses::LossPass pass = targets_->loss_pass(
      view(plan_->value(*workspace_, from), from),
      fused ? view(plan_->value(*workspace_, program_.output), program_.output) : TensorView{},
      training ? view(plan_->gradient(*workspace_, from), from) : TensorView{}, fused);
  return objective_.loss->evaluate(context_, pass) + objective_.penalty(context_) + activity_loss();
}

void BatchRun::add_metrics(Scores& scores) const {
  const int output = program_.output;
  scores.add_metrics(context_, targets_->metric_pass(view(plan_->value(*workspace_, output), output)));
}

}  // namespace lamella::engine
