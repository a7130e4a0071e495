#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "base/error.h"
#include "bindings/runtime.h"
#include "kernels/dispatch.h"

namespace lamella::bindings {

namespace py = pybind11;

namespace {

void set_num_threads(int count) {
  if (count < 1 || count > 1024) fail("The number of threads must be from 1 to 1024. Received: ", count, ".");
  const py::gil_scoped_release release;
  runtime().pool.resize(count);
}

}  // namespace

void register_system(py::module_& module) {
  module.attr("__version__") = LAMELLA_VERSION;
  module.def("isa", [] { return runtime().kernels.isa; }, "The instruction set in use.");
  module.def("available_isas", &kernels::available_isas, "Instruction sets this machine can run.");
  module.def("num_threads", [] { return runtime().pool.size(); }, "Threads in use, the caller's included.");
  module.def("set_num_threads", &set_num_threads, py::arg("count"), "Use this many threads from now on.");
  module.def(
      "devices", [] { return std::vector<std::string>{runtime().ops.device}; }, "Devices that can train.");
}

}  // namespace lamella::bindings
