#include "bindings/python_penalty.h"

#include "base/error.h"
#include "bindings/python_call.h"

namespace lamella::bindings {

namespace {

// A matrix, or a vector where there is one row.
Shape shape_of_view(const TensorView& view) {
  return view.rows == 1 ? Shape{view.cols} : Shape{view.rows, view.cols};
}

class PythonPenalty final : public penalties::Penalty {
 public:
  explicit PythonPenalty(py::object penalty) : penalty_(std::move(penalty)) {}

  double value(const ops::Context&, const TensorView& tensor) const override {
    const PythonCall python;
    return py::float_(call(penalty_.get(),
                           py::make_tuple(copy_to_array(tensor.data, tensor.dtype, shape_of_view(tensor)))));
  }

  void add_gradient(const ops::Context&, double scale, const TensorView& tensor,
                    const TensorView& gradient) const override {
    const PythonCall python;
    const Shape shape = shape_of_view(tensor);
    const py::object returned = call(penalty_.get().attr("gradient"),
                                     py::make_tuple(copy_to_array(tensor.data, tensor.dtype, shape)));
    const py::array_t<double, py::array::c_style | py::array::forcecast> values(returned);
    if (shape_of(values) != shape) {
      fail("Regularizer ", std::string(py::str(penalty_.get())), " must return a gradient of shape ",
           to_string(shape), ". Received: shape ", to_string(shape_of(values)), ".");
    }
    dispatch(gradient.dtype, [&](auto t) {
      using T = decltype(t);
      for (int64_t i = 0; i < gradient.size(); ++i)
        gradient.as<T>()[i] += static_cast<T>(scale * values.data()[i]);
    });
  }

 private:
  PythonObject penalty_;
};

class PythonConstraint final : public penalties::Constraint {
 public:
  explicit PythonConstraint(py::object constraint) : constraint_(std::move(constraint)) {}

  void apply(const ops::Context&, const Variable& variable) const override {
    const PythonCall python;
    const py::object returned =
        call(constraint_.get(),
             py::make_tuple(copy_to_array(variable.data(), variable.dtype(), variable.shape())));
    if (!copy_returned(returned, variable.dtype(), variable.shape(), variable.data())) {
      fail("Constraint ", std::string(py::str(constraint_.get())), " must return an array of shape ",
           to_string(variable.shape()), " for '", variable.name(), "'. Received: ", shape_or_type(returned),
           ".");
    }
  }

 private:
  PythonObject constraint_;
};

}  // namespace

penalties::PenaltyPtr make_python_penalty(const py::dict& settings) {
  return std::make_shared<PythonPenalty>(settings["penalty"].cast<py::object>());
}

penalties::ConstraintPtr make_python_constraint(const py::dict& settings) {
  return std::make_shared<PythonConstraint>(settings["constraint"].cast<py::object>());
}

}  // namespace lamella::bindings
