// One batch through a plan: gather, forward, loss, and on request backward. What training and evaluation
// share.
#pragma once
#include <chrono>
#include <memory>

#include "base/arena.h"
#include "engine/activity_penalty.h"
#include "engine/loss_frame.h"
#include "engine/plan.h"
#include "engine/sharing.h"

namespace lamella::engine {

// A native call comes back to Python after this long at the latest, for signals and the progress bar.
constexpr auto kCallTime = std::chrono::milliseconds(50);

// How a run's training steps went so far.
struct Pace {
  Sharing sharing;
  int64_t batch_size = 0;
  bool long_steps = true;  // until measured for as many rows
};

class BatchRun {
 public:
  // The objective must outlive the run.
  BatchRun(const ops::Context& context, const Program& program, const Objective& objective, Plan::Mode mode);

  BatchRun(const BatchRun&) = delete;
  BatchRun& operator=(const BatchRun&) = delete;

  // Lays memory out in the arena for batches of up to this many rows, until others use it; gradients of
  // variables go to the slab (training).
  void reserve(int64_t capacity, Arena& arena, char* gradient_slab);
  const Plan& plan() const { return *plan_; }
  // As it was given, and as it runs: with frame and fused.
  const Program& source() const { return source_; }
  const Program& program() const { return plan_->program(); }
  Pace& pace() { return pace_; }
  int64_t target_bytes() const { return targets_->bytes() + (loss_targets_ ? loss_targets_->bytes() : 0); }
  // Refuses, before any work is done, targets and weights that do not fit.
  void check(const Feed& feed) const;

  // The batch's loss, penalties included. order: numbers of the rows, or null for first, first + 1, ...
  double forward(const Feed& feed, const int64_t* order, int64_t first, const layers::StepState& state,
                 const Poll* poll);
  // The same in training, and the gradients of variables.
  double forward_and_backward(const Feed& feed, const int64_t* order, int64_t first,
                              const layers::StepState& state, const Poll* poll);
  void commit() { plan_->commit(*workspace_); }
  void add_metrics(Scores& scores) const;

 private:
  using StepState = layers::StepState;

  void gather(const ops::Context& context, const Feed& feed, const int64_t* order, int64_t first,
              const StepState& rows);
  TensorView view(char* data, int value, const StepState& rows) const;
  // Of these rows of the batch.
  losses::LossPass loss_pass(const StepState& rows) const;
  double step_by_parts(const Feed& feed, const int64_t* order, int64_t first, const StepState& state,
                       int64_t count);
  double activity_loss() const;

  const ops::Context& context_;
  const Objective& objective_;
  Plan::Mode mode_;
  Program source_;
  Pace pace_;
  std::optional<LossFrame> frame_;  // of a loss along other axes than the last
  Program program_;                 // fused
  std::vector<std::pair<size_t, const ActivityPenalty*>> activity_penalties_;  // with their nodes
  int plan_threads_ = 0;  // that there were when the plan was made
  std::unique_ptr<Plan> plan_;
  std::unique_ptr<Workspace> workspace_;
  std::unique_ptr<Targets> targets_;       // of metrics, and of the loss unless it has a frame
  std::unique_ptr<Targets> loss_targets_;  // as its frame shows them
};

}  // namespace lamella::engine
