// F-beta scores by class: "fbeta_score".
#pragma once
#include "metrics/metric.h"

namespace lamella::metrics {

// Null for another name.
MetricPtr make_f_score(const std::string& name, const Attributes& attributes);

}  // namespace lamella::metrics
