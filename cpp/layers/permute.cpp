#include "layers/permute.h"

#include <algorithm>

#include "base/error.h"

namespace lamella::layers {

namespace {

std::vector<int64_t> axes_of(const Definition& definition) {
  const std::vector<int64_t> axes = definition.attributes.integers("axes");
  const size_t rank = definition.inputs.at(0).size();
  std::vector<bool> seen(rank);
  for (const int64_t axis : axes)
    if (axis >= 0 && axis < static_cast<int64_t>(rank)) seen[static_cast<size_t>(axis)] = true;
  if (axes.size() != rank || rank > ops::kMostAxes ||
      std::find(seen.begin(), seen.end(), false) != seen.end()) {
    fail("Layer '", definition.name, "' cannot put the axes of ", to_string_with_batch(definition.inputs[0]),
         " into the order ", to_string(axes), ".");
  }
  return axes;
}

Shape permuted(const Shape& shape, const std::vector<int64_t>& axes) {
  Shape result;
  for (const int64_t axis : axes) result.push_back(shape[static_cast<size_t>(axis)]);
  return result;
}

}  // namespace

Permute::Permute(const Definition& definition)
    : Layer(definition, permuted(definition.inputs.at(0), axes_of(definition))),
      input_shape_(definition.inputs[0]),
      axes_(axes_of(definition)),
      inverse_(axes_.size()) {
  for (size_t k = 0; k < axes_.size(); ++k) inverse_[static_cast<size_t>(axes_[k])] = static_cast<int64_t>(k);
}

void Permute::forward(const ForwardPass& pass) const {
  const int64_t rows = pass.state.rows, cols = input_size();
  pass.context.ops.arrange.permute(pass.context, input_shape_, axes_, {pass.inputs[0], dtype(), rows, cols},
                                   {pass.outputs[0], dtype(), rows, cols});
}

void Permute::backward(const BackwardPass& pass) const {
  const int64_t rows = pass.state.rows, cols = input_size();
  pass.context.ops.arrange.permute(pass.context, output_shape(), inverse_,
                                   {pass.output_gradients[0], dtype(), rows, cols},
                                   {pass.input_gradients[0], dtype(), rows, cols});
}

}  // namespace lamella::layers
