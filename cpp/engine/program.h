// A model as one topologically ordered list of operations over numbered values.
#pragma once
#include <string>
#include <vector>

#include "layers/layer.h"
#include "losses/loss.h"

namespace lamella::engine {

struct Node {
  layers::LayerPtr layer;
  std::vector<int> inputs;   // values
  std::vector<int> outputs;  // values
};

struct Program {
  static constexpr int kInput = 0;
  static constexpr int kNone = -1;

  DType dtype = DType::float32;
  std::vector<Shape> values;  // row shapes
  std::vector<Node> nodes;
  int output = kInput;
  // With a fused head the loss reads this value and writes the output; else kNone.
  int logits = kNone;
  // Where the loss runs along other axes than the last: the output with them last; else kNone.
  int along = kNone;

  Program(Shape input_shape, DType compute_dtype);

  // Appends a node of a registered layer and returns its output value.
  int add(const std::string& op, std::vector<int> inputs, layers::Definition definition);
  // The same for a layer made elsewhere, from what define() returned.
  int append(layers::LayerPtr layer, std::vector<int> inputs);
  // Completes a definition for the next node: shapes of the inputs, numeric type, number.
  layers::Definition define(const std::vector<int>& inputs, layers::Definition definition) const;

  const Shape& input_shape() const { return values[kInput]; }
  const Shape& output_shape() const { return values[static_cast<size_t>(output)]; }
  // The value the loss differentiates.
  int loss_value() const { return along != kNone ? along : logits != kNone ? logits : output; }

  // Nodes that read the value, in order.
  std::vector<size_t> consumers(int value) const;
  // The node that writes the value, or nodes.size() for the input and a fused head's output.
  size_t producer(int value) const;
};

// Whether two programs are copies of one: made of the same nodes.
bool is_same(const Program& a, const Program& b);

}  // namespace lamella::engine
