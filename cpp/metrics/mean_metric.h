// The mean of a value by row: the accuracies, and the losses reported as metrics.
#pragma once
#include "metrics/metric.h"

namespace lamella::metrics {

class MeanMetric : public Metric {
 public:
  int64_t state_size() const override { return 2; }  // sum, count
  void update(const ops::Context& context, const MetricPass& pass, double* state) const final;
  double result(const double* state) const final;
};

// One of the accuracies or of the losses by row; null where the name is neither.
MetricPtr make_mean_metric(const std::string& name, const Attributes& attributes);

}  // namespace lamella::metrics
