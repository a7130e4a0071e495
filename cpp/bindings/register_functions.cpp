// Losses, metrics and activations on arrays, outside of any model.
#include <pybind11/stl.h>

#include "base/error.h"
#include "bindings/convert.h"
#include "bindings/runtime.h"
#include "layers/activation.h"

namespace lamella::bindings {

namespace {

// A function of arrays is run as a program whose input is also its output.
struct Batch {
  Batch(const py::array& y_true, const py::array& y_pred, engine::Objective wanted,
        const std::optional<py::array>& sample_weight = std::nullopt)
      : objective(std::move(wanted)),
        dtype(y_pred.dtype().kind() == 'f' && y_pred.itemsize() == 8 ? DType::float64 : DType::float32),
        feed{.x = view_of(y_pred, "y_pred"), .y = view_of(y_true, "y_true"), .sample_weight = {}} {
    if (feed.x.shape.empty()) fail("y_pred must be an array with a batch axis. Received: a scalar.");
    Shape row_shape = feed.x.row_shape();
    if (row_shape.empty()) row_shape = {1};
    row_values_shape = feed.x.shape;
    if (row_values_shape.size() > 1) row_values_shape.pop_back();
    cols = row_shape.back();
    rows = cols == 0 ? 0 : checked_product(feed.x.shape) / cols;
    if (sample_weight) feed.sample_weight = view_of(*sample_weight, "sample_weight");
    const engine::Program program(row_shape, dtype);
    engine::check_targets(runtime(), feed, program, objective);
    prediction = Block(checked_product({rows, cols, size_of(dtype)}));
    runtime().ops.gather.gather(runtime(), feed.x, nullptr, 0,
                                {prediction.data(), dtype, feed.rows(), checked_product(row_shape)});
    targets.emplace(program, objective, feed.rows(), engine::weighs_outputs(feed, program) ? cols : 1);
    targets->begin(feed);
    targets->gather(runtime(), feed, nullptr, 0, {.rows = feed.rows()});
  }

  TensorView view() const { return {prediction.data(), dtype, rows, cols}; }
  py::array values(const TensorView& row_values) const {
    return copy_to_array(row_values.data, dtype, row_values_shape);
  }

  engine::Objective objective;
  DType dtype;
  engine::Feed feed;
  Shape row_values_shape;
  int64_t rows = 0, cols = 0;
  Block prediction;
  std::optional<engine::Targets> targets;
};

py::array loss_values(const Spec& loss, const py::array& y_true, const py::array& y_pred) {
  const Batch batch(y_true, y_pred, to_objective(loss, {}, {}));
  const losses::LossPass pass = batch.targets->loss_pass(batch.view(), {}, {}, false, 0);
  batch.objective.loss->rows(runtime(), pass);
  return batch.values(pass.row_loss);
}

py::array metric_value(const Spec& metric, const py::array& y_true, const py::array& y_pred) {
  const Batch batch(y_true, y_pred, to_objective(std::nullopt, {metric}, {}));
  const metrics::MetricPass pass = batch.targets->metric_pass(batch.view());
  batch.objective.metrics[0].metric->rows(runtime(), pass);
  return batch.values(pass.row_values);
}

// A metric with state of its own, used by itself.
class MetricState {
 public:
  explicit MetricState(const Spec& spec) : term_(to_metric(spec)) {}

  void update(const py::array& y_true, const py::array& y_pred,
              const std::optional<py::array>& sample_weight) {
    engine::Objective objective;
    objective.metrics.push_back(term_);
    const Batch batch(y_true, y_pred, std::move(objective), sample_weight);
    if (batch.cols != cols_) {
      term_.metric->check_outputs(batch.cols);
      const int64_t size = term_.metric->state_size(batch.cols);
      if (cols_ >= 0 && size != static_cast<int64_t>(state_.size())) {
        fail("The last axis of y_pred must stay what it was since the last reset, ", cols_,
             ". Received: ", batch.cols, ".");
      }
      if (cols_ < 0) state_.assign(static_cast<size_t>(size), 0.0);
      cols_ = batch.cols;
    }
    term_.metric->update(runtime(), batch.targets->metric_pass(batch.view()), state_.data());
  }

  py::object result() const {
    if (cols_ < 0) return py::none();
    return to_object(term_.metric->result(state_.data(), cols_));
  }

  void reset() { cols_ = -1; }

  // The last axis of the outputs seen, -1 before the first, and the sums over them.
  std::pair<int64_t, std::vector<double>> values() const { return {cols_, state_}; }

  void set_values(int64_t cols, const std::vector<double>& values) {
    if (cols >= 0) {
      term_.metric->check_outputs(cols);
      if (static_cast<int64_t>(values.size()) != term_.metric->state_size(cols))
        fail("A state of ", values.size(), " numbers is not one of this metric.");
    }
    cols_ = cols;
    state_ = values;
  }

 private:
  engine::MetricTerm term_;
  std::vector<double> state_;
  int64_t cols_ = -1;  // none seen yet
};

py::array activation(const std::string& name, const py::array& x, const py::dict& settings) {
  const ops::ArrayView source = view_of(x, "x");
  const DType dtype = source.dtype == DType::float64 ? DType::float64 : DType::float32;
  py::array result(numpy_dtype(dtype), source.shape);
  const int64_t cols = source.shape.empty() ? 1 : source.shape.back();
  const int64_t rows = cols == 0 ? 0 : checked_product(source.shape) / cols;
  const TensorView y{result.mutable_data(), dtype, rows, cols};
  if (y.size() == 0) return result;
  ops::ArrayView whole = source;  // one row of all elements
  whole.shape.insert(whole.shape.begin(), 1);
  whole.strides.insert(whole.strides.begin(), 0);
  const FlushDenormals flush;
  runtime().ops.gather.gather(runtime(), whole, nullptr, 0, {y.data, dtype, 1, y.size()});
  if (const auto rows_kind = layers::row_activation_named(name)) {
    runtime().ops.activation.rows_forward(runtime(), *rows_kind, y, y);
  } else {
    const auto parameters = layers::activation_parameters(to_attributes(name, settings));
    runtime().ops.activation.forward(runtime(), layers::activation_named(name), parameters, y, y);
  }
  return result;
}

}  // namespace

void register_functions(py::module_& module) {
  module.def("loss_values", &loss_values, py::arg("loss"), py::arg("y_true"), py::arg("y_pred"),
             "Per-row losses, shape y_pred.shape[:-1].");
  module.def("metric_value", &metric_value, py::arg("metric"), py::arg("y_true"), py::arg("y_pred"),
             "Per-row metric values, shape y_pred.shape[:-1].");
  py::class_<MetricState>(module, "MetricState", "A metric that accumulates over arrays.")
      .def(py::init<const Spec&>(), py::arg("metric"))
      .def("update", &MetricState::update, py::arg("y_true"), py::arg("y_pred"),
           py::arg("sample_weight") = py::none())
      .def("result", &MetricState::result, "A number or an array; None before the first update.")
      .def("values", &MetricState::values, "What was summed up, for set_values().")
      .def("set_values", &MetricState::set_values, py::arg("cols"), py::arg("values"))
      .def("reset", &MetricState::reset);
  module.def("activation", &activation, py::arg("name"), py::arg("x"), py::arg("attributes"),
             "An activation applied to an array.");
}

}  // namespace lamella::bindings
