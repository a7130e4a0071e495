#include "bindings/convert.h"
#include "bindings/runtime.h"
#include "engine/predictor.h"

namespace lamella::bindings {

namespace {

py::array predict(engine::Predictor& predictor, const py::array& x, int64_t batch_size, uint32_t seed) {
  const engine::Program& program = predictor.program();
  constexpr py::ssize_t kShortBytes = 65'536;  // read within microseconds, in which a pin would be felt
  const auto pin = x.nbytes() > kShortBytes ? std::optional<Pin>(x) : std::nullopt;
  const engine::Feed feed{.x = view_of(x, "x"), .y = {}, .sample_weight = {}};
  engine::check_input(feed, program);
  Shape shape = program.output_shape();
  shape.insert(shape.begin(), feed.rows());
  py::array output(numpy_dtype(program.dtype), shape);
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
  py::class_<engine::Predictor>(module, "Predictor",
                                "Outputs of a program. Safe to call from several threads at once.")
      .def(py::init([](const engine::Program& program, bool training, bool augments) {
             return std::make_unique<engine::Predictor>(runtime(), program, training, augments);
           }),
           py::arg("program"), py::arg("training") = false, py::arg("augments") = false)
      .def("__call__", &predict, py::arg("x"), py::arg("batch_size") = 0, py::arg("seed") = 0,
           "Outputs for all rows of x, batch_size rows at a time (0: chosen by the core). What is random is\n"
           "drawn from the seed, and anew in each call.");
}

}  // namespace lamella::bindings
