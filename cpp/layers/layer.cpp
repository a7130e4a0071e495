#include "layers/layer.h"

#include "base/error.h"

namespace lamella::layers {

Layer::Layer(const Definition& definition, Shape output_shape)
    : name_(definition.name),
      dtype_(definition.dtype),
      variables_(definition.variables),
      trainable_(definition.trainable),
      output_shape_(std::move(output_shape)),
      input_fold_(fold(definition.inputs.at(0))),
      output_fold_(fold(output_shape_)) {
  for (const VariablePtr& variable : variables_) {
    if (variable && variable->dtype() != dtype_) {
      fail("Layer '", name_, "' computes in ", name_of(dtype_), " but its variable '", variable->name(),
           "' is ", name_of(variable->dtype()), ".");
    }
  }
}

Layer::Fold Layer::fold(const Shape& row_shape) {
  if (row_shape.empty()) return {1, 1};
  return {checked_product(Shape(row_shape.begin(), row_shape.end() - 1)), row_shape.back()};
}

TensorView Layer::view(const void* data, const Fold& fold, const StepState& state) const {
  if (data == nullptr) return {};
  const int64_t offset = state.first_row * fold.positions * fold.cols * size_of(dtype_);
  return {static_cast<char*>(const_cast<void*>(data)) + offset, dtype_, state.rows * fold.positions,
          fold.cols};
}

TensorView Layer::variable_view(size_t index, void* data) const {
  const Variable* variable = variables_[index].get();
  if (variable == nullptr || data == nullptr) return {};
  const int64_t cols = variable->shape().empty() ? 1 : variable->shape().back();
  return {data, dtype_, cols == 0 ? 0 : variable->size() / cols, cols};
}

TensorView Layer::variable_view(size_t index) const {
  return variable_view(index, variables_[index] ? variables_[index]->data() : nullptr);
}

}  // namespace lamella::layers
