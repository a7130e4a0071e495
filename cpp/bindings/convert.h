// Between Python's objects and the core's.
#pragma once
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include "base/attributes.h"
#include "base/variable.h"
#include "engine/feed.h"
#include "engine/updater.h"

namespace lamella::bindings {

namespace py = pybind11;

// A view of a NumPy array, uncopied; refuses dtypes that are not real numbers (TypeError names the array).
ops::ArrayView view_of(const py::array& array, const char* name);

Shape shape_of(const py::array& array);
py::tuple to_tuple(const Shape& shape);
py::dtype numpy_dtype(DType dtype);

// A copy of memory as an array.
py::array copy_to_array(const void* data, DType dtype, const Shape& shape);

Attributes to_attributes(const std::string& owner, const py::dict& values);

// ("mean_squared_error", {...}) and the like.
using Spec = std::pair<std::string, py::dict>;

// A metric; with "weighted" it counts rows by their sample weights.
engine::MetricTerm to_metric(const Spec& spec);

// A number, or an array of them.
py::object to_object(const metrics::Result& result);
py::list to_list(const std::vector<metrics::Result>& results);

// ("l1_l2", {...}) for a variable, and the like.
using VariableSpecs = std::vector<std::tuple<VariablePtr, std::string, py::dict>>;

penalties::PenaltyPtr to_penalty(const std::string& name, const py::dict& settings);
engine::Objective to_objective(const std::optional<Spec>& loss, const std::vector<Spec>& metrics,
                               const VariableSpecs& penalties);
std::vector<engine::ConstraintTerm> to_constraints(const VariableSpecs& specs);

// Keeps an array's memory where it is, also from resize(refcheck=False): NumPy does not resize what is
// referred to weakly.
class Pin {
 public:
  explicit Pin(py::array array);

 private:
  py::array array_;
  py::object reference_;  // to the array that owns the memory
};

// Keeps the arrays alive that a feed looks at.
struct PyFeed {
  PyFeed(const py::array& x, const std::optional<py::array>& y,
         const std::optional<py::array>& sample_weight);

  engine::Feed feed;

 private:
  std::vector<Pin> pins_;
};

}  // namespace lamella::bindings
