// The weighted mean of a value by row: the accuracies, and the losses reported as metrics.
#pragma once
#include "metrics/metric.h"

namespace lamella::metrics {

class MeanMetric : public Metric {
 public:
  int64_t state_size(int64_t) const override { return 2; }  // weighted sum, sum of weights
  void update(const ops::Context& context, const MetricPass& pass, double* state) const final;
  Result result(const double* state, int64_t cols) const override;
  void rows(const ops::Context& context, const MetricPass& pass) const override = 0;

 protected:
  // Sum of the weights of the rows that count.
  virtual double weight(const ops::Context& context, const MetricPass& pass) const;
};

// One of the accuracies or of the losses by row; null where the name is neither.
MetricPtr make_mean_metric(const std::string& name, const Attributes& attributes);

}  // namespace lamella::metrics
