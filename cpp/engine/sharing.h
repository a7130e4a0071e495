// Whether the steps of a training run go faster shared among the threads or by one alone: tried, not guessed.
// What a handover costs depends on where the machine has put the threads, and on who else wants the cores;
// both change while a model trains. Results do not depend on it.
#pragma once
#include <chrono>
#include <cstdint>

namespace lamella::engine {

class Sharing {
 public:
  using Duration = std::chrono::steady_clock::duration;

  // How the next step is to be run.
  bool shared() const { return shared_; }
  // How long it took.
  void record(Duration step);

 private:
  // A trial runs some steps in either way; what was faster is kept for a while.
  enum class Phase { warm_up_shared, time_shared, warm_up_alone, time_alone, keep };

  void enter(Phase phase);
  bool phase_is_over() const;

  Phase phase_ = Phase::warm_up_shared;
  bool shared_ = true;
  Duration time_{};  // of the steps of this phase
  int64_t steps_ = 0;
  Duration trial_{};  // of the steps of this trial
  double mean_shared_ = 0;
  int losses_ = 0;  // of sharing, one after the other
};

}  // namespace lamella::engine
