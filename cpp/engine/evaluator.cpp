#include "engine/evaluator.h"

#include <algorithm>
#include <chrono>

#include "base/error.h"

namespace lamella::engine {

Evaluator::Evaluator(const ops::Context& context, const Program& program, Objective objective)
    : objective_(std::move(objective)),
      runs_(context, program, objective_, Plan::Mode::inference),
      scores_(objective_, class_count(program)) {}

void Evaluator::use(const Program& program) {
  feed_ = nullptr;  // whatever happens, the pass before is over
  runs_.use(program);
}

int64_t Evaluator::start(const Feed& feed, int64_t batch_size, std::optional<int64_t> steps) {
  feed_ = nullptr;  // whatever happens, the pass before is over
  if (batch_size < 1) fail("batch_size must be at least 1. Received: batch_size=", batch_size, ".");
  check_input(feed, runs_.current().program());
  runs_.current().check(feed);
  batch_size_ = std::min(batch_size, feed.rows());
  runs_.reserve(batch_size_);
  steps_ = ceil_div(feed.rows(), batch_size_);
  if (steps) steps_ = std::min(steps_, *steps);
  done_ = 0;
  feed_ = &feed;
  return steps_;
}

int64_t Evaluator::run(int64_t max_steps, const Poll& poll) {
  if (feed_ == nullptr) misuse("run() needs a pass begun by start()");
  const int64_t until = max_steps > 0 ? std::min(steps_, done_ + max_steps) : steps_;
  BatchRun& batch = runs_.current();
  const auto begin = std::chrono::steady_clock::now();
  for (; done_ < until && std::chrono::steady_clock::now() - begin < kCallTime; ++done_) {
    const int64_t first = done_ * batch_size_;
    const int64_t rows = std::min(batch_size_, feed_->rows() - first);
    const double loss = batch.forward(*feed_, nullptr, first, {.rows = rows}, &poll);
    scores_.add_loss(loss, rows);
    batch.add_metrics(scores_);
  }
  return done_;
}

}  // namespace lamella::engine
