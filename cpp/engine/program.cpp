#include "engine/program.h"

#include <algorithm>

#include "base/error.h"
#include "layers/registry.h"

namespace lamella::engine {

Program::Program(Shape input_shape, DType compute_dtype) : dtype(compute_dtype) {
  checked_product(input_shape);
  values.push_back(std::move(input_shape));
}

layers::Definition Program::define(const std::vector<int>& inputs, layers::Definition definition) const {
  if (inputs.empty()) misuse("'", definition.name, "' needs at least one input value");
  for (int input : inputs) {
    if (input < 0 || input >= static_cast<int>(values.size())) misuse("there is no value ", input);
    definition.inputs.push_back(values[static_cast<size_t>(input)]);
  }
  definition.dtype = dtype;
  definition.id = static_cast<uint32_t>(nodes.size());
  return definition;
}

int Program::append(layers::LayerPtr layer, std::vector<int> inputs) {
  const int value = static_cast<int>(values.size());
  checked_product(layer->output_shape());
  values.push_back(layer->output_shape());
  nodes.push_back({std::move(layer), std::move(inputs), {value}});
  output = value;
  return value;
}

int Program::add(const std::string& op, std::vector<int> inputs, layers::Definition definition) {
  layers::LayerPtr layer = layers::make_layer(op, define(inputs, std::move(definition)));
  return append(std::move(layer), std::move(inputs));
}

std::vector<size_t> Program::consumers(int value) const {
  std::vector<size_t> found;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const auto& inputs = nodes[i].inputs;
    if (std::find(inputs.begin(), inputs.end(), value) != inputs.end()) found.push_back(i);
  }
  return found;
}

size_t Program::producer(int value) const {
  for (size_t i = 0; i < nodes.size(); ++i) {
    const auto& outputs = nodes[i].outputs;
    if (std::find(outputs.begin(), outputs.end(), value) != outputs.end()) return i;
  }
  return nodes.size();
}

bool is_same(const Program& a, const Program& b) {
  return a.output == b.output && a.values == b.values &&
         std::equal(a.nodes.begin(), a.nodes.end(), b.nodes.begin(), b.nodes.end(),
                    [](const Node& x, const Node& y) { return x.layer == y.layer; });
}

}  // namespace lamella::engine
