// Metrics of predictions against thresholds: counts of the confusion matrix, precision, recall, areas under
// curves.
#pragma once
#include "metrics/metric.h"

namespace lamella::metrics {

// Null where the name is none of these.
MetricPtr make_threshold_metric(const std::string& name, const Attributes& attributes);

}  // namespace lamella::metrics
