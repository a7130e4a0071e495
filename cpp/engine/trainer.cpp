#include "engine/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "base/error.h"

namespace lamella::engine {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLongStep = std::chrono::milliseconds(5);

}  // namespace

Trainer::Trainer(const ops::Context& context, const Program& program, Objective objective,
                 optimizers::OptimizerPtr optimizer, const UpdateSettings& settings, VariableRules rules,
                 uint32_t seed)
    : context_(context),
      objective_(std::move(objective)),
      seed_(seed),
      runs_(context, program, objective_, Plan::Mode::training),
      scores_(objective_, class_count(program)),
      gradients_(runs_.current().plan().gradient_bytes()),
      updater_(context, std::move(optimizer), settings, std::move(rules), gradient_slots(), program.dtype,
               gradients_.bytes()) {
  if (!objective_.loss) misuse("training needs a loss");
}

void Trainer::continue_from(const Trainer& previous) {
  iterations_ = previous.iterations_;
  updater_.continue_from(previous.updater_);
  gradient_hook_ = previous.gradient_hook_;
}

void Trainer::use(const Program& program) {
  feed_ = nullptr;  // whatever happens, the pass before is over
  runs_.use(program);
}

int64_t Trainer::start(const Feed& feed, int64_t batch_size, std::optional<int64_t> steps, bool shuffle) {
  feed_ = nullptr;  // whatever happens, the pass before is over
  if (batch_size < 1) fail("batch_size must be at least 1. Received: batch_size=", batch_size, ".");
  BatchRun& batch = runs_.current();
  check_input(feed, batch.program());
  batch.check(feed);
  batch_size_ = std::min(batch_size, feed.rows());
  Pace& pace = batch.pace();
  const int64_t measured = std::exchange(pace.batch_size, batch_size_);
  pace.long_steps = pace.long_steps || batch_size_ > measured;
  runs_.reserve(batch_size_, gradients_.data());
  updater_.find_spans();
  shuffled_ = shuffle;
  if (shuffle) {
    order_.resize(static_cast<size_t>(feed.rows()));
    context_.ops.gather.shuffle(context_, seed_, iterations_, feed.rows(), order_.data());
  }
  steps_ = ceil_div(feed.rows(), batch_size_);
  if (steps) steps_ = std::min(steps_, *steps);
  done_ = 0;
  began_ = iterations_;
  feed_ = &feed;
  return steps_;
}

int64_t Trainer::run(std::span<const double> learning_rates, int64_t max_steps, const Poll& poll) {
  if (feed_ == nullptr) misuse("run() needs a pass begun by start()");
  const int64_t until = max_steps > 0 ? std::min(steps_, done_ + max_steps) : steps_;
  const bool constant = learning_rates.size() == 1;
  const int64_t first = done_;
  if (!constant && static_cast<int64_t>(learning_rates.size()) < until - first)
    misuse("run() needs a learning rate for each of ", until - first, " steps, not ", learning_rates.size());
  Pace& pace = runs_.current().pace();
  const auto begin = Clock::now();
  for (auto now = begin; done_ < until && now - begin < kCallTime;) {
    const ThreadPool::Alone alone(!pace.sharing.shared());
    step(learning_rates[constant ? 0 : static_cast<size_t>(done_ - first)],
         pace.long_steps ? &poll : nullptr);
    ++done_;
    const auto after = Clock::now();
    pace.sharing.record(after - now);
    pace.long_steps = after - now > kLongStep;
    now = after;
  }
  return done_;
}

void Trainer::skip(int64_t steps) {
  if (steps < 0 || steps > steps_ - done_)
    fail("Of this pass ", done_, " of ", steps_, " steps are done: ", steps, " cannot be skipped.");
  done_ += steps;
  iterations_ += static_cast<uint64_t>(steps);
}

double Trainer::forward_and_backward(const Feed& feed, const int64_t* order, int64_t first, int64_t rows,
                                     const Poll* poll) {
  const layers::StepState state{
      .rows = rows, .step = iterations_, .seed = seed_, .training = true, .augments = true};
  const double loss = runs_.current().forward_and_backward(feed, order, first, state, poll);
  for (const PenaltyTerm& term : objective_.penalties) {
    for (const GradientSlot& slot : gradient_slots()) {
      if (slot.variable != term.variable) continue;
      TensorView gradient = term.view();
      gradient.data = gradients_.data() + slot.offset;
      term.penalty->add_gradient(context_, 1, term.view(), gradient);
    }
  }
  return loss;
}

void Trainer::step(double learning_rate, const Poll* poll) {
  BatchRun& batch = runs_.current();
  const int64_t first = done_ * batch_size_;
  const int64_t rows = std::min(batch_size_, feed_->rows() - first);
  const int64_t* order = shuffled_ ? order_.data() + first : nullptr;
  const double loss = forward_and_backward(*feed_, order, first, rows, poll);
  if (gradient_hook_) {
    const DType dtype = batch.program().dtype;
    gradient_hook_({gradients_.data(), dtype, 1, gradients_.bytes() / size_of(dtype)});
  }
  if (poll != nullptr) (*poll)();  // the last moment to leave a step without a trace
  updater_.step(learning_rate, iterations_, gradients_);
  batch.commit();
  if (!std::isfinite(loss) && !first_nonfinite_step_) first_nonfinite_step_ = iterations_;
  ++iterations_;
  scores_.add_loss(loss, rows);
  batch.add_metrics(scores_);
}

void Trainer::compute_gradients(const Feed& feed, const Poll& poll) {
  start(feed, feed.rows(), std::nullopt, false);
  feed_ = nullptr;  // it lives as long as this call
  forward_and_backward(feed, nullptr, 0, feed.rows(), &poll);
}

void Trainer::overwrite_with_averages() {
  updater_.find_spans();
  updater_.overwrite_with_averages();
}

TrainingMemory Trainer::memory(int64_t batch_size) const {
  const Program& program = runs_.current().program();
  const Plan plan(context_, program, batch_size, Plan::Mode::training);
  std::vector<const Variable*> seen;
  int64_t parameters = 0;
  for (const Node& node : program.nodes) {
    for (const VariablePtr& variable : node.layer->variables()) {
      if (!variable || std::find(seen.begin(), seen.end(), variable.get()) != seen.end()) continue;
      seen.push_back(variable.get());
      parameters += variable->padded_bytes();
    }
  }
  return {.parameters = parameters,
          .gradients = plan.gradient_bytes(),
          .slots = updater_.slot_count() * plan.gradient_bytes(),
          .activations = plan.arena_bytes(),
          .packed = plan.packed_bytes(),
          .batch = Targets(program, objective_, batch_size).bytes()};
}

}  // namespace lamella::engine
