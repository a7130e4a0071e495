#include "metrics/mean_metric.h"

#include <algorithm>
#include <cmath>

namespace lamella::metrics {

void MeanMetric::update(const ops::Context& context, const MetricPass& pass, double* state) const {
  rows(context, pass);
  // As in Keras, a sample counts alike however many positions it has.
  const double positions = static_cast<double>(checked_product(*pass.row_shape)) /
                           static_cast<double>(std::max<int64_t>(pass.prediction.cols, 1));
  state[0] += context.ops.loss.weighted_sum(context, pass.row_values, pass.weights) / positions;
  state[1] += weight(context, pass) / positions;
}

double MeanMetric::weight(const ops::Context& context, const MetricPass& pass) const {
  return context.ops.loss.weight_of_rows(context, pass.prediction, pass.weights, nullptr, std::nullopt);
}

Result MeanMetric::result(const double* state, int64_t) const { return ratio(state[0], state[1]); }

namespace {

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

class Accuracy final : public MeanMetric {
 public:
  bool wants_labels() const override { return false; }
  void rows(const ops::Context& context, const MetricPass& pass) const override {
    context.ops.metric.equal_matches(context, pass.input(), pass.row_values);
  }
};

class TopKAccuracy final : public MeanMetric {
 public:
  TopKAccuracy(const Attributes& attributes, bool sparse) : k_(attributes.integer("k")), sparse_(sparse) {}
  bool wants_labels() const override { return sparse_; }
  void rows(const ops::Context& context, const MetricPass& pass) const override {
    context.ops.metric.top_k_matches(context, pass.input(), sparse_ ? pass.labels : nullptr, k_,
                                     pass.row_values);
  }

 private:
  int64_t k_;
  bool sparse_;
};

class RowLossMetric : public MeanMetric {
 public:
  RowLossMetric(LossKind kind, const Attributes& attributes)
      : kind_(kind),
        smoothing_(attributes.number_or("label_smoothing", 0)),
        options_{.delta = attributes.number_or("delta", 1)} {
    if (attributes.has("ignore_class")) ignored_class_ = attributes.integer("ignore_class");
  }
  bool wants_labels() const override { return ops::takes_labels(kind_); }
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
                                        .gradient = {},
                                        .options = options_,
                                        .ignored_class = ignored_class_});
  }
  std::optional<int64_t> ignored_class() const override { return ignored_class_; }
  bool reads_classes() const override { return wants_labels(); }

 protected:
  // As in Keras, rows of the ignored class count as 0, unless there are weights: then they do not count.
  double weight(const ops::Context& context, const MetricPass& pass) const override {
    const auto ignored = pass.weights ? ignored_class_ : std::nullopt;
    return context.ops.loss.weight_of_rows(context, pass.prediction, pass.weights, pass.labels, ignored);
  }

 private:
  LossKind kind_;
  double smoothing_;
  ops::LossOptions options_;
  std::optional<int64_t> ignored_class_;
};

class RootMeanSquaredError final : public RowLossMetric {
 public:
  explicit RootMeanSquaredError(const Attributes& attributes)
      : RowLossMetric(LossKind::squared_error, attributes) {}
  Result result(const double* state, int64_t) const override { return std::sqrt(ratio(state[0], state[1])); }
};

// The loss of this name is the negative of the metric.
class CosineSimilarity final : public RowLossMetric {
 public:
  explicit CosineSimilarity(const Attributes& attributes)
      : RowLossMetric(LossKind::cosine_similarity, attributes) {}
  void rows(const ops::Context& context, const MetricPass& pass) const override {
    RowLossMetric::rows(context, pass);
    const TensorView& values = pass.row_values;
    context.ops.loss.overlap_gradient(context, values.data, -1, 0, values);
  }
};

}  // namespace

MetricPtr make_mean_metric(const std::string& name, const Attributes& attributes) {
  if (name == "binary_accuracy") return std::make_shared<BinaryAccuracy>(attributes);
  if (name == "categorical_accuracy") return std::make_shared<CategoricalAccuracy>();
  if (name == "sparse_categorical_accuracy") return std::make_shared<SparseCategoricalAccuracy>();
  if (name == "accuracy") return std::make_shared<Accuracy>();
  if (name == "top_k_categorical_accuracy") return std::make_shared<TopKAccuracy>(attributes, false);
  if (name == "sparse_top_k_categorical_accuracy") return std::make_shared<TopKAccuracy>(attributes, true);
  if (name == "root_mean_squared_error") return std::make_shared<RootMeanSquaredError>(attributes);
  if (name == "cosine_similarity") return std::make_shared<CosineSimilarity>(attributes);
  const bool from_logits = attributes.number_or("from_logits", 0) != 0;
  for (const ops::NamedLoss& entry : ops::kNamedLosses) {
    if (name != entry.name) continue;
    return std::make_shared<RowLossMetric>(from_logits ? entry.from_logits : entry.kind, attributes);
  }
  return nullptr;
}

}  // namespace lamella::metrics
