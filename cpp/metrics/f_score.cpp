#include "metrics/f_score.h"

namespace lamella::metrics {

namespace {

constexpr double kEpsilon = 1e-7;  // Keras adds it to every denominator

class FScore final : public Metric {
 public:
  explicit FScore(const Attributes& attributes)
      : beta_square_(attributes.number("beta") * attributes.number("beta")),
        has_threshold_(attributes.has("threshold")),
        threshold_(attributes.number_or("threshold", 0)),
        average_(attributes.text("average")) {}

  bool wants_labels() const override { return false; }
  // True positives, false positives, false negatives, targets; each by class.
  int64_t state_size(int64_t cols) const override { return checked_product(4, cols); }

  void update(const ops::Context& context, const MetricPass& pass, double* state) const override {
    context.ops.metric.class_counts(context, pass.input(), has_threshold_ ? &threshold_ : nullptr, state);
  }

  Result result(const double* state, int64_t cols) const override {
    if (average_ == "micro") return micro(state, cols);
    std::vector<double> scores;
    double targets = 0;
    for (int64_t j = 0; j < cols; ++j) {
      scores.push_back(score(state[j], state[cols + j], state[2 * cols + j]));
      targets += state[3 * cols + j];
    }
    if (average_ == "none") return scores;
    double sum = 0;
    for (int64_t j = 0; j < cols; ++j) {
      const double share =
          average_ == "macro" ? 1 / static_cast<double>(cols) : state[3 * cols + j] / (targets + kEpsilon);
      sum += scores[static_cast<size_t>(j)] * share;
    }
    return sum;
  }

 private:
  double score(double true_positives, double false_positives, double false_negatives) const {
    const double precision = true_positives / (true_positives + false_positives + kEpsilon);
    const double recall = true_positives / (true_positives + false_negatives + kEpsilon);
    return precision * recall / (beta_square_ * precision + recall + kEpsilon) * (1 + beta_square_);
  }

  double micro(const double* state, int64_t cols) const {
    double sums[3] = {};
    for (int64_t k = 0; k < 3 * cols; ++k) sums[k / cols] += state[k];
    return score(sums[0], sums[1], sums[2]);
  }

  double beta_square_;
  bool has_threshold_;
  double threshold_;
  std::string average_;  // "none", "micro", "macro" or "weighted"
};

}  // namespace

MetricPtr make_f_score(const std::string& name, const Attributes& attributes) {
  return name == "fbeta_score" ? std::make_shared<FScore>(attributes) : nullptr;
}

}  // namespace lamella::metrics
