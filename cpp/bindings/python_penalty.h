// Regularisers and constraints written in Python.
#pragma once
#include "bindings/convert.h"
#include "penalties/constraint.h"

namespace lamella::bindings {

// Setting penalty: an object that is called with an array for its penalty, and has gradient(array).
penalties::PenaltyPtr make_python_penalty(const py::dict& settings);

// Setting constraint: an object that is called with an array and returns what to put in its place.
penalties::ConstraintPtr make_python_constraint(const py::dict& settings);

}  // namespace lamella::bindings
