#include "bindings/python_metric.h"

#include <pybind11/stl.h>

#include "bindings/python_call.h"

namespace lamella::bindings {

namespace {

class PythonMetric final : public metrics::Metric {
 public:
  PythonMetric(py::object metric, bool labels, bool weighted)
      : metric_(std::move(metric)), labels_(labels), weighted_(weighted) {}

  bool wants_labels() const override { return labels_; }
  int64_t state_size(int64_t) const override { return 0; }

  void update(const ops::Context&, const metrics::MetricPass& pass, double*) const override {
    const PythonCall python;
    const DType dtype = pass.prediction.dtype;
    const Shape shape = batch_shape(pass.prediction, *pass.row_shape);
    const py::array y_true = target_array(pass.values, labels_ ? pass.labels : nullptr, dtype, shape);
    const py::array y_pred = copy_to_array(pass.prediction.data, dtype, shape);
    py::dict by_name;
    if (weighted_ && pass.weights != nullptr) {
      const Shape rows(shape.begin(), shape.end() - 1);
      by_name["sample_weight"] = copy_to_array(pass.weights, dtype, rows);
    }
    call(metric_.get().attr("update_state"), py::make_tuple(y_true, y_pred), by_name);
  }

  metrics::Result result(const double*, int64_t) const override {
    const PythonCall python;
    const py::array_t<double, py::array::forcecast> value(call(metric_.get().attr("result"), py::tuple()));
    if (value.size() == 1) return value.attr("item")().cast<double>();
    return value.attr("ravel")().attr("tolist")().cast<std::vector<double>>();
  }

  void reset() const override {
    const PythonCall python;
    call(metric_.get().attr("reset_state"), py::tuple());
  }

 private:
  PythonObject metric_;
  bool labels_, weighted_;
};

}  // namespace

metrics::MetricPtr make_python_metric(const py::dict& settings) {
  return std::make_shared<PythonMetric>(settings["metric"].cast<py::object>(),
                                        settings["labels"].cast<bool>(),
                                        settings.contains("weighted") && settings["weighted"].cast<bool>());
}

}  // namespace lamella::bindings
