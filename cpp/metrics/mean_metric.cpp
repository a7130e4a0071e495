#include "metrics/mean_metric.h"

namespace lamella::metrics {

void MeanMetric::update(const ops::Context& context, const MetricPass& pass, double* state) const {
  rows(context, pass);
  state[0] += context.ops.loss.weighted_sum(context, pass.row_values, nullptr);
  state[1] += static_cast<double>(pass.prediction.rows);
}

double MeanMetric::result(const double* state) const { return state[1] > 0 ? state[0] / state[1] : 0; }

namespace {

using ops::LossKind;

class BinaryAccuracy final : public MeanMetric {
 public:
  explicit BinaryAccuracy(const Attributes& attributes)
      : threshold_(attributes.number_or("threshold", 0.5)) {}
  bool wants_labels() const override { return false; }
  void rows(const ops::Context& context, const MetricPass& pass) const override {
    context.ops.loss.binary_matches(context, pass.prediction, pass.values, threshold_, pass.row_values);
  }

 private:
  double threshold_;
};

class CategoricalAccuracy final : public MeanMetric {
 public:
  bool wants_labels() const override { return false; }
  void rows(const ops::Context& context, const MetricPass& pass) const override {
    context.ops.loss.categorical_matches(context, pass.prediction, pass.values, pass.row_values);
  }
};

class SparseCategoricalAccuracy final : public MeanMetric {
 public:
  bool wants_labels() const override { return true; }
  void rows(const ops::Context& context, const MetricPass& pass) const override {
    context.ops.loss.sparse_matches(context, pass.prediction, pass.labels, pass.row_values);
  }
};

class RowLossMetric final : public MeanMetric {
 public:
  RowLossMetric(LossKind kind, const Attributes& attributes)
      : kind_(kind), smoothing_(attributes.number_or("label_smoothing", 0)) {}
  bool wants_labels() const override {
    return kind_ == LossKind::cross_entropy_sparse || kind_ == LossKind::softmax_cross_entropy_sparse;
  }
  void rows(const ops::Context& context, const MetricPass& pass) const override {
    context.ops.loss.evaluate(context, {.kind = kind_,
                                        .prediction = pass.prediction,
                                        .target = pass.values,
                                        .labels = pass.labels,
                                        .weights = nullptr,
                                        .smoothing = smoothing_,
                                        .scale = 1,
                                        .row_loss = pass.row_values,
                                        .probabilities = {},
                                        .gradient = {}});
  }

 private:
  LossKind kind_;
  double smoothing_;
};

}  // namespace

MetricPtr make_mean_metric(const std::string& name, const Attributes& attributes) {
  if (name == "binary_accuracy") return std::make_shared<BinaryAccuracy>(attributes);
  if (name == "categorical_accuracy") return std::make_shared<CategoricalAccuracy>();
  if (name == "sparse_categorical_accuracy") return std::make_shared<SparseCategoricalAccuracy>();
  const bool from_logits = attributes.number_or("from_logits", 0) != 0;
  for (const ops::NamedLoss& entry : ops::kNamedLosses) {
    if (name != entry.name) continue;
    return std::make_shared<RowLossMetric>(from_logits ? entry.from_logits : entry.kind, attributes);
  }
  return nullptr;
}

}  // namespace lamella::metrics
