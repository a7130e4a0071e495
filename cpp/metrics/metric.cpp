#include "metrics/metric.h"

#include "base/error.h"
#include "metrics/f_score.h"
#include "metrics/mean_metric.h"
#include "metrics/r2_score.h"
#include "metrics/threshold_metric.h"

namespace lamella::metrics {

void Metric::rows(const ops::Context&, const MetricPass&) const {
  misuse("this metric has no values of single rows");
}

MetricPtr make_metric(const std::string& name, const Attributes& attributes) {
  for (auto* make : {make_mean_metric, make_threshold_metric, make_f_score, make_r2_score}) {
    if (MetricPtr metric = make(name, attributes)) return metric;
  }
  fail("Unknown metric '", name, "'.");
}

}  // namespace lamella::metrics
