#include "bindings/python_loss.h"

#include "base/error.h"
#include "bindings/python_call.h"

namespace lamella::bindings {

namespace {

class PythonLoss final : public losses::Loss {
 public:
  PythonLoss(py::object function, const Attributes& attributes)
      : function_(std::move(function)),
        name_(attributes.text("name")),
        labels_(attributes.number("labels") != 0),
        reduction_(losses::reduction_of(attributes)) {}

  losses::Target target() const override { return labels_ ? losses::Target::labels : losses::Target::values; }

  double evaluate(const ops::Context& context, const losses::LossPass& pass) const override {
    const double scale = losses::reduction_scale(context, reduction_, pass, pass.prediction.rows);
    call(pass, scale);
    return scale * context.ops.loss.weighted_sum(context, pass.row_loss, pass.weights);
  }

  void rows(const ops::Context&, const losses::LossPass& pass) const override { call(pass, 1); }

 private:
  void call(const losses::LossPass& pass, double scale) const {
    const PythonCall python;
    const DType dtype = pass.prediction.dtype;
    const Shape shape = batch_shape(pass.prediction, *pass.row_shape);
    const Shape row_values(shape.begin(), shape.end() - 1);
    const py::object returned = bindings::call(
        function_.get(),
        py::make_tuple(target_array(pass.values, labels_ ? pass.labels : nullptr, dtype, shape),
                       copy_to_array(pass.prediction.data, dtype, shape)));
    if (!py::isinstance<py::tuple>(returned) || py::len(returned) != 2) {
      throw py::type_error("Loss '" + name_ +
                           "' must return a tuple (values of rows, gradient): losses of your own "
                           "give the gradient by y_pred as well. Received: " +
                           type_name(returned));
    }
    const py::tuple both = returned.cast<py::tuple>();
    take(both[0], "values", row_values, pass.row_loss);
    if (!pass.gradient) return;
    take(both[1], "gradient", shape, pass.gradient);
    dispatch(dtype, [&](auto t) {
      using T = decltype(t);
      T* gradient = pass.gradient.as<T>();
      const T* weights = static_cast<const T*>(pass.weights);
      for (int64_t i = 0; i < pass.gradient.size(); ++i) {
        const double weight = weights ? double(weights[i / pass.gradient.cols]) : 1.0;
        gradient[i] = static_cast<T>(gradient[i] * weight * scale);
      }
    });
  }

  void take(const py::object& returned, const char* what, const Shape& shape, const TensorView& to) const {
    if (!copy_returned(returned, to.dtype, shape, to.data)) {
      fail("Loss '", name_, "' must return ", what, " of shape ", to_string(shape),
           ". Received: ", shape_or_type(returned), ".");
    }
  }

  PythonObject function_;
  std::string name_;
  bool labels_;
  losses::Reduction reduction_;
};

}  // namespace

losses::LossPtr make_python_loss(const py::dict& settings) {
  py::dict rest(settings.attr("copy")());
  const py::object function = rest.attr("pop")("function");
  return std::make_shared<PythonLoss>(function, to_attributes("python loss", rest));
}

}  // namespace lamella::bindings
