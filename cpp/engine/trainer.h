// Training: gather, forward, loss, backward, penalties, update, metrics; many steps in one call.
#pragma once
#include <functional>
#include <optional>
#include <span>

#include "engine/batch_runs.h"
#include "engine/updater.h"

namespace lamella::engine {

// Bytes of what a training step keeps.
struct TrainingMemory {
  int64_t parameters, gradients, slots, activations, packed, batch;
};

// Sees the gradients of a step, those of penalties included, before they are clipped and the weights change:
// one row, laid out as gradient_slots() tells. What it writes there is what is trained on: monitors look,
// other machines add theirs. One that throws leaves a step without a trace.
using GradientHook = std::function<void(const TensorView& gradients)>;

class Trainer {
 public:
  Trainer(const ops::Context& context, const Program& program, Objective objective,
          optimizers::OptimizerPtr optimizer, const UpdateSettings& settings, VariableRules rules,
          uint32_t seed);

  // Takes over iterations and the slots of variables that both train.
  void continue_from(const Trainer& previous);

  uint64_t iterations() const { return iterations_; }
  // Of when the pass was begun, from which its order follows.
  uint64_t began() const { return began_; }
  void set_iterations(uint64_t iterations) { iterations_ = iterations; }
  uint32_t seed() const { return seed_; }
  void set_seed(uint32_t seed) { seed_ = seed; }
  // Takes over a slot of a variable; nothing where this trainer does not keep it.
  void set_slot(const Variable& variable, const std::string& name, const void* data) {
    updater_.set_slot(variable, name, data);
  }

  // Puts another program of the same model in use, for rows of another shape: for what is started from now
  // on.
  void use(const Program& program);
  // Checks the feed, lays memory out and begins a pass; the feed must outlive it. Returns the number of
  // steps.
  int64_t start(const Feed& feed, int64_t batch_size, std::optional<int64_t> steps, bool shuffle);
  // Runs up to max_steps (0: all that are left) steps, at most about 50 ms; returns the steps done in this
  // pass. learning_rates holds one number for all steps, or one for each step that may run. poll is called
  // between steps and, where steps are long, between ops.
  int64_t run(std::span<const double> learning_rates, int64_t max_steps, const Poll& poll);
  // Goes on in this pass as if so many steps had been run: for a pass that another process began.
  void skip(int64_t steps);
  // Forward and backward of one batch in training mode, without an update: fills the gradient slab.
  void compute_gradients(const Feed& feed, const Poll& poll);

  std::vector<metrics::Result> results() const { return scores_.results(); }
  void reset_metrics() { scores_.reset(); }
  const Scores& scores() const { return scores_; }
  Scores& scores() { return scores_; }
  std::optional<uint64_t> first_nonfinite_step() const { return first_nonfinite_step_; }

  const std::vector<GradientSlot>& gradient_slots() const { return runs_.current().plan().gradient_slots(); }
  void set_gradient_hook(GradientHook hook) { gradient_hook_ = std::move(hook); }
  const char* gradient(const GradientSlot& slot) const { return gradients_.data() + slot.offset; }
  std::vector<Updater::SlotView> slots() const { return updater_.slots(); }
  // Replaces the weights by their moving averages, where the optimizer keeps them.
  void overwrite_with_averages();
  TrainingMemory memory(int64_t batch_size) const;

 private:
  // The loss; fills the gradient slab.
  double forward_and_backward(const Feed& feed, const int64_t* order, int64_t first, int64_t rows,
                              const Poll* poll);
  void step(double learning_rate, const Poll* poll);

  const ops::Context& context_;
  Objective objective_;
  uint32_t seed_;
  uint64_t iterations_ = 0, began_ = 0;
  BatchRuns runs_;
  Scores scores_;
  std::optional<uint64_t> first_nonfinite_step_;

  Block gradients_;
  Updater updater_;
  GradientHook gradient_hook_;

  const Feed* feed_ = nullptr;
  std::vector<int64_t> order_;
  bool shuffled_ = false;
  int64_t batch_size_ = 0, steps_ = 0, done_ = 0;
};

}  // namespace lamella::engine
