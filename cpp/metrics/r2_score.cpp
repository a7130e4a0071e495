#include "metrics/r2_score.h"

#include <cmath>

namespace lamella::metrics {

namespace {

class R2Score final : public Metric {
 public:
  explicit R2Score(const Attributes& attributes)
      : aggregation_(attributes.text("class_aggregation")),
        regressors_(attributes.number("num_regressors")) {}

  bool wants_labels() const override { return false; }
  bool weighs_outputs() const override { return true; }
  // Sums of t, t^2, (t - p)^2 and weights, each by column; the number of elements.
  int64_t state_size(int64_t cols) const override { return checked_product(4, cols) + 1; }

  void update(const ops::Context& context, const MetricPass& pass, double* state) const override {
    context.ops.metric.column_sums(context, pass.input(), state);
    state[4 * pass.prediction.cols] += static_cast<double>(pass.prediction.size());
  }

  Result result(const double* state, int64_t cols) const override {
    std::vector<double> scores;
    double variance_weighted = 0, variance = 0, sum = 0;
    for (int64_t j = 0; j < cols; ++j) {
      const double mean = state[j] / state[3 * cols + j];
      const double total = state[cols + j] - state[j] * mean;
      const double raw = 1 - state[2 * cols + j] / total;
      const double score = std::isinf(raw) ? 0 : raw;
      scores.push_back(adjusted(score, state[4 * cols]));
      sum += score;
      variance_weighted += total * score;
      variance += total;
    }
    if (aggregation_ == "none") return scores;
    const double whole =
        aggregation_ == "uniform_average" ? sum / static_cast<double>(cols) : variance_weighted / variance;
    return adjusted(whole, state[4 * cols]);
  }

 private:
  // Adjusted R^2 where there are more samples than regressors, as Keras counts samples: all elements.
  double adjusted(double score, double samples) const {
    if (regressors_ == 0 || regressors_ >= samples - 1) return score;
    return 1 - (1 - score) * (samples - 1) / (samples - regressors_ - 1);
  }

  std::string aggregation_;  // "none", "uniform_average" or "variance_weighted_average"
  double regressors_;
};

}  // namespace

MetricPtr make_r2_score(const std::string& name, const Attributes& attributes) {
  return name == "r2_score" ? std::make_shared<R2Score>(attributes) : nullptr;
}

}  // namespace lamella::metrics
