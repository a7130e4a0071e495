#include "layers/prelu.h"

#include <limits>

#include "base/error.h"

namespace lamella::layers {

namespace {

// For each element of a row of this shape, its element in a smaller shape that has 1 where it is shared.
std::vector<int32_t> shared_elements(const Shape& row, const Shape& shared) {
  std::vector<int32_t> elements{0};
  int64_t stride = checked_product(shared);
  for (size_t axis = 0; axis < row.size(); ++axis) {
    stride /= shared[axis];
    std::vector<int32_t> longer;
    for (const int32_t before : elements)
      for (int64_t i = 0; i < row[axis]; ++i)
        longer.push_back(before + static_cast<int32_t>(shared[axis] == 1 ? 0 : i * stride));
    elements = std::move(longer);
  }
  return elements;
}

}  // namespace

PRelu::PRelu(const Definition& definition) : Layer(definition, definition.inputs.at(0)) {
  const Shape& row = definition.inputs[0];
  const Shape& alpha = definition.variables.at(0)->shape();
  bool fits = row.size() == alpha.size();
  for (size_t i = 0; fits && i < row.size(); ++i) fits = alpha[i] == row[i] || alpha[i] == 1;
  if (!fits) {
    fail("Layer '", name(), "' has slopes of shape ", to_string(alpha), " and cannot take inputs of shape ",
         to_string_with_batch(row), ".");
  }
  if (alpha == row || input_size() == 0) return;
  if (input_size() > std::numeric_limits<int32_t>::max())
    fail("Layer '", name(), "' cannot share slopes among ", input_size(), " elements of a row.");
  shared_ = shared_elements(row, alpha);
}

Needs PRelu::needs(const ops::Context&, int64_t, bool training) const {
  const int64_t row_bytes = input_size() * size_of(dtype());
  return {.packed = is_shared() ? row_bytes : 0,
          .backward_scratch = training && is_shared() ? row_bytes : 0,
          .backward_reads_input = true,
          .backward_in_place = true};
}

TensorView PRelu::rows_of(const void* data, const StepState& state) const {
  return {const_cast<void*>(data), dtype(), state.rows, input_size()};
}

void PRelu::pack(const ops::Context& context, void* packed) const {
  if (is_shared())
    context.ops.elementwise.spread(context, variable_view(0), shared_, {packed, dtype(), 1, input_size()});
}

void PRelu::forward(const ForwardPass& pass) const {
  pass.context.ops.activation.prelu_forward(pass.context, rows_of(pass.inputs[0], pass.state),
                                            is_shared() ? pass.packed : variables()[0]->data(),
                                            rows_of(pass.outputs[0], pass.state));
}

void PRelu::backward(const BackwardPass& pass) const {
  void* alpha_gradient = pass.variable_gradients[0];
  pass.context.ops.activation.prelu_backward(
      pass.context, rows_of(pass.inputs[0], pass.state), is_shared() ? pass.packed : variables()[0]->data(),
      rows_of(pass.output_gradients[0], pass.state), rows_of(pass.input_gradients[0], pass.state),
      alpha_gradient && is_shared() ? pass.scratch : alpha_gradient);
  if (alpha_gradient && is_shared()) {
    pass.context.ops.elementwise.collect(pass.context, {pass.scratch, dtype(), 1, input_size()}, shared_,
                                         variable_view(0, alpha_gradient));
  }
}

}  // namespace lamella::layers
