#include "metrics/metric.h"

#include "base/error.h"
#include "metrics/mean_metric.h"

namespace lamella::metrics {

MetricPtr make_metric(const std::string& name, const Attributes& attributes) {
  if (MetricPtr metric = make_mean_metric(name, attributes)) return metric;
  fail("Unknown metric '", name, "'.");
}

}  // namespace lamella::metrics
