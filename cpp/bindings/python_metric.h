// A metric written in Python: an object with update_state, result and reset_state that keeps its own state.
#pragma once
#include "bindings/convert.h"
#include "metrics/metric.h"

namespace lamella::bindings {

// settings: "metric" (the object), "labels" (whether it takes class indices), "weighted".
metrics::MetricPtr make_python_metric(const py::dict& settings);

}  // namespace lamella::bindings
