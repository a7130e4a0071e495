#include "metrics/threshold_metric.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "base/error.h"

namespace lamella::metrics {

namespace {

// The confusion matrix at one threshold.
struct Counts {
  double true_positives = 0, false_positives = 0, true_negatives = 0, false_negatives = 0;
};

// Keeps, by label, histograms of positives and negatives over the bins that the sorted thresholds cut: the
// confusion matrix at a threshold is the sum of the bins above it and of those below.
class ThresholdMetric : public Metric {
 public:
  ThresholdMetric(const std::string& name, const Attributes& attributes)
      : given_(attributes.numbers("thresholds")),
        sorted_(given_),
        name_(name),
        even_(attributes.number_or("even", 0) != 0),
        by_label_(attributes.number_or("multi_label", 0) != 0),
        top_k_(attributes.integer_or("top_k", 0)),
        class_id_(attributes.integer_or("class_id", -1)),
        num_labels_(attributes.integer_or("num_labels", 0)),
        from_logits_(attributes.number_or("from_logits", 0) != 0) {
    if (attributes.has("label_weights")) label_weights_ = attributes.numbers("label_weights");
    const bool finite = std::all_of(given_.begin(), given_.end(), [](double t) { return std::isfinite(t); });
    if (given_.empty() || !finite)
      fail("Metric '", name_, "': thresholds must be one or more finite numbers.");
    if (attributes.has("class_id") && class_id_ < 0) refuse("class_id", class_id_, "must not be negative");
    if (attributes.has("top_k") && top_k_ < 1) refuse("top_k", top_k_, "must be positive");
    std::sort(sorted_.begin(), sorted_.end());
  }

  void check_outputs(int64_t cols) const override {
    const std::string outputs = ", because the last axis of the outputs is " + std::to_string(cols);
    if (class_id_ >= cols)
      refuse("class_id", class_id_, "must be from 0 to " + std::to_string(cols - 1) + outputs);
    if (top_k_ > cols) refuse("top_k", top_k_, "must be from 1 to " + std::to_string(cols) + outputs);
    if (num_labels_ > 0 && num_labels_ != cols)
      refuse("num_labels", num_labels_, "must be " + std::to_string(cols) + outputs);
    const auto weights = static_cast<int64_t>(label_weights_.size());
    if (weights > 0 && weights != cols) {
      fail("Metric '", name_, "': label_weights must be ", cols, " numbers", outputs, ". Received: ", weights,
           ".");
    }
  }

  bool wants_labels() const override { return false; }
  bool weighs_outputs() const override { return true; }
  int64_t state_size(int64_t cols) const override { return checked_product(labels(cols), 2 * bins()); }

  void update(const ops::Context& context, const MetricPass& pass, double* state) const override {
    context.ops.metric.threshold_histograms(
        context, pass.input(),
        {.thresholds = sorted_,
         .even = even_,
         .top_k = top_k_,
         .class_id = class_id_,
         .by_label = by_label_,
         .label_weights = by_label_ ? std::span<const double>{} : std::span<const double>(label_weights_),
         .from_logits = from_logits_},
        state);
  }

 protected:
  int64_t bins() const { return static_cast<int64_t>(sorted_.size()) + 1; }
  int64_t labels(int64_t cols) const { return by_label_ ? cols : 1; }

  // The confusion matrices at the sorted thresholds.
  std::vector<Counts> confusion(const double* positives) const {
    const double* negatives = positives + bins();
    const double all_positives = std::accumulate(positives, negatives, 0.0);
    const double all_negatives = std::accumulate(negatives, negatives + bins(), 0.0);
    std::vector<Counts> counts(sorted_.size());
    Counts above;
    for (size_t i = counts.size(); i-- > 0;) {
      above.true_positives += positives[i + 1];
      above.false_positives += negatives[i + 1];
      above.false_negatives = all_positives - above.true_positives;
      above.true_negatives = all_negatives - above.false_positives;
      counts[i] = above;
    }
    return counts;
  }

  std::vector<double> given_, sorted_, label_weights_;

 private:
  [[noreturn]] void refuse(const char* argument, int64_t value, const std::string& why) const {
    fail("Metric '", name_, "': ", argument, " ", why, ". Received: ", argument, "=", value, ".");
  }

  std::string name_;
  bool even_, by_label_;
  int64_t top_k_, class_id_, num_labels_;
  bool from_logits_;
};

using Score = double (*)(const Counts&);

// A number for each threshold, in the order in which they were given.
class ThresholdScore final : public ThresholdMetric {
 public:
  ThresholdScore(const std::string& name, const Attributes& attributes, Score score)
      : ThresholdMetric(name, attributes), score_(score) {}

