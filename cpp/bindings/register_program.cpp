#include <pybind11/stl.h>

#include "base/error.h"
#include "bindings/convert.h"
#include "bindings/python_layer.h"
#include "engine/activity_penalty.h"
#include "engine/program.h"

namespace lamella::bindings {

namespace {

using engine::Program;

int add(Program& program, const std::string& op, std::vector<int> inputs, std::vector<VariablePtr> variables,
        const py::dict& attributes, const std::string& name, bool trainable) {
  return program.add(op, std::move(inputs),
                     {.name = name,
                      .dtype = program.dtype,
                      .inputs = {},
                      .variables = std::move(variables),
                      .attributes = to_attributes(name, attributes),
                      .trainable = trainable,
                      .id = 0});
}

int add_penalty(Program& program, int value, const std::string& kind, const py::dict& settings,
                const std::string& name) {
  layers::Definition definition{};
  definition.name = name;
  definition = program.define({value}, std::move(definition));
  return program.append(std::make_shared<engine::ActivityPenalty>(definition, to_penalty(kind, settings)),
                        {value});
}

int add_python(Program& program, int value, std::vector<VariablePtr> variables, Shape output_shape,
               py::object forward, py::object backward, const std::string& name, bool trainable) {
  layers::Definition definition{};
  definition.name = name;
  definition.variables = std::move(variables);
  definition.trainable = trainable;
  definition = program.define({value}, std::move(definition));
  return program.append(
      make_python_layer(definition, std::move(output_shape), std::move(forward), std::move(backward)),
      {value});
}

size_t checked(const Program& program, int value) {
  if (value < 0 || value >= static_cast<int>(program.values.size())) misuse("there is no value ", value);
  return static_cast<size_t>(value);
}

py::list costs(const Program& program) {
  py::list list;
  for (const engine::Node& node : program.nodes) {
    py::dict cost;
    cost["name"] = node.layer->name();
    cost["op"] = node.layer->op();
    cost["forward_flops"] = node.layer->forward_flops();
    cost["backward_flops"] = node.layer->backward_flops();
    list.append(std::move(cost));
  }
  return list;
}

}  // namespace

void register_program(py::module_& module) {
  py::class_<Program>(module, "Program",
                      "A model flattened into operations over numbered values. Value 0 is the input.")
      .def(py::init([](Shape shape, const std::string& dtype) {
             return Program(std::move(shape), compute_dtype(dtype));
           }),
           py::arg("input_shape"), py::arg("dtype"))
      .def("add", &add, py::arg("op"), py::arg("inputs"), py::arg("variables"), py::arg("attributes"),
           py::arg("name"), py::arg("trainable"),
           "Append an operation and return the id of its output value.")
      .def("add_penalty", &add_penalty, py::arg("value"), py::arg("kind"), py::arg("settings"),
           py::arg("name"),
           "Let a regulariser of a value add to the loss; returns the id of its output value.")
      .def("add_python", &add_python, py::arg("value"), py::arg("variables"), py::arg("output_shape"),
           py::arg("forward"), py::arg("backward"), py::arg("name"), py::arg("trainable"),
           "Append a layer written in Python; returns the id of its output value.")
      .def(
          "set_output", [](Program& p, int value) { p.output = static_cast<int>(checked(p, value)); },
          py::arg("value"))
      .def(
          "shape", [](const Program& p, int value) { return to_tuple(p.values[checked(p, value)]); },
          py::arg("value"), "Shape of a value without the batch axis.")
      .def("costs", &costs, "Per operation: name, op, forward_flops and backward_flops of one row.");
}

}  // namespace lamella::bindings
