#include "bindings/python_layer.h"

#include "base/error.h"
#include "bindings/python_call.h"

namespace lamella::bindings {

namespace {

class PythonLayer final : public layers::Layer {
 public:
  PythonLayer(const layers::Definition& definition, Shape output_shape, py::object forward,
              py::object backward)
      : Layer(definition, std::move(output_shape)),
        input_shape_(definition.inputs.at(0)),
        forward_(std::move(forward)),
        backward_(std::move(backward)) {}

  const char* op() const override { return "python"; }
  layers::Needs needs(const ops::Context&, int64_t, bool) const override {
    return {.backward_reads_input = true, .backward_reads_output = true};
  }

  void forward(const layers::ForwardPass& pass) const override {
    const PythonCall python;
    const py::object y = call(
        forward_.get(), py::make_tuple(copy(pass.inputs[0], input_shape_, pass.state), pass.state.training));
    take("what forward() returns", y, batch_shape(pass.state.rows, output_shape()), pass.outputs[0]);
  }

  void backward(const layers::BackwardPass& pass) const override {
    const PythonCall python;
    const py::object returned =
        call(backward_.get(), py::make_tuple(copy(pass.inputs[0], input_shape_, pass.state),
                                             copy(pass.outputs[0], output_shape(), pass.state),
                                             copy(pass.output_gradients[0], output_shape(), pass.state)));
    const size_t wanted = trainable_count();
    const bool is_pair = py::isinstance<py::tuple>(returned) && py::len(returned) == 2;
    if (wanted > 0 && !is_pair) {
      fail("Layer '", name(), "': backward() must return a pair (gradient by x, list of ", wanted,
           " gradients by its variables). Received: ", type_name(returned), ".");
    }
    const py::object dx = is_pair ? returned.cast<py::tuple>()[0].cast<py::object>() : returned;
    if (pass.input_gradients[0] != nullptr)
      take("what backward() returns as the gradient by x", dx, batch_shape(pass.state.rows, input_shape_),
           pass.input_gradients[0]);
    if (is_pair) take_variable_gradients(pass, returned.cast<py::tuple>()[1], wanted);
  }

 private:
  // Python may keep what it is given: it gets copies, because the memory is used again.
  py::array copy(const void* data, const Shape& row_shape, const layers::StepState& state) const {
    return copy_to_array(data, dtype(), batch_shape(state.rows, row_shape));
  }

  size_t trainable_count() const {
    size_t count = 0;
    for (const VariablePtr& variable : variables()) count += variable->trainable();
    return count;
  }

  void take_variable_gradients(const layers::BackwardPass& pass, const py::object& returned,
                               size_t wanted) const {
    if (!py::isinstance<py::sequence>(returned) || py::len(returned) != wanted) {
      fail("Layer '", name(), "': backward() must return ", wanted, " gradients by variables. Received: ",
           py::isinstance<py::sequence>(returned) ? std::to_string(py::len(returned)) : type_name(returned),
           ".");
    }
    const py::sequence gradients = returned.cast<py::sequence>();
    size_t next = 0;
    for (size_t i = 0; i < variables().size(); ++i) {
      const Variable& variable = *variables()[i];
      if (!variable.trainable()) continue;
      const py::object gradient = gradients[next++];
      if (pass.variable_gradients[i] == nullptr) continue;  // frozen
      take("what backward() returns as the gradient by '" + variable.name() + "'", gradient, variable.shape(),
           pass.variable_gradients[i]);
    }
  }

  void take(const std::string& what, const py::object& returned, const Shape& shape, void* to) const {
    if (!copy_returned(returned, dtype(), shape, to)) {
      fail("Layer '", name(), "': ", what, " must be an array of shape ", to_string(shape),
           ". Received: ", shape_or_type(returned), ".");
    }
  }

  Shape input_shape_;
  PythonObject forward_, backward_;
};

}  // namespace

layers::LayerPtr make_python_layer(const layers::Definition& definition, Shape output_shape,
                                   py::object forward, py::object backward) {
  return std::make_shared<PythonLayer>(definition, std::move(output_shape), std::move(forward),
                                       std::move(backward));
}

}  // namespace lamella::bindings