  Result result(const double* state, int64_t) const override {
    const std::vector<Counts> counts = confusion(state);
    std::vector<double> scores;
    for (double threshold : given_) {
      const auto at = std::lower_bound(sorted_.begin(), sorted_.end(), threshold) - sorted_.begin();
      scores.push_back(score_(counts[static_cast<size_t>(at)]));
    }
    if (scores.size() == 1) return scores[0];
    return scores;
  }

 private:
  Score score_;
};

// The area under a curve by the trapezoidal rule or a Riemann sum; under a precision-recall curve
// interpolated as in Davis and Goadrich, "The Relationship Between Precision-Recall and ROC Curves",
// equation 1.
class AreaUnderCurve final : public ThresholdMetric {
 public:
  AreaUnderCurve(const std::string& name, const Attributes& attributes)
      : ThresholdMetric(name, attributes),
        curve_(attributes.text("curve")),
        summation_(attributes.text("summation_method")) {}

  Result result(const double* state, int64_t cols) const override {
    double sum = 0, weights = 0;
    for (int64_t label = 0; label < labels(cols); ++label) {
      const bool weighted = labels(cols) > 1 && !label_weights_.empty();
      const double weight = weighted ? label_weights_[static_cast<size_t>(label)] : 1;
      sum += weight * area(confusion(state + label * 2 * bins()));
      weights += weight;
    }
    return ratio(sum, weights);
  }

 private:
  struct Point {
    double x, y;
  };

  Point point(const Counts& c) const {
    const double recall = ratio(c.true_positives, c.true_positives + c.false_negatives);
    if (curve_ == "ROC") return {ratio(c.false_positives, c.false_positives + c.true_negatives), recall};
    if (curve_ == "PR") return {recall, ratio(c.true_positives, c.true_positives + c.false_positives)};
    // Flach and Kull, "Precision-Recall-Gain Curves", with Keras's values where nothing is found.
    if (c.true_positives == 0) return {0, 1};
    const double scale =
        ratio(c.true_positives + c.false_negatives, c.true_negatives + c.false_positives) / c.true_positives;
    return {std::max(1 - scale * c.false_negatives, 0.0), 1 - scale * c.false_positives};
  }

  double height(double a, double b) const {
    if (summation_ == "minoring") return std::min(a, b);
    return summation_ == "majoring" ? std::max(a, b) : (a + b) / 2;
  }

  double area(const std::vector<Counts>& counts) const {
    const bool interpolated = curve_ == "PR" && summation_ == "interpolation";
    double sum = 0;
    for (size_t i = 0; i + 1 < counts.size(); ++i) {
      if (interpolated) {
        sum += interpolated_piece(counts[i], counts[i + 1]);
        continue;
      }
      const Point a = point(counts[i]), b = point(counts[i + 1]);
      sum += (a.x - b.x) * height(a.y, b.y);
    }
    return sum;
  }

  static double interpolated_piece(const Counts& low, const Counts& high) {
    const double found = low.true_positives - high.true_positives;
    const double claimed = low.true_positives + low.false_positives;
    const double fewer = high.true_positives + high.false_positives;
    const double slope = ratio(found, std::max(claimed - fewer, 0.0));
    const double intercept = high.true_positives - slope * fewer;
    const double growth = claimed > 0 && fewer > 0 ? claimed / fewer : 1;
    return ratio(slope * (found + intercept * std::log(growth)),
                 std::max(high.true_positives + high.false_negatives, 0.0));
  }

  std::string curve_;      // "ROC", "PR" or "PRGAIN"
  std::string summation_;  // "interpolation", "minoring" or "majoring"
};

constexpr struct {
  const char* name;
  Score score;
} kScores[] = {
    {"true_positives", [](const Counts& c) { return c.true_positives; }},
    {"false_positives", [](const Counts& c) { return c.false_positives; }},
    {"true_negatives", [](const Counts& c) { return c.true_negatives; }},
    {"false_negatives", [](const Counts& c) { return c.false_negatives; }},
    {"precision",
     [](const Counts& c) { return ratio(c.true_positives, c.true_positives + c.false_positives); }},
    {"recall", [](const Counts& c) { return ratio(c.true_positives, c.true_positives + c.false_negatives); }},
};

}  // namespace

MetricPtr make_threshold_metric(const std::string& name, const Attributes& attributes) {
  if (name == "auc") return std::make_shared<AreaUnderCurve>(name, attributes);
  for (const auto& entry : kScores) {
    if (name == entry.name) return std::make_shared<ThresholdScore>(name, attributes, entry.score);
  }
  return nullptr;
}

}  // namespace lamella::metrics
