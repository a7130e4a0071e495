#include "engine/sharing.h"

#include <algorithm>

namespace lamella::engine {

namespace {

using namespace std::chrono_literals;

// Longer steps have work enough for all threads, and few of them fit into a trial.
constexpr auto kLongestTried = 3ms;
// Of each phase of a trial: as long as a worker takes to wake up, several times over.
constexpr auto kPhase = 200us;
constexpr int64_t kPhaseSteps = 4;
// The faster way is kept so many times as long as the trial took. A worker that just woke up may be on the
// caller's own core: where sharing loses, it is tried again soon, and later each time that it loses again.
constexpr int kKeep = 40, kKeepAlone = 2;
int times_kept(int losses) {
  return losses == 0 ? kKeep : std::min(kKeep, kKeepAlone << std::min(losses - 1, 8));
}

}  // namespace

void Sharing::enter(Phase phase) {
  phase_ = phase;
  time_ = Duration::zero();
  steps_ = 0;
}

bool Sharing::phase_is_over() const {
  if (phase_ == Phase::keep) return time_ >= times_kept(losses_) * trial_;
  return steps_ >= kPhaseSteps && time_ >= kPhase;
}

void Sharing::record(Duration step) {
  if (phase_ != Phase::keep) trial_ += step;
  if (step > kLongestTried) {
    shared_ = true;
    return enter(Phase::keep);
  }
  time_ += step;
  ++steps_;
  if (!phase_is_over()) return;

  const double mean = static_cast<double>(time_.count()) / static_cast<double>(steps_);
  switch (phase_) {
    case Phase::warm_up_shared:
      return enter(Phase::time_shared);
    case Phase::time_shared:
      mean_shared_ = mean;
      shared_ = false;
      return enter(Phase::warm_up_alone);
    case Phase::warm_up_alone:
      return enter(Phase::time_alone);
    case Phase::time_alone:
      shared_ = mean_shared_ <= mean;
      losses_ = shared_ ? 0 : losses_ + 1;
      return enter(Phase::keep);
    case Phase::keep:
      shared_ = true;
      trial_ = Duration::zero();
      return enter(Phase::warm_up_shared);
  }
}

}  // namespace lamella::engine
