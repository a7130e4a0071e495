#include "engine/objective.h"

#include <algorithm>

#include "base/error.h"

namespace lamella::engine {

bool Objective::wants_values() const {
  const bool by_metric =
      std::any_of(metrics.begin(), metrics.end(), [](const auto& m) { return !m.metric->wants_labels(); });
  return by_metric || (loss && loss->target() == losses::Target::values);
}

bool Objective::wants_labels() const {
  const bool by_metric =
      std::any_of(metrics.begin(), metrics.end(), [](const auto& m) { return m.metric->wants_labels(); });
  return by_metric || (loss && loss->target() == losses::Target::labels);
}

std::optional<int64_t> Objective::ignored_class() const {
  std::vector<std::optional<int64_t>> ignored;
  if (loss && loss->target() == losses::Target::labels) ignored.push_back(loss->ignored_class());
  for (const MetricTerm& term : metrics)
    if (term.metric->reads_classes()) ignored.push_back(term.metric->ignored_class());
  const bool alike = !ignored.empty() && std::equal(ignored.begin() + 1, ignored.end(), ignored.begin());
  return alike ? ignored.front() : std::nullopt;
}

double Objective::penalty(const ops::Context& context) const {
  double sum = 0;
  for (const PenaltyTerm& term : penalties) sum += term.penalty->value(context, term.view());
  return sum;
}

Scores::Scores(const Objective& objective, int64_t cols) : objective_(objective), cols_(cols) {
  for (const MetricTerm& term : objective.metrics) {
    term.metric->check_outputs(cols);
    metric_states_.emplace_back(static_cast<size_t>(term.metric->state_size(cols)));
  }
}

void Scores::reset() {
  loss_sum_ = samples_ = 0;
  for (auto& state : metric_states_) std::fill(state.begin(), state.end(), 0.0);
  for (const MetricTerm& term : objective_.metrics) term.metric->reset();
}

void Scores::add_loss(double batch_loss, int64_t rows) {
  loss_sum_ += batch_loss * static_cast<double>(rows);
  samples_ += static_cast<double>(rows);
}

void Scores::add_metrics(const ops::Context& context, const metrics::MetricPass& pass) {
  metrics::MetricPass unweighted = pass;
  unweighted.weights = nullptr;
  for (size_t i = 0; i < metric_states_.size(); ++i) {
    const MetricTerm& term = objective_.metrics[i];
    term.metric->update(context, term.weighted ? pass : unweighted, metric_states_[i].data());
  }
}

std::vector<metrics::Result> Scores::results() const {
  std::vector<metrics::Result> values{samples_ > 0 ? loss_sum_ / samples_ : 0.0};
  for (size_t i = 0; i < metric_states_.size(); ++i) {
    values.push_back(objective_.metrics[i].metric->result(metric_states_[i].data(), cols_));
  }
  return values;
}

std::vector<std::vector<double>> Scores::values() const {
  std::vector<std::vector<double>> values{{loss_sum_, samples_}};
  values.insert(values.end(), metric_states_.begin(), metric_states_.end());
  return values;
}

void Scores::set_values(const std::vector<std::vector<double>>& values) {
  bool fits = values.size() == metric_states_.size() + 1 && values[0].size() == 2;
  for (size_t i = 0; fits && i < metric_states_.size(); ++i)
    fits = values[i + 1].size() == metric_states_[i].size();
  if (!fits) fail("The running values are not those of this loss and these metrics.");
  loss_sum_ = values[0][0];
  samples_ = values[0][1];
  std::copy(values.begin() + 1, values.end(), metric_states_.begin());
}

}  // namespace lamella::engine
