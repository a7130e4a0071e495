// Metrics accumulate in double over the batches of an epoch, on their own or inside the training step.
#pragma once
#include <memory>
#include <string>

#include "base/attributes.h"
#include "base/tensor_view.h"
#include "ops/op_table.h"

namespace lamella::metrics {

// prediction is [rows * positions, last axis] as the model returns it.
struct MetricPass {
  TensorView prediction;
  const void* values;     // targets of the compute type, where the metric compares values
  const int32_t* labels;  // class indices, where it compares those
  TensorView row_values;  // scratch, prediction.rows
};

class Metric {
 public:
  virtual ~Metric() = default;

  virtual bool wants_labels() const = 0;
  // Numbers kept between batches; all zero after a reset.
  virtual int64_t state_size() const = 0;
  virtual void update(const ops::Context& context, const MetricPass& pass, double* state) const = 0;
  virtual double result(const double* state) const = 0;
  // The values of the single rows, into row_values.
  virtual void rows(const ops::Context& context, const MetricPass& pass) const = 0;
};

using MetricPtr = std::shared_ptr<const Metric>;

// The metric of this Keras name ("sparse_categorical_accuracy", ...); throws where there is none.
MetricPtr make_metric(const std::string& name, const Attributes& attributes);

}  // namespace lamella::metrics
