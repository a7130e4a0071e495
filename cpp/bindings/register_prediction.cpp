#include "bindings/convert.h"
#include "bindings/runtime.h"
#include "engine/predictor.h"

namespace lamella::bindings {

namespace {

// An array of NumPy's, or of a class derived from it, to be filled.
py::array empty_array(const py::type& kind, DType dtype, const Shape& shape) {
  const auto& numpy = py::detail::npy_api::get();
  auto* type = reinterpret_cast<PyTypeObject*>(kind.ptr());
  if (PyType_IsSubtype(type, numpy.PyArray_Type_) == 0)
    throw py::type_error("kind must be a class of arrays");
  PyObject* array = numpy.PyArray_NewFromDescr_(
      type, numpy_dtype(dtype).release().ptr(), static_cast<int>(shape.size()),
      reinterpret_cast<const Py_intptr_t*>(shape.data()), nullptr, nullptr, 0, nullptr);
  if (array == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::array>(array);
}

py::array predict(engine::Predictor& predictor, const py::array& x, int64_t batch_size, uint32_t seed,
                  const py::type& kind) {
  const engine::Program& program = predictor.program();
  constexpr py::ssize_t kShortBytes = 65'536;  // read within microseconds, in which a pin would be felt
  const auto pin = x.nbytes() > kShortBytes ? std::optional<Pin>(x) : std::nullopt;
  const engine::Feed feed{.x = view_of(x, "x"), .y = {}, .sample_weight = {}};
  engine::check_input(feed, program);
  Shape shape = program.output_shape();
  shape.insert(shape.begin(), feed.rows());
  py::array output = empty_array(kind, program.dtype, shape);
  void* data = output.mutable_data();
  const engine::Poll poll = poll_signals();
  {
    const NativeCall native;
    predictor.predict(feed.x, batch_size, seed, data, poll);
  }
  return output;
}

}  // namespace

void register_prediction(py::module_& module) {
  const py::object plain = py::module_::import("numpy").attr("ndarray");
  py::class_<Arenas, std::shared_ptr<Arenas>>(module, "Arenas", "Memory that predictors share.")
      .def(py::init<>());
  py::class_<engine::Predictor>(module, "Predictor",
                                "Outputs of a program. Safe to call from several threads at once.")
      .def(py::init([](const engine::Program& program, bool training, bool augments,
                       std::shared_ptr<Arenas> arenas) {
             if (!arenas) arenas = std::make_shared<Arenas>();
             return std::make_unique<engine::Predictor>(runtime(), program, training, augments,
                                                        std::move(arenas));
           }),
           py::arg("program"), py::arg("training") = false, py::arg("augments") = false,
           py::arg("arenas") = nullptr)
      .def("__call__", &predict, py::arg("x"), py::arg("batch_size") = 0, py::arg("seed") = 0,
           py::arg("kind") = plain,
           "Outputs for all rows of x, batch_size rows at a time (0: chosen by the core), as an array of "
           "this\n"
           "kind. What is random is drawn from the seed, and anew in each call.");
}

}  // namespace lamella::bindings
