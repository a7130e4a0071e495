#include "engine/fuse.h"

#include "layers/activation.h"

namespace lamella::engine {

namespace {

using layers::ElementwiseActivation;

bool is_head(const layers::Layer& layer, losses::Head head) {
  if (head == losses::Head::softmax) {
    const auto* rows = dynamic_cast<const layers::RowsActivation*>(&layer);
    return rows != nullptr && rows->kind() == ops::RowActivation::softmax;
  }
  const auto* activation = dynamic_cast<const ElementwiseActivation*>(&layer);
  return head == losses::Head::sigmoid && activation != nullptr && activation->kind() == Activation::sigmoid;
}

// Puts make(layer in front of this node) in the place of both; false where that layer has other readers too,
// or make returns null.
template <class Make>
bool merge_into_producer(Program& program, size_t at, Make make) {
  const Node& node = program.nodes[at];
  const int between = node.inputs[0];
  const size_t producer = program.producer(between);
  if (producer == program.nodes.size() || program.consumers(between).size() != 1 ||
      between == program.output) {
    return false;
  }
  auto merged = make(*program.nodes[producer].layer);
  if (!merged) return false;
  program.nodes[producer] = {std::move(merged), program.nodes[producer].inputs, node.outputs};
  program.nodes.erase(program.nodes.begin() + static_cast<std::ptrdiff_t>(at));
  return true;
}

bool fuse_activation(const ops::Context& context, Program& program, size_t at) {
  const auto* activation = dynamic_cast<const ElementwiseActivation*>(program.nodes[at].layer.get());
  if (activation == nullptr || !context.ops.activation.can_fuse(activation->kind())) return false;
  return merge_into_producer(program, at, [&](const layers::Layer& producer) {
    return producer.with_activation(activation->kind(), activation->alpha());
  });
}

bool fold_normalization(Program& program, size_t at) {
  const auto normalization = program.nodes[at].layer->as_normalization();
  if (!normalization) return false;
  return merge_into_producer(program, at, [&](const layers::Layer& producer) {
    return producer.with_normalization(*normalization);
  });
}

}  // namespace

Program fuse_activations(const ops::Context& context, Program program) {
  for (size_t i = 0; i < program.nodes.size();) {
    if (!fuse_activation(context, program, i)) ++i;
  }
  return program;
}

Program fold_normalizations(Program program) {
  for (size_t i = 0; i < program.nodes.size();) {
    if (!fold_normalization(program, i)) ++i;
  }
  return program;
}

Program fuse_head(Program program, losses::Head head) {
  const size_t last = program.producer(program.output);
  if (head == losses::Head::none || last == program.nodes.size()) return program;
  const Node& node = program.nodes[last];
  const bool read_again =
      program.consumers(node.inputs[0]).size() != 1 || !program.consumers(program.output).empty();
  if (!is_head(*node.layer, head) || read_again) return program;
  program.logits = node.inputs[0];
  program.nodes.erase(program.nodes.begin() + static_cast<std::ptrdiff_t>(last));
  return program;
}

}  // namespace lamella::engine
