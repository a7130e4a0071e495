// A loss written in Python: a function of targets and predictions that returns values by row and the
// gradient.
#pragma once
#include "bindings/convert.h"
#include "losses/loss.h"

namespace lamella::bindings {

// settings: "function", "labels" (whether it takes class indices), "name", "reduction".
losses::LossPtr make_python_loss(const py::dict& settings);

}  // namespace lamella::bindings
