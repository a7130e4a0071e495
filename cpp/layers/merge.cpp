#include "layers/merge.h"

#include <algorithm>

#include "base/error.h"

namespace lamella::layers {

namespace {

Shape joined_shape(const Definition& definition) {
  Shape shape = definition.inputs.at(0);
  shape.back() = 0;
  for (const Shape& input : definition.inputs) {
    const bool fits = input.size() == shape.size() &&
                      std::equal(input.begin(), input.end() - 1, shape.begin(), shape.end() - 1);
    if (!fits) {
      fail("Layer '", definition.name, "' cannot join branches of shapes ",
           to_string_with_batch(definition.inputs[0]), " and ", to_string_with_batch(input), ".");
    }
    shape.back() += input.back();
  }
  return shape;
}

}  // namespace

Add::Add(const Definition& definition) : Fusable(definition, definition.inputs.at(0)) {
  if (definition.inputs.size() < 2) fail("Layer '", name(), "' has only one branch to add.");
  for (const Shape& input : definition.inputs) {
    if (input != definition.inputs[0]) {
      fail("Layer '", name(), "' cannot add branches of shapes ", to_string_with_batch(definition.inputs[0]),
           " and ", to_string_with_batch(input), ".");
    }
  }
}

Needs Add::needs(const ops::Context&, int64_t, bool training) const {
  return {.backward_reads_output = training && has_activation(),
          .forward_in_place = true,
          .backward_in_place = true};
}

void Add::forward(const ForwardPass& pass) const {
  const TensorView y = output_view(pass.outputs[0], pass.state);
  const size_t last = pass.inputs.size() - 1;
  TensorView sum = input_view(pass.inputs[0], pass.state);
  for (size_t k = 1; k <= last; ++k, sum = y) {
    pass.context.ops.elementwise.sum(pass.context, sum, input_view(pass.inputs[k], pass.state),
                                     k == last ? activation() : Activation::linear, alpha(), y);
  }
}

void Add::backward(const BackwardPass& pass) const {
  const TensorView dy = output_view(pass.output_gradients[0], pass.state);
  if (has_activation()) {
    pass.context.ops.activation.backward(pass.context, activation(), {.a = alpha()},
                                         output_view(pass.outputs[0], pass.state), dy, dy);
  }
  for (size_t k = pass.input_gradients.size(); k-- > 0;) {
    if (pass.input_gradients[k] == nullptr) continue;
    pass.context.ops.elementwise.copy(pass.context, dy, input_view(pass.input_gradients[k], pass.state));
  }
}

Concatenate::Concatenate(const Definition& definition) : Layer(definition, joined_shape(definition)) {
  for (const Shape& input : definition.inputs) widths_.push_back(input.back());
}

void Concatenate::forward(const ForwardPass& pass) const {
  const TensorView y = output_view(pass.outputs[0], pass.state);
  int64_t column = 0;
  for (size_t k = 0; k < widths_.size(); column += widths_[k++]) {
    const TensorView x{pass.inputs[k], dtype(), y.rows, widths_[k]};
    pass.context.ops.arrange.copy_columns(pass.context, widths_[k], x, 0, y, column);
  }
}

void Concatenate::backward(const BackwardPass& pass) const {
  const TensorView dy = output_view(pass.output_gradients[0], pass.state);
  int64_t column = 0;
  for (size_t k = 0; k < widths_.size(); column += widths_[k++]) {
    if (pass.input_gradients[k] == nullptr) continue;
    const TensorView dx{pass.input_gradients[k], dtype(), dy.rows, widths_[k]};
    pass.context.ops.arrange.copy_columns(pass.context, widths_[k], dy, column, dx, 0);
  }
}

}  // namespace lamella::layers
