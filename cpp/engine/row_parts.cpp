#include "engine/row_parts.h"

#include <algorithm>

namespace lamella::engine {

namespace {

using layers::BackwardPass;
using layers::ForwardPass;
using layers::StepState;

// Parts begin at whole bytes of a mask of one bit an element.
constexpr int64_t kRowUnit = 8;
// Of a part: rows enough for register tiles, work that outweighs the handovers, and not so much that single
// ops have enough to be cut into pieces, which whoever is free can take.
constexpr int64_t kLeastRows = 32;
constexpr double kLeastFlops = 400'000, kMostFlops = 16'000'000;

BackwardPass pass_of(const BackwardPass& whole, const StepState& state) {
  return {.context = whole.context,
          .state = state,
          .inputs = whole.inputs,
          .outputs = whole.outputs,
          .output_gradients = whole.output_gradients,
          .input_gradients = whole.input_gradients,
          .variable_gradients = whole.variable_gradients,
          .saved = whole.saved,
          .packed = whole.packed,
          .scratch = whole.scratch};
}

bool has_backward(const BackwardPass& pass) { return !pass.output_gradients.empty(); }

}  // namespace

bool RowParts::fit(const Program& program, int64_t rows) {
  if (rows < 2 * kLeastRows) return false;
  std::vector<const Variable*> seen;
  for (const Node& node : program.nodes) {
    if (!node.layer->cuts_by_rows()) return false;
    // Where gradients of several users are added up, the batch stays whole.
    for (int input : node.inputs)
      if (program.consumers(input).size() > 1) return false;
    for (const VariablePtr& variable : node.layer->variables()) {
      if (std::find(seen.begin(), seen.end(), variable.get()) != seen.end()) return false;
      if (variable) seen.push_back(variable.get());
    }
  }
  return true;
}

RowParts::RowParts(const ops::Context& context, const Program& program,
                   const std::vector<ForwardPass>& forward, const std::vector<BackwardPass>& backward,
                   int64_t most)
    : pool_(context.device.threads), program_(program), parts_(static_cast<size_t>(most)) {
  for (const Node& node : program.nodes) flops_ += node.layer->forward_flops() + node.layer->backward_flops();
  for (size_t i = 0; i < program.nodes.size(); ++i) {
    whole_.push_back(pass_of(backward[i], backward[i].state));
    for (Part& part : parts_) {
      part.forward.push_back({.context = context,
                              .state = part.state,
                              .inputs = forward[i].inputs,
                              .outputs = forward[i].outputs,
                              .saved = forward[i].saved,
                              .packed = forward[i].packed});
      part.backward.push_back(pass_of(backward[i], part.state));
    }
  }
}

int64_t RowParts::count(int64_t rows) const {
  const double work = flops_ * static_cast<double>(rows);
  const auto most = std::min<int64_t>(pool_.team(), static_cast<int64_t>(parts_.size()));
  const int64_t count = std::min({most, rows / kLeastRows, static_cast<int64_t>(work / kLeastFlops)});
  return count > 1 && work / static_cast<double>(count) <= kMostFlops ? count : 1;
}

const StepState& RowParts::begin(const StepState& batch, int64_t part, int64_t count) {
  const int64_t units = ceil_div(batch.rows, kRowUnit);
  const auto first_row = [&](int64_t k) { return std::min(batch.rows, k * units / count * kRowUnit); };
  StepState& state = parts_[static_cast<size_t>(part)].state;
  state = batch;
  state.batch_rows = batch.rows;
  state.first_row = first_row(part);
  state.rows = first_row(part + 1) - state.first_row;
  return state;
}

void RowParts::forward(int64_t part) const {
  const std::vector<ForwardPass>& passes = parts_[static_cast<size_t>(part)].forward;
  for (size_t i = 0; i < passes.size(); ++i) program_.nodes[i].layer->forward(passes[i]);
}

void RowParts::backward(int64_t part) const {
  const std::vector<BackwardPass>& passes = parts_[static_cast<size_t>(part)].backward;
  for (size_t i = passes.size(); i-- > 0;)
    if (has_backward(passes[i])) program_.nodes[i].layer->backward(passes[i]);
}

void RowParts::backward_variables(int64_t share, int64_t count) const {
  for (size_t i = whole_.size(); i-- > 0;)
    if (has_backward(whole_[i])) program_.nodes[i].layer->backward_variables(whole_[i], share, count);
}

}  // namespace lamella::engine
