// lamella._core: one register_*.cpp a topic. This folder is the only place that knows pybind11.
#include <pybind11/pybind11.h>

#include "bindings/runtime.h"

namespace lamella::bindings {

void register_system(pybind11::module_& module);
void register_variable(pybind11::module_& module);
void register_program(pybind11::module_& module);
void register_training(pybind11::module_& module);
void register_prediction(pybind11::module_& module);
void register_functions(pybind11::module_& module);

}  // namespace lamella::bindings

PYBIND11_MODULE(_core, module, pybind11::mod_gil_not_used()) {
  using namespace lamella::bindings;
  module.doc() = "The native core of lamella: programs, training, prediction. Private.";
  runtime();  // an unknown LAMELLA_ISA is refused at import
  register_system(module);
  register_variable(module);
  register_program(module);
  register_training(module);
  register_prediction(module);
  register_functions(module);
}
