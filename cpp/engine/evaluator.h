// Loss and metrics in inference mode, on memory of its own: a callback may evaluate in the middle of an
// epoch.
#pragma once
#include <optional>

#include "engine/batch_runs.h"

namespace lamella::engine {

class Evaluator {
 public:
  Evaluator(const ops::Context& context, const Program& program, Objective objective);

  // As Trainer's, in the order of the rows.
  void use(const Program& program);
  int64_t start(const Feed& feed, int64_t batch_size, std::optional<int64_t> steps);
  int64_t run(int64_t max_steps, const Poll& poll);
  std::vector<metrics::Result> results() const { return scores_.results(); }
  void reset_metrics() { scores_.reset(); }
  Scores& scores() { return scores_; }

 private:
  Objective objective_;
  BatchRuns runs_;
  Scores scores_;

  const Feed* feed_ = nullptr;
  int64_t batch_size_ = 0, steps_ = 0, done_ = 0;
};

}  // namespace lamella::engine
