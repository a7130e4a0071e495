// What a run is judged by: loss, penalties and metrics, and their running values over the batches seen.
#pragma once
#include <optional>
#include <vector>

#include "engine/program.h"
#include "losses/loss.h"
#include "metrics/metric.h"
#include "penalties/penalty.h"

namespace lamella::engine {

struct PenaltyTerm {
  VariablePtr variable;
  penalties::PenaltyPtr penalty;

  // As a matrix: the last axis, and all before it.
  TensorView view() const {
    const int64_t cols = variable->shape().empty() ? 1 : variable->shape().back();
    return {variable->data(), variable->dtype(), cols == 0 ? 0 : variable->size() / cols, cols};
  }
};

struct MetricTerm {
  metrics::MetricPtr metric;
  bool weighted;  // counts rows by their sample weights
};

struct Objective {
  losses::LossPtr loss;  // null: metrics only
  std::vector<MetricTerm> metrics;
  std::vector<PenaltyTerm> penalties;

  losses::Head head() const { return loss ? loss->head() : losses::Head::none; }
  // What targets are gathered as.
  bool wants_values() const;
  bool wants_labels() const;
  // The label that all leave out who look labels up among the outputs; it need not be a class of them.
  std::optional<int64_t> ignored_class() const;
  double penalty(const ops::Context& context) const;
};

// Means over all samples since the last reset, as Keras reports them.
class Scores {
 public:
  // cols: the last axis of the model's output.
  Scores(const Objective& objective, int64_t cols);

  void reset();
  void add_loss(double batch_loss, int64_t rows);
  // The pass holds the batch's sample weights, which only weighted metrics get to see.
  void add_metrics(const ops::Context& context, const metrics::MetricPass& pass);
  // The loss, then the metrics in their order.
  std::vector<metrics::Result> results() const;

  // All running values, those of the loss first; set_values takes back what values gave.
  std::vector<std::vector<double>> values() const;
  void set_values(const std::vector<std::vector<double>>& values);

 private:
  const Objective& objective_;
  int64_t cols_;
  double loss_sum_ = 0;
  double samples_ = 0;
  std::vector<std::vector<double>> metric_states_;
};

}  // namespace lamella::engine
