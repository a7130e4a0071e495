#include "engine/batch_run.h"

#include "engine/fuse.h"

namespace lamella::engine {

BatchRun::BatchRun(const ops::Context& context, const Program& program, const Objective& objective,
                   Plan::Mode mode)
    : context_(context),
      objective_(objective),
      mode_(mode),
      source_(program),
      frame_(LossFrame::make(program, objective)),
      program_(
          fuse_activations(context, fuse_head(frame_ ? frame_->extend(program) : program, objective.head()))),
      plan_(std::make_unique<Plan>(context_, program_, 1, mode)) {
  for (size_t i = 0; i < program_.nodes.size(); ++i) {
    const auto* penalty = dynamic_cast<const ActivityPenalty*>(program_.nodes[i].layer.get());
    if (penalty != nullptr) activity_penalties_.emplace_back(i, penalty);
  }
}

void BatchRun::check(const Feed& feed) const {
  if (!frame_) return check_targets(context_, feed, program_, objective_);
  check_rows(feed);
  if (!objective_.metrics.empty())
    check_targets(context_, frame_->for_metrics(feed), program_, frame_->of_metrics());
  const Feed of_loss = frame_->for_loss(feed);
  if (frame_->of_loss().wants_labels())
    return check_targets(context_, of_loss, frame_->view(), frame_->of_loss());
  check_weights(of_loss, frame_->view(), frame_->of_loss());
}

void BatchRun::reserve(int64_t capacity, Arena& arena, char* gradient_slab) {
  const int threads = context_.device.threads.size();
  if (!targets_ || plan_->capacity() < capacity || plan_threads_ != threads) {
    workspace_ = nullptr;
    targets_ = nullptr;
    plan_ = std::make_unique<Plan>(context_, program_, capacity, mode_);
    plan_threads_ = threads;
    if (frame_) loss_targets_ = std::make_unique<Targets>(frame_->view(), frame_->of_loss(), capacity);
    targets_ = std::make_unique<Targets>(program_, frame_ ? frame_->of_metrics() : objective_, capacity);
  }
  char* const memory = arena.reserve(plan_->arena_bytes());
  if (workspace_ && workspace_->arena == memory) return;
  workspace_ = nullptr;
  workspace_ = plan_->make_workspace(memory, gradient_slab);
}

TensorView BatchRun::view(char* data, int value, const StepState& rows) const {
  const Shape& shape = program_.values[static_cast<size_t>(value)];
  const int64_t cols = shape.empty() ? 1 : shape.back(), row_size = checked_product(shape);
  const int64_t size = rows.rows * row_size;
  return {data + rows.first_row * row_size * size_of(program_.dtype), program_.dtype,
          cols == 0 ? 0 : size / cols, cols};
}

double BatchRun::activity_loss() const {
  double sum = 0;
  for (const auto& [node, penalty] : activity_penalties_) sum += penalty->loss(workspace_->forward[node]);
  return sum;
}

void BatchRun::gather(const ops::Context& context, const Feed& feed, const int64_t* order, int64_t first,
                      const StepState& rows) {
  if (order != nullptr) order += rows.first_row;
  first += rows.first_row;
  const TensorView input = view(plan_->value(*workspace_, Program::kInput), Program::kInput, rows);
  context.ops.gather.gather(context, feed.x, order, first,
                            {input.data, input.dtype, rows.rows, checked_product(program_.input_shape())});
  if (!frame_) return targets_->gather(context, feed, order, first, rows);
  targets_->gather(context, frame_->for_metrics(feed), order, first, rows);
  loss_targets_->gather(context, frame_->for_loss(feed), order, first, rows);
}

losses::LossPass BatchRun::loss_pass(const StepState& rows) const {
  const int from = program_.loss_value();
  const bool fused = program_.logits != Program::kNone;
  const bool training = mode_ == Plan::Mode::training;
  const Targets& targets = loss_targets_ ? *loss_targets_ : *targets_;
  return targets.loss_pass(
      view(plan_->value(*workspace_, from), from, rows),
      fused ? view(plan_->value(*workspace_, program_.output), program_.output, rows) : TensorView{},
      training ? view(plan_->gradient(*workspace_, from), from, rows) : TensorView{}, fused, rows.first_row);
}

double BatchRun::forward(const Feed& feed, const int64_t* order, int64_t first, const StepState& state,
                         const Poll* poll) {
  workspace_->state = state;
  if (frame_)
    targets_->begin(frame_->for_metrics(feed));
  else
    targets_->begin(feed);  // not copied: its shapes are memory of their own
  if (loss_targets_) loss_targets_->begin(feed);
  gather(context_, feed, order, first, state);
  plan_->forward(*workspace_, poll);
  if (!objective_.loss) return 0;
  return objective_.loss->evaluate(context_, loss_pass(state)) + objective_.penalty(context_) +
         activity_loss();
}

double BatchRun::forward_and_backward(const Feed& feed, const int64_t* order, int64_t first,
                                      const StepState& state, const Poll* poll) {
  const RowParts* parts = workspace_->row_parts.get();
  const int64_t count = parts && !frame_ && objective_.loss->cuts_by_rows() ? parts->count(state.rows) : 1;
  if (count > 1) return step_by_parts(feed, order, first, state, count);
  const double loss = forward(feed, order, first, state, poll);
  plan_->backward(*workspace_, poll);
  return loss;
}

// A thread gathers its rows, takes them forward, compares them with their targets and takes them backward.
double BatchRun::step_by_parts(const Feed& feed, const int64_t* order, int64_t first, const StepState& state,
                               int64_t count) {
  RowParts& parts = *workspace_->row_parts;
  workspace_->state = state;
  const losses::Loss& loss = *objective_.loss;
  targets_->begin(feed);
  const losses::LossPass batch = loss_pass(state);
  context_.device.threads.parallel_for(count, 1, [&](int64_t begin, int64_t end) {
    const ThreadPool::Alone alone(true);
    for (int64_t part = begin; part < end; ++part) {
      const StepState& rows = parts.begin(state, part, count);
      gather(context_, feed, order, first, rows);
      parts.forward(part);
      loss.evaluate_part(context_, loss_pass(rows), batch.prediction.rows);
      parts.backward(part);
    }
  });
  context_.device.threads.parallel_for(count, 1, [&](int64_t begin, int64_t end) {
    const ThreadPool::Alone alone(true);
    for (int64_t share = begin; share < end; ++share) parts.backward_variables(share, count);
  });
  return loss.total(context_, batch) + objective_.penalty(context_);
}

void BatchRun::add_metrics(Scores& scores) const {
  const int output = program_.output;
  scores.add_metrics(
      context_, targets_->metric_pass(view(plan_->value(*workspace_, output), output, workspace_->state)));
}

}  // namespace lamella::engine
