#include "layers/map_axis.h"

#include "base/error.h"

namespace lamella::layers {

namespace {

size_t axis_of(const Definition& definition) {
  const int64_t axis = definition.attributes.integer("axis");
  if (axis < 0 || axis >= static_cast<int64_t>(definition.inputs.at(0).size())) {
    fail("Layer '", definition.name, "' has no axis ", axis, " in inputs of shape ",
         to_string_with_batch(definition.inputs[0]), ".");
  }
  return static_cast<size_t>(axis);
}

ops::AxisMap map_of(const Definition& definition) {
  ops::AxisMap map{.inputs = definition.inputs.at(0)[axis_of(definition)],
                   .starts = definition.attributes.integers("starts"),
                   .sources = definition.attributes.integers("sources"),
                   .weights = definition.attributes.numbers("weights")};
  const auto terms = static_cast<int64_t>(map.sources.size());
  bool fits = map.starts.size() > 1 && map.starts.front() == 0 && map.starts.back() == terms &&
              map.weights.size() == map.sources.size();
  for (size_t i = 1; i < map.starts.size(); ++i) fits = fits && map.starts[i - 1] <= map.starts[i];
  for (const int64_t source : map.sources) fits = fits && 0 <= source && source < map.inputs;
  if (!fits) fail("Layer '", definition.name, "' has a map of an axis that does not fit its input.");
  return map;
}

ops::AxisMap transpose(const ops::AxisMap& map) {
  std::vector<std::vector<std::pair<int64_t, double>>> rows(static_cast<size_t>(map.inputs));
  for (size_t i = 0; i + 1 < map.starts.size(); ++i) {
    for (auto k = static_cast<size_t>(map.starts[i]); k < static_cast<size_t>(map.starts[i + 1]); ++k)
      rows[static_cast<size_t>(map.sources[k])].emplace_back(i, map.weights[k]);
  }
  ops::AxisMap result{.inputs = map.outputs(), .starts = {0}, .sources = {}, .weights = {}};
  for (const auto& row : rows) {
    for (const auto& [source, weight] : row) {
      result.sources.push_back(source);
      result.weights.push_back(weight);
    }
    result.starts.push_back(static_cast<int64_t>(result.sources.size()));
  }
  return result;
}

Shape mapped_shape(const Definition& definition) {
  Shape shape = definition.inputs.at(0);
  shape[axis_of(definition)] = map_of(definition).outputs();
  return shape;
}

}  // namespace

MapAxis::MapAxis(const Definition& definition)
    : Layer(definition, mapped_shape(definition)),
      map_(map_of(definition)),
      transposed_(transpose(map_)),
      outer_(1),
      inner_(1) {
  const Shape& shape = definition.inputs[0];
  const size_t axis = axis_of(definition);
  for (size_t i = 0; i < axis; ++i) outer_ *= shape[i];
  for (size_t i = axis + 1; i < shape.size(); ++i) inner_ *= shape[i];
}

void MapAxis::forward(const ForwardPass& pass) const {
  const int64_t outer = pass.state.rows * outer_;
  pass.context.ops.arrange.map_axis(pass.context, map_,
                                    {pass.inputs[0], dtype(), outer * map_.inputs, inner_},
                                    {pass.outputs[0], dtype(), outer * map_.outputs(), inner_});
}

void MapAxis::backward(const BackwardPass& pass) const {
  const int64_t outer = pass.state.rows * outer_;
  pass.context.ops.arrange.map_axis(pass.context, transposed_,
                                    {pass.output_gradients[0], dtype(), outer * map_.outputs(), inner_},
                                    {pass.input_gradients[0], dtype(), outer * map_.inputs, inner_});
}

double MapAxis::forward_flops() const {
  return static_cast<double>(outer_ * inner_) * static_cast<double>(map_.sources.size());
}

}  // namespace lamella::layers
