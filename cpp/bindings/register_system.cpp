#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>

#include "base/checksum.h"
#include "base/error.h"
#include "bindings/runtime.h"

namespace lamella::bindings {

namespace py = pybind11;

namespace {

void set_num_threads(int count) {
  if (count < 1 || count > 1024) fail("The number of threads must be from 1 to 1024. Received: ", count, ".");
  const GilReleased released;
  runtime().device.threads.resize(count);
}

// Of any object with contiguous memory, read without a copy.
uint64_t checksum(const py::buffer& buffer) {
  Py_buffer view;
  if (PyObject_GetBuffer(buffer.ptr(), &view, PyBUF_SIMPLE) != 0) throw py::error_already_set();
  const std::unique_ptr<Py_buffer, decltype(&PyBuffer_Release)> release(&view, &PyBuffer_Release);
  const GilReleased released;
  const auto* bytes = static_cast<const unsigned char*>(view.buf);
  return checksum_of_pieces(runtime().device.threads, view.len, [&](int64_t begin, int64_t size) {
    return xxh64({bytes + begin, static_cast<size_t>(size)});
  });
}

}  // namespace

void register_system(py::module_& module) {
  module.attr("__version__") = LAMELLA_VERSION;
  module.def("isa", &isa, "The instruction set in use.");
  module.def("available_isas", &cpu::available_isas, "Instruction sets this machine can run.");
  module.def(
      "num_threads", [] { return runtime().device.threads.size(); },
      "Threads in use, the caller's included.");
  module.def("set_num_threads", &set_num_threads, py::arg("count"), "Use this many threads from now on.");
  module.def(
      "devices", [] { return std::vector<std::string>{runtime().device.name}; }, "Devices that can train.");
  module.def("checksum", &checksum, py::arg("buffer"),
             "Checksum of the bytes of an object with contiguous memory: XXH64 of the XXH64s of its MiBs.");
}

}  // namespace lamella::bindings
