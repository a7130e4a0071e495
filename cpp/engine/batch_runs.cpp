#include "engine/batch_runs.h"

#include <algorithm>

#include "base/error.h"

namespace lamella::engine {

namespace {

// A run keeps packed kernels of its own: of large ones there are fewer.
constexpr size_t kLeastRuns = 2, kMostRuns = 32;
constexpr int64_t kMostPackedBytes = 64 << 20;

}  // namespace

BatchRuns::BatchRuns(const ops::Context& context, const Program& program, const Objective& objective,
                     Plan::Mode mode)
    : context_(context), objective_(objective), mode_(mode) {
  runs_.emplace_back(context, program, objective, mode);
}

void BatchRuns::use(const Program& program) {
  const auto known = std::find_if(runs_.begin(), runs_.end(),
                                  [&](const BatchRun& run) { return is_same(run.source(), program); });
  if (known != runs_.end()) return runs_.splice(runs_.begin(), runs_, known);
  std::list<BatchRun> made;
  made.emplace_back(context_, program, objective_, mode_);
  const Plan &plan = made.front().plan(), &present = current().plan();
  if (plan.gradient_slots() != present.gradient_slots() || program.dtype != present.program().dtype ||
      class_count(program) != class_count(current().source()))
    misuse("a program for rows of another shape must be of the same model");
  runs_.splice(runs_.begin(), made);
  const auto most =
      static_cast<size_t>(kMostPackedBytes / std::max<int64_t>(1, current().plan().packed_bytes()));
  if (runs_.size() > std::clamp(most, kLeastRuns, kMostRuns)) runs_.pop_back();
}

}  // namespace lamella::engine
