// The share of the targets' variance that predictions explain: "r2_score".
#pragma once
#include "metrics/metric.h"

namespace lamella::metrics {

// Null for another name.
MetricPtr make_r2_score(const std::string& name, const Attributes& attributes);

}  // namespace lamella::metrics
