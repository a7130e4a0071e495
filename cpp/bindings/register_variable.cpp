#include <pybind11/stl.h>

#include "base/checksum.h"
#include "base/error.h"
#include "base/file.h"
#include "bindings/convert.h"
#include "bindings/runtime.h"

namespace lamella::bindings {

namespace {

VariablePtr make_variable(const py::array& value, const std::string& name, bool trainable) {
  const DType dtype = view_of(value, "value").dtype;
  if (dtype != DType::float32 && dtype != DType::float64) {
    fail("Variables are float32 or float64. Received: '", name, "' with dtype ", name_of(dtype), ".");
  }
  auto variable = std::make_shared<Variable>(name, shape_of(value), dtype, trainable);
  const py::array dense = py::array::ensure(value, py::array::c_style);
  std::memcpy(variable->data(), dense.data(), static_cast<size_t>(variable->bytes()));
  return variable;
}

VariablePtr make_blank_variable(const std::vector<int64_t>& shape, const std::string& dtype,
                                const std::string& name, bool trainable) {
  if (dtype != "float32" && dtype != "float64")
    fail("Variables are float32 or float64. Received: '", name, "' with dtype ", dtype, ".");
  return std::make_shared<Variable>(name, Shape(shape.begin(), shape.end()),
                                    dtype == "float32" ? DType::float32 : DType::float64, trainable);
}

void assign(Variable& variable, const py::array& value) {
  if (shape_of(value) != variable.shape()) {
    fail("Variable '", variable.name(), "' has shape ", to_string(variable.shape()),
         ". Received: a value of shape ", to_string(shape_of(value)), ".");
  }
  view_of(value, "value");
  const auto copy = [&](const py::array& dense) {
    std::memcpy(variable.data(), dense.data(), static_cast<size_t>(variable.bytes()));
  };
  if (variable.dtype() == DType::float64) {
    copy(py::array_t<double, py::array::c_style | py::array::forcecast>(value));
  } else {
    copy(py::array_t<float, py::array::c_style | py::array::forcecast>(value));
  }
  variable.mark_changed();
}

// Straight into the variable's memory, without an array between.
uint64_t read(Variable& variable, int descriptor, int64_t offset) {
  const GilReleased released;
  variable.mark_changed();
  return checksum_of_pieces(runtime().device.threads, variable.bytes(), [&](int64_t begin, int64_t size) {
    const std::span<char> bytes(variable.data() + begin, static_cast<size_t>(size));
    read_at(descriptor, offset + begin, bytes);
    return xxh64({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
  });
}

}  // namespace

void register_variable(py::module_& module) {
  py::class_<Variable, VariablePtr>(
      module, "Variable", "A named tensor that layers own: 64-byte aligned memory and a version counter.")
      .def(py::init(&make_variable), py::arg("value"), py::arg("name"), py::arg("trainable") = true)
      .def(py::init(&make_blank_variable), py::arg("shape"), py::arg("dtype"), py::arg("name"),
           py::arg("trainable") = true, "A variable of zeros.")
      .def_property_readonly("name", &Variable::name)
      .def_property_readonly("shape", [](const Variable& v) { return to_tuple(v.shape()); })
      .def_property_readonly("dtype", [](const Variable& v) { return name_of(v.dtype()); })
      .def_property_readonly("size", &Variable::size)
      .def_property_readonly("trainable", &Variable::trainable)
      .def_property_readonly("version", &Variable::version)
      .def("numpy", [](const Variable& v) { return copy_to_array(v.data(), v.dtype(), v.shape()); })
      .def("assign", &assign, py::arg("value"))
      .def("read", &read, py::arg("descriptor"), py::arg("offset"),
           "Replace the values by bytes of an open file, as they lie in memory; returns their checksum.");
  module.def(
      "pack", [](const std::vector<VariablePtr>& variables) { pack_variables(variables); },
      py::arg("variables"), "Move freshly built variables, in this order, into one contiguous block.");
}

}  // namespace lamella::bindings
