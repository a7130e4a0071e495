// Metrics accumulate in double over the batches of an epoch, on their own or inside the training step.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/attributes.h"
#include "base/shape.h"
#include "base/tensor_view.h"
#include "ops/op_table.h"

namespace lamella::metrics {

// prediction is [rows * positions, last axis] as the model returns it.
struct MetricPass {
  TensorView prediction;
  const void* values;      // targets of the compute type, where the metric compares values
  const void* labels;      // class indices (int32), where it compares those
  const void* weights;     // prediction.rows * weight_cols, or null
  TensorView row_values;   // scratch, prediction.rows
  const Shape* row_shape;  // shape of one row of the batch, which folds into positions
  int64_t weight_cols;     // 1; the last axis where single outputs have weights

  ops::MetricInput input() const { return {prediction, values, weights, weight_cols}; }
};

// One number, or one for each class, label or threshold.
using Result = std::variant<double, std::vector<double>>;

class Metric {
 public:
  virtual ~Metric() = default;

  virtual bool wants_labels() const = 0;
  // Refuses outputs with this last axis where the settings say of more.
  virtual void check_outputs(int64_t /*cols*/) const {}
  // Whether labels are looked up in the predictions, so that they must be classes or the ignored one.
  virtual bool reads_classes() const { return false; }
  virtual std::optional<int64_t> ignored_class() const { return std::nullopt; }
  // Whether weights may be those of single outputs.
  virtual bool weighs_outputs() const { return false; }
  // Numbers kept between batches of outputs whose last axis is `cols`; all zero after a reset.
  virtual int64_t state_size(int64_t cols) const = 0;
  virtual void update(const ops::Context& context, const MetricPass& pass, double* state) const = 0;
  virtual Result result(const double* state, int64_t cols) const = 0;
  // For metrics that keep state elsewhere.
  virtual void reset() const {}
  // The values of the single rows, into row_values; only the metrics that are means of rows have them.
  virtual void rows(const ops::Context& context, const MetricPass& pass) const;
};

using MetricPtr = std::shared_ptr<const Metric>;

// The metric of this Keras name ("sparse_categorical_accuracy", ...); throws where there is none.
MetricPtr make_metric(const std::string& name, const Attributes& attributes);

// a / b, 0 where b is 0.
inline double ratio(double a, double b) { return b == 0 ? 0 : a / b; }

}  // namespace lamella::metrics
