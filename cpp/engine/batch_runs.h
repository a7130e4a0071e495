// The runs of a trainer or an evaluator: one for each of the programs it was given lately, which are one
// model for rows of several shapes. They take turns in one arena; what a model learns and counts is not
// theirs.
#pragma once
#include <list>

#include "engine/batch_run.h"

namespace lamella::engine {

class BatchRuns {
 public:
  // The objective must outlive the runs.
  BatchRuns(const ops::Context& context, const Program& program, const Objective& objective, Plan::Mode mode);

  // The run of the program in use.
  BatchRun& current() { return runs_.front(); }
  const BatchRun& current() const { return runs_.front(); }
  // Puts a program in use. Refuses one that trains other variables or has other classes; then, and where
  // memory runs out, all stays as it is.
  void use(const Program& program);
  // Lays memory out for batches of the program in use; see BatchRun.
  void reserve(int64_t capacity, char* gradient_slab = nullptr) {
    current().reserve(capacity, arena_, gradient_slab);
  }

 private:
  const ops::Context& context_;
  const Objective& objective_;
  Plan::Mode mode_;
  Arena arena_;
  std::list<BatchRun> runs_;  // the one used last comes first
};

}  // namespace lamella::engine
