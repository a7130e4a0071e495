#include "bindings/convert.h"

#include <pybind11/stl.h>

#include "base/error.h"
#include "bindings/python_loss.h"
#include "bindings/python_metric.h"
#include "bindings/python_penalty.h"

namespace lamella::bindings {

namespace {

DType dtype_of(const py::array& array, const char* name) {
  const py::dtype dtype = array.dtype();
  const auto refuse = [&](const char* why) -> DType {
    throw py::type_error(std::string(name) +
                         " must be an array of real numbers or integers. Received: dtype=" +
                         std::string(py::str(static_cast<py::handle>(dtype))) + why);
  };
  if (dtype.byteorder() == '>') return refuse(" (bytes in foreign order).");
  const auto size = dtype.itemsize();
  switch (dtype.kind()) {
    case 'b':
      return DType::boolean;
    case 'u':
      return size == 1 ? DType::uint8 : size == 2 ? DType::uint16 : size == 4 ? DType::uint32 : DType::uint64;
    case 'i':
      return size == 1 ? DType::int8 : size == 2 ? DType::int16 : size == 4 ? DType::int32 : DType::int64;
    case 'f':
      return size == 2   ? DType::float16
             : size == 4 ? DType::float32
             : size == 8 ? DType::float64
                         : DType::longdouble;
    default:
      return refuse(".");
  }
}

// An integer of Python's has any length.
int64_t to_integer(const std::string& owner, const std::string& key, const py::object& value) {
  int overflow = 0;
  const long long whole = PyLong_AsLongLongAndOverflow(value.ptr(), &overflow);
  if (overflow != 0)
    fail("'", owner, "': '", key, "' must be an integer of 64 bits. Received: a larger one.");
  return whole;
}

Attributes::Value to_value(const std::string& owner, const std::string& key, const py::handle& value) {
  if (PyIndex_Check(value.ptr())) {  // an integer of Python's or NumPy's
    if (auto whole = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr())))
      return to_integer(owner, key, whole);
    PyErr_Clear();
  }
  if (py::isinstance<py::str>(value)) return value.cast<std::string>();
  try {
    if (py::isinstance<py::list>(value) || py::isinstance<py::tuple>(value))
      return value.cast<std::vector<double>>();
    return value.cast<double>();
  } catch (const py::cast_error&) {
    throw py::type_error("'" + owner + "': '" + key +
                         "' must be a number, a text or a list of numbers. Received: " +
                         std::string(py::str(py::type::of(value))));
  }
}

}  // namespace

ops::ArrayView view_of(const py::array& array, const char* name) {
  ops::ArrayView view;
  view.data = static_cast<const char*>(array.data());
  view.dtype = dtype_of(array, name);
  view.shape.assign(array.shape(), array.shape() + array.ndim());
  view.strides.assign(array.strides(), array.strides() + array.ndim());
  return view;
}

Shape shape_of(const py::array& array) { return Shape(array.shape(), array.shape() + array.ndim()); }

py::tuple to_tuple(const Shape& shape) {
  py::tuple tuple(shape.size());
  for (size_t i = 0; i < shape.size(); ++i) tuple[i] = shape[i];
  return tuple;
}

py::dtype numpy_dtype(DType dtype) {
  return dtype == DType::float64 ? py::dtype::of<double>() : py::dtype::of<float>();
}

py::array copy_to_array(const void* data, DType dtype, const Shape& shape) {
  py::array array(numpy_dtype(dtype), shape);
  std::memcpy(array.mutable_data(), data, static_cast<size_t>(array.nbytes()));
  return array;
}

Attributes to_attributes(const std::string& owner, const py::dict& values) {
  Attributes::Map map;
  for (const auto& [key, value] : values) {
    std::string name = key.cast<std::string>();
    map.emplace(name, to_value(owner, name, value));
  }
  return {owner, std::move(map)};
}

namespace {

losses::LossPtr to_loss(const Spec& spec) {
  if (spec.first == "python") return make_python_loss(spec.second);
  return losses::make_loss(spec.first, to_attributes(spec.first, spec.second));
}

}  // namespace

engine::MetricTerm to_metric(const Spec& spec) {
  const bool weighted = spec.second.contains("weighted") && spec.second["weighted"].cast<bool>();
  if (spec.first == "python") return {make_python_metric(spec.second), weighted};
  return {metrics::make_metric(spec.first, to_attributes(spec.first, spec.second)), weighted};
}

py::list to_list(const std::vector<metrics::Result>& results) {
  py::list list;
  for (const metrics::Result& result : results) list.append(to_object(result));
  return list;
}

py::object to_object(const metrics::Result& result) {
  if (const double* number = std::get_if<double>(&result)) return py::float_(*number);
  const auto& values = std::get<std::vector<double>>(result);
  return py::array_t<double>(static_cast<py::ssize_t>(values.size()), values.data());
}

penalties::PenaltyPtr to_penalty(const std::string& name, const py::dict& settings) {
  if (name == "python") return make_python_penalty(settings);
  return penalties::make_penalty(name, to_attributes(name, settings));
}

std::vector<engine::ConstraintTerm> to_constraints(const VariableSpecs& specs) {
  std::vector<engine::ConstraintTerm> terms;
  for (const auto& [variable, name, settings] : specs) {
    terms.push_back(
        {variable, name == "python"
                       ? make_python_constraint(settings)
                       : penalties::make_constraint(name, to_attributes(name, settings), variable->shape())});
  }
  return terms;
}

engine::Objective to_objective(const std::optional<Spec>& loss, const std::vector<Spec>& metrics,
                               const VariableSpecs& penalties) {
  engine::Objective objective;
  if (loss) objective.loss = to_loss(*loss);
  for (const Spec& metric : metrics) objective.metrics.push_back(to_metric(metric));
  for (const auto& [variable, name, settings] : penalties) {
    objective.penalties.push_back({variable, to_penalty(name, settings)});
  }
  return objective;
}

Pin::Pin(py::array array) : array_(std::move(array)) {
  py::array owner = array_;
  while (py::isinstance<py::array>(owner.base())) owner = py::reinterpret_borrow<py::array>(owner.base());
  reference_ = py::reinterpret_steal<py::object>(PyWeakref_NewRef(owner.ptr(), nullptr));
  if (!reference_) throw py::error_already_set();
}

PyFeed::PyFeed(const py::array& x, const std::optional<py::array>& y,
               const std::optional<py::array>& sample_weight) {
  for (const auto& array : {std::optional(x), y, sample_weight})
    if (array) pins_.emplace_back(*array);
  feed.x = view_of(x, "x");
  if (feed.x.shape.empty()) fail("x must be an array with a batch axis. Received: a scalar.");
  if (y) feed.y = view_of(*y, "y");
  if (sample_weight) feed.sample_weight = view_of(*sample_weight, "sample_weight");
}

}  // namespace lamella::bindings
