#include <pybind11/stl.h>

#include "base/error.h"
#include "base/fork_mutex.h"
#include "bindings/convert.h"
#include "bindings/python_call.h"
#include "bindings/runtime.h"
#include "engine/evaluator.h"
#include "engine/trainer.h"

namespace lamella::bindings {

namespace {

// Refuses a second thread on an object that is not made for two.
class Exclusive {
 public:
  explicit Exclusive(ForkMutex& busy) : busy_(busy) {
    if (!busy_.try_lock()) misuse("This model is being trained by another thread already.");
  }
  ~Exclusive() { busy_.unlock(); }
  Exclusive(const Exclusive&) = delete;
  Exclusive& operator=(const Exclusive&) = delete;

 private:
  ForkMutex& busy_;
};

// A trainer or evaluator with the feed of its current pass kept alive.
template <class Run>
struct Held {
  template <class... Arguments>
  explicit Held(Arguments&&... arguments) : run(std::forward<Arguments>(arguments)...) {}

  Run run;
  std::shared_ptr<PyFeed> feed;
  ForkMutex busy;
};

using PyTrainer = Held<engine::Trainer>;
using PyEvaluator = Held<engine::Evaluator>;

std::unique_ptr<PyTrainer> make_trainer(const engine::Program& program, const Spec& loss,
                                        const std::vector<Spec>& metrics, const Spec& optimizer,
                                        const VariableSpecs& penalties, uint32_t seed,
                                        const PyTrainer* previous, const VariableSpecs& constraints,
                                        std::vector<VariablePtr> without_decay) {
  const auto settings = to_attributes(optimizer.first, optimizer.second);
  auto trainer = std::make_unique<PyTrainer>(
      runtime(), program, to_objective(loss, metrics, penalties),
      optimizers::make_optimizer(optimizer.first, settings), engine::UpdateSettings(settings),
      engine::VariableRules{to_constraints(constraints), std::move(without_decay)}, seed);
  if (previous != nullptr) trainer->run.continue_from(previous->run);
  return trainer;
}

// start() and run() of either; further arguments are the run's own.
template <class Run, class... More>
int64_t start(Held<Run>& held, const std::shared_ptr<PyFeed>& feed, int64_t batch_size,
              std::optional<int64_t> steps, More... more) {
  const Exclusive exclusive(held.busy);
  const std::shared_ptr<PyFeed> before = std::exchange(held.feed, feed);  // released with the GIL held
  const NativeCall native;
  return held.run.start(feed->feed, batch_size, steps, more...);
}

template <class Run>
void use(Held<Run>& held, const engine::Program& program) {
  const Exclusive exclusive(held.busy);
  held.run.use(program);
}

int64_t run_training(PyTrainer& trainer, std::span<const double> learning_rates, int64_t max_steps) {
  const Exclusive exclusive(trainer.busy);
  const engine::Poll poll = poll_signals();
  const NativeCall native;
  return trainer.run.run(learning_rates, max_steps, poll);
}

int64_t run_at_one_rate(PyTrainer& trainer, double learning_rate, int64_t max_steps) {
  return run_training(trainer, {&learning_rate, 1}, max_steps);
}

int64_t run_at_rates(PyTrainer& trainer, const std::vector<double>& learning_rates, int64_t max_steps) {
  return run_training(trainer, learning_rates, max_steps);
}

// start(), run() and results() of one step, on a feed of its own.
py::list step(PyTrainer& trainer, const py::array& x, const std::optional<py::array>& y,
              const std::optional<py::array>& sample_weight, double learning_rate) {
  const Exclusive exclusive(trainer.busy);
  const auto feed = std::make_shared<PyFeed>(x, y, sample_weight);
  const std::shared_ptr<PyFeed> before = std::exchange(trainer.feed, feed);  // released with the GIL held
  const engine::Poll poll = poll_signals();
  {
    const NativeCall native;
    trainer.run.start(feed->feed, feed->feed.rows(), std::nullopt, false);
    trainer.run.reset_metrics();
    trainer.run.run({&learning_rate, 1}, 0, poll);
  }
  return to_list(trainer.run.results());
}

int64_t run_evaluation(PyEvaluator& evaluator, int64_t max_steps) {
  const Exclusive exclusive(evaluator.busy);
  const engine::Poll poll = poll_signals();
  const NativeCall native;
  return evaluator.run.run(max_steps, poll);
}

py::list slots(const PyTrainer& trainer) {
  py::list list;
  for (const auto& slot : trainer.run.slots()) {
    const Variable& variable = *slot.variable;
    list.append(py::make_tuple(slot.variable, slot.name,
                               copy_to_array(slot.data, variable.dtype(), variable.shape())));
  }
  return list;
}

void set_slots(PyTrainer& trainer,
               const std::vector<std::tuple<VariablePtr, std::string, py::array>>& slots) {
  const Exclusive exclusive(trainer.busy);
  for (const auto& [variable, name, values] : slots) {
    if (shape_of(values) != variable->shape() || view_of(values, "values").dtype != variable->dtype()) {
      fail("Slot '", name, "' of variable '", variable->name(), "' must have shape ",
           to_string(variable->shape()), " and dtype ", name_of(variable->dtype()), ". Received: shape ",
           to_string(shape_of(values)), ".");
    }
    trainer.run.set_slot(*variable, name, py::array::ensure(values, py::array::c_style).data());
  }
}

py::list gradients(PyTrainer& trainer, const PyFeed& feed) {
  const Exclusive exclusive(trainer.busy);
  {
    const engine::Poll poll = poll_signals();
    const NativeCall native;
    trainer.run.compute_gradients(feed.feed, poll);
  }
  py::list list;
  for (const engine::GradientSlot& slot : trainer.run.gradient_slots()) {
    const Variable& variable = *slot.variable;
    const py::array gradient = copy_to_array(trainer.run.gradient(slot), variable.dtype(), variable.shape());
    list.append(py::make_tuple(slot.variable, gradient));
  }
  return list;
}

// Where each variable's gradient begins in the slab, in numbers.
py::list gradient_layout(const PyTrainer& trainer) {
  py::list list;
  for (const engine::GradientSlot& slot : trainer.run.gradient_slots())
    list.append(py::make_tuple(slot.variable, slot.offset / size_of(slot.variable->dtype())));
  return list;
}

// The function gets a copy of the slab; what it returns, unless None, takes its place.
void set_gradient_hook(PyTrainer& trainer, const py::object& function) {
  const Exclusive exclusive(trainer.busy);
  if (function.is_none()) return trainer.run.set_gradient_hook({});
  trainer.run.set_gradient_hook(
      [held = std::make_shared<PythonObject>(function)](const TensorView& gradients) {
        const PythonCall python;
        const Shape shape{gradients.cols};
        const py::object returned =
            call(held->get(), py::make_tuple(copy_to_array(gradients.data, gradients.dtype, shape)));
        if (!returned.is_none() && !copy_returned(returned, gradients.dtype, shape, gradients.data))
          fail("A gradient hook must return an array of shape ", to_string(shape),
               " or None. Received: ", shape_or_type(returned), ".");
      });
}

py::dict memory(const PyTrainer& trainer, int64_t batch_size) {
  const engine::TrainingMemory bytes = trainer.run.memory(batch_size);
  py::dict result;
  result["parameters"] = bytes.parameters;
  result["gradients"] = bytes.gradients;
  result["slots"] = bytes.slots;
  result["activations"] = bytes.activations;
  result["packed"] = bytes.packed;
  result["batch"] = bytes.batch;
  result["total"] =
      bytes.parameters + bytes.gradients + bytes.slots + bytes.activations + bytes.packed + bytes.batch;
  return result;
}

}  // namespace

void register_training(py::module_& module) {
  py::class_<PyFeed, std::shared_ptr<PyFeed>>(
      module, "Feed",
      "Arrays that batches are gathered from: any strides, any real or integer dtype, never copied.")
      .def(py::init<py::array, std::optional<py::array>, std::optional<py::array>>(), py::arg("x"),
           py::arg("y") = py::none(), py::arg("sample_weight") = py::none())
      .def_property_readonly("rows", [](const PyFeed& feed) { return feed.feed.rows(); });

  py::class_<PyTrainer>(
      module, "Trainer",
      "Owns gradients, optimizer slots, the memory plan and the running loss and metrics of a program.")
      .def(py::init(&make_trainer), py::arg("program"), py::arg("loss"), py::arg("metrics"),
           py::arg("optimizer"), py::arg("penalties"), py::arg("seed"), py::arg("previous") = py::none(),
           py::arg("constraints") = VariableSpecs(), py::arg("without_decay") = std::vector<VariablePtr>())
      .def_property(
          "iterations", [](const PyTrainer& t) { return t.run.iterations(); },
          [](PyTrainer& t, uint64_t iterations) { t.run.set_iterations(iterations); })
      .def_property_readonly(
          "began", [](const PyTrainer& t) { return t.run.began(); },
          "The iterations that there were when the pass was begun.")
      .def_property(
          "seed", [](const PyTrainer& t) { return t.run.seed(); },
          [](PyTrainer& t, uint32_t seed) { t.run.set_seed(seed); })
      .def("use", &use<engine::Trainer>, py::arg("program"),
           "Go on with another program of the same model, for rows of another shape.")
      .def("start", &start<engine::Trainer, bool>, py::arg("feed"), py::arg("batch_size"),
           py::arg("steps") = py::none(), py::arg("shuffle") = false,
           "Check the feed, plan memory for the batch size, begin a pass; returns its number of steps.")
      .def("run", &run_at_one_rate, py::arg("learning_rate"), py::arg("max_steps") = 0,
           "Run steps until the pass ends, max_steps are done (0: no limit) or 50 ms are over; returns steps "
           "done so far.")
      .def("run", &run_at_rates, py::arg("learning_rate"), py::arg("max_steps") = 0,
           "The same with a learning rate for each step that may run.")
      .def("step", &step, py::arg("x"), py::arg("y"), py::arg("sample_weight"), py::arg("learning_rate"),
           "Take one step on all of these rows, apart from any pass; returns its loss and metrics.")
      .def(
          "overwrite_with_averages",
          [](PyTrainer& t) {
            const Exclusive exclusive(t.busy);
            const NativeCall native;
            t.run.overwrite_with_averages();
          },
          "Replace the weights by their moving averages, where the optimizer keeps them (use_ema).")
      .def(
          "results", [](const PyTrainer& t) { return to_list(t.run.results()); }, "Running loss and metrics.")
      .def("reset_metrics", [](PyTrainer& t) { t.run.reset_metrics(); })
      .def(
          "running_values", [](const PyTrainer& t) { return t.run.scores().values(); },
          "What loss and metrics have summed up since reset_metrics().")
      .def(
          "set_running_values",
          [](PyTrainer& t, const std::vector<std::vector<double>>& values) {
            const Exclusive exclusive(t.busy);
            t.run.scores().set_values(values);
          },
          py::arg("values"), "Go on from running_values().")
      .def(
          "skip",
          [](PyTrainer& t, int64_t steps) {
            const Exclusive exclusive(t.busy);
            t.run.skip(steps);
          },
          py::arg("steps"), "Go on in this pass as if so many steps had been run.")
      .def(
          "first_nonfinite_step", [](const PyTrainer& t) { return t.run.first_nonfinite_step(); },
          "The first iteration whose loss was not finite, or None.")
      .def("slots", &slots, "Copies of the optimizer's slots in variable order.")
      .def("set_slots", &set_slots, py::arg("slots"),
           "Take over slots as slots() gives them; those this trainer does not keep are left out.")
      .def("gradients", &gradients, py::arg("feed"),
           "Loss gradients (penalties included) of one batch, in training mode, without an update.")
      .def("gradient_layout", &gradient_layout,
           "Where the gradient of each trained variable begins in what a gradient hook gets, in numbers.")
      .def(
          "set_gradient_hook", &set_gradient_hook, py::arg("function"),
          "Have a function called with the gradients of each step before the update; what it returns, unless "
          "None, takes their place. None calls nothing.")
      .def("memory", &memory, py::arg("batch_size"), "Bytes that a training step of this batch size keeps.");

  py::class_<PyEvaluator>(module, "Evaluator",
                          "Loss and metrics of a program in inference mode; independent of any trainer.")
      .def(py::init([](const engine::Program& program, const std::optional<Spec>& loss,
                       const std::vector<Spec>& metrics, const VariableSpecs& penalties) {
             return std::make_unique<PyEvaluator>(runtime(), program, to_objective(loss, metrics, penalties));
           }),
           py::arg("program"), py::arg("loss"), py::arg("metrics"), py::arg("penalties"))
      .def("use", &use<engine::Evaluator>, py::arg("program"))
      .def("start", &start<engine::Evaluator>, py::arg("feed"), py::arg("batch_size"),
           py::arg("steps") = py::none())
      .def("run", &run_evaluation, py::arg("max_steps") = 0)
      .def("results", [](const PyEvaluator& e) { return to_list(e.run.results()); })
      .def("reset_metrics", [](PyEvaluator& e) { e.run.reset_metrics(); })
      .def(
          "running_values", [](PyEvaluator& e) { return e.run.scores().values(); },
          "What loss and metrics have summed up since reset_metrics().")
      .def(
          "set_running_values",
          [](PyEvaluator& e, const std::vector<std::vector<double>>& values) {
            const Exclusive exclusive(e.busy);
            e.run.scores().set_values(values);
          },
          py::arg("values"), "Go on from running_values().");
}

}  // namespace lamella::bindings
