#include "engine/plan.h"

#include <algorithm>
#include <mutex>

#include "base/error.h"

namespace lamella::engine {

namespace {

size_t index(int value) { return static_cast<size_t>(value); }

// Variables of a node that training changes.
bool is_trained(const layers::Layer& layer, const VariablePtr& variable) {
  return layer.trainable() && variable && variable->trainable();
}

}  // namespace

Plan::Plan(const ops::Context& context, Program program, int64_t capacity, Mode mode)
    : context_(context), program_(std::move(program)), capacity_(capacity), mode_(mode) {
  collect_needs();
  find_gradients();
  place_values();
  if (mode_ == Mode::training) {
    place_gradients();
    place_scratch();
    keep_buffers_for_parts();
  }
  memory_ = plan_memory(buffers_);
  lay_out_variables();
}

int64_t Plan::value_bytes(int value) const {
  return checked_product(
      {checked_product(program_.values[index(value)]), capacity_, size_of(program_.dtype)});
}

size_t Plan::add_buffer(int64_t bytes) {
  buffers_.push_back({.bytes = bytes});
  return buffers_.size() - 1;
}

void Plan::collect_needs() {
  for (const Node& node : program_.nodes) {
    needs_.push_back(node.layer->needs(context_, capacity_, mode_ == Mode::training));
  }
}

// A value has a gradient where something trained lies before it; a node has a backward pass where it trains a
// variable or hands a gradient on.
void Plan::find_gradients() {
  value_has_gradient_.assign(program_.values.size(), false);
  node_has_backward_.assign(program_.nodes.size(), false);
  if (mode_ == Mode::inference) return;
  for (size_t i = 0; i < program_.nodes.size(); ++i) {
    const Node& node = program_.nodes[i];
    bool needed = false;
    for (const VariablePtr& variable : node.layer->variables()) needed |= is_trained(*node.layer, variable);
    for (int input : node.inputs) needed |= value_has_gradient_[index(input)];
    node_has_backward_[i] = needed;
    for (int output : node.outputs) value_has_gradient_[index(output)] = needed;
  }
}

// Buffers of values and of what forward saves, with their lifetimes; views and in-place outputs share their
// input's.
void Plan::place_values() {
  value_buffer_.assign(program_.values.size(), kNoBuffer);
  std::vector<int> last_read(program_.values.size(), -1);
  for (size_t i = 0; i < program_.nodes.size(); ++i) {
    const Node& node = program_.nodes[i];
    const int input_until =
        node_has_backward_[i] && needs_[i].backward_reads_input ? time_of_backward(i) : time_of_forward(i);
    const int output_until =
        node_has_backward_[i] && needs_[i].backward_reads_output ? time_of_backward(i) : time_of_forward(i);
    for (int input : node.inputs) last_read[index(input)] = std::max(last_read[index(input)], input_until);
    for (int output : node.outputs) {
      int& until = last_read[index(output)];
      until = std::max({until, output_until, needs_[i].loss_reads_output ? time_of_loss() : 0});
    }
  }
  last_read[index(program_.output)] = end_of_time();
  last_read[index(program_.loss_value())] = std::max(last_read[index(program_.loss_value())], time_of_loss());

  // What shares a buffer is read as long as any of its values is; views come after what they look at.
  for (size_t i = program_.nodes.size(); i-- > 0;) {
    const Node& node = program_.nodes[i];
    if (!node.layer->is_view()) continue;
    int& until = last_read[index(node.inputs[0])];
    until = std::max(until, last_read[index(node.outputs[0])]);
  }

  const auto place = [&](int value, size_t buffer, int time) {
    value_buffer_[index(value)] = buffer;
    buffers_[buffer].use(time);
    buffers_[buffer].use(std::max(time, last_read[index(value)]));
  };
  place(Program::kInput, add_buffer(value_bytes(Program::kInput)), time_of_forward(0));
  const size_t input_buffer = value_buffer_[Program::kInput];
  for (size_t i = 0; i < program_.nodes.size(); ++i) {
    const Node& node = program_.nodes[i];
    const size_t first = value_buffer_[index(node.inputs[0])];
    // A later input that lies there too would be read after it was overwritten.
    const bool read_again = std::any_of(node.inputs.begin() + 1, node.inputs.end(),
                                        [&](int input) { return value_buffer_[index(input)] == first; });
    const bool in_place = needs_[i].forward_in_place && first != input_buffer && !read_again &&
                          buffers_[first].last <= time_of_forward(i) &&
                          value_bytes(node.inputs[0]) == value_bytes(node.outputs[0]);
    for (int output : node.outputs) {
      place(output, node.layer->is_view() || in_place ? first : add_buffer(value_bytes(output)),
            time_of_forward(i));
    }
  }
  if (program_.logits != Program::kNone) {
    place(program_.output, add_buffer(value_bytes(program_.output)), time_of_loss());
  }

  for (size_t i = 0; i < program_.nodes.size(); ++i) {
    saved_buffer_.push_back(add_buffer(needs_[i].saved));
    buffers_.back().use(time_of_forward(i));
    if (mode_ == Mode::training) buffers_.back().use(end_of_time());
  }
}

// A value's gradient lives from its first writer (its last reader in the program) to its producer's backward
// pass.
void Plan::place_gradients() {
  gradient_buffer_.assign(program_.values.size(), kNoBuffer);
  const auto buffer_of = [&](int value) {
    size_t& buffer = gradient_buffer_[index(value)];
    if (buffer == kNoBuffer) buffer = add_buffer(value_bytes(value));
    return buffer;
  };
  // Frozen to the last layer, the loss still needs somewhere to put its gradient.
  buffers_[buffer_of(program_.loss_value())].use(time_of_loss());
  for (size_t i = program_.nodes.size(); i-- > 0;) {
    const Node& node = program_.nodes[i];
    if (!node_has_backward_[i]) continue;
    const size_t from = buffer_of(node.outputs[0]);
    buffers_[from].use(time_of_backward(i));
    for (int input : node.inputs) {
      if (!value_has_gradient_[index(input)]) continue;
      const bool shares = node.layer->is_view() ||
                          (needs_[i].backward_in_place && value_bytes(input) == value_bytes(node.outputs[0]));
      const bool first = input == node.inputs[0];
      if (shares && first && program_.consumers(input).size() == 1) {
        gradient_buffer_[index(input)] = from;
      }
      buffers_[buffer_of(input)].use(time_of_backward(i));
    }
  }
}

bool Plan::value_gradient_is_there(size_t node, size_t input) const {
  const std::vector<int>& inputs = program_.nodes[node].inputs;
  const auto before = inputs.begin() + static_cast<std::ptrdiff_t>(input);
  if (std::find(inputs.begin(), before, inputs[input]) != before) return true;
  const std::vector<size_t> readers = program_.consumers(inputs[input]);
  return std::any_of(readers.begin(), readers.end(),
                     [&](size_t reader) { return reader > node && node_has_backward_[reader]; });
}

bool Plan::variable_gradient_is_later(size_t node, const VariablePtr& variable) const {
  for (size_t i = node + 1; i < program_.nodes.size(); ++i) {
    const auto& variables = program_.nodes[i].layer->variables();
    const bool uses = std::find(variables.begin(), variables.end(), variable) != variables.end();
    if (uses && is_trained(*program_.nodes[i].layer, variable)) return true;
  }
  return false;
}

// Scratch of a backward pass, and behind it room for contributions to gradients that have a value already.
void Plan::place_scratch() {
  for (size_t i = 0; i < program_.nodes.size(); ++i) {
    const Node& node = program_.nodes[i];
    int64_t bytes = round_up(needs_[i].backward_scratch, kAlignment);
    for (size_t k = 0; k < node.inputs.size(); ++k) {
      if (value_gradient_is_there(i, k)) bytes += round_up(value_bytes(node.inputs[k]), kAlignment);
    }
    for (const VariablePtr& variable : node.layer->variables()) {
      if (variable && variable_gradient_is_later(i, variable)) bytes += variable->padded_bytes();
    }
    scratch_buffer_.push_back(add_buffer(node_has_backward_[i] ? bytes : 0));
    buffers_.back().use(time_of_backward(i));
  }
}

// Threads run ahead of each other here, so lifetimes overlap: every buffer is kept for the whole step.
void Plan::keep_buffers_for_parts() {
  if (context_.device.threads.size() == 1 || !RowParts::fit(program_, capacity_)) return;
  int64_t bytes = 0;
  for (const Lifetime& buffer : buffers_) bytes += buffer.used() ? round_up(buffer.bytes, kAlignment) : 0;
  if (bytes > context_.device.near_bytes) return;
  in_parts_ = true;
  for (Lifetime& buffer : buffers_) {
    if (!buffer.used()) continue;
    buffer.use(time_of_forward(0));
    buffer.use(end_of_time());
  }
}

void Plan::lay_out_variables() {
  int64_t packed = 0;
  for (const layers::Needs& needs : needs_) {
    packed_offset_.push_back(packed);
    packed += round_up(needs.packed, kAlignment);
  }
  packed_ = Block(packed);
  packed_version_ = std::vector<std::atomic<uint64_t>>(program_.nodes.size());
  // Constants never change again.
  for (size_t i = 0; i < program_.nodes.size(); ++i) {
    const layers::Layer& layer = *program_.nodes[i].layer;
    if (needs_[i].packed > 0 && layer.variables().empty())
      layer.pack(context_, packed_.data() + packed_offset_[i]);
  }

  if (mode_ == Mode::inference) return;
  for (const Node& node : program_.nodes) {
    for (const VariablePtr& variable : node.layer->variables()) {
      const bool known = std::any_of(gradient_slots_.begin(), gradient_slots_.end(),
                                     [&](const GradientSlot& slot) { return slot.variable == variable; });
      if (known || !is_trained(*node.layer, variable)) continue;
      gradient_slots_.push_back({variable, gradient_bytes_});
      gradient_bytes_ += variable->padded_bytes();
    }
  }
}

std::unique_ptr<Workspace> Plan::make_workspace(char* arena, char* gradient_slab) const {
  auto workspace = std::make_unique<Workspace>();
  workspace->arena = arena;
  workspace->state.training = mode_ == Mode::training;
  bind_forward(*workspace);
  if (mode_ == Mode::training && gradient_slab != nullptr) bind_backward(*workspace, gradient_slab);
  if (in_parts_ && !workspace->backward.empty())
    workspace->row_parts = std::make_unique<RowParts>(context_, program_, workspace->forward,
                                                      workspace->backward, context_.device.threads.size());
  return workspace;
}

char* Plan::value(const Workspace& workspace, int value) const {
  return workspace.arena + memory_.offsets[value_buffer_[index(value)]];
}

char* Plan::gradient(const Workspace& workspace, int value) const {
  return workspace.arena + memory_.offsets[gradient_buffer_[index(value)]];
}

bool Plan::share_buffer(int a, int b) const { return value_buffer_[index(a)] == value_buffer_[index(b)]; }

void Plan::rebind(Workspace& workspace, int value, void* data) const {
  const size_t buffer = value_buffer_[index(value)];
  for (size_t i = 0; i < program_.nodes.size(); ++i) {
    const Node& node = program_.nodes[i];
    for (size_t k = 0; k < node.inputs.size(); ++k) {
      if (value_buffer_[index(node.inputs[k])] == buffer) workspace.forward[i].inputs[k] = data;
    }
    for (size_t k = 0; k < node.outputs.size(); ++k) {
      if (value_buffer_[index(node.outputs[k])] == buffer) workspace.forward[i].outputs[k] = data;
    }
  }
}

void Plan::bind_forward(Workspace& workspace) const {
  for (size_t i = 0; i < program_.nodes.size(); ++i) {
    const Node& node = program_.nodes[i];
    layers::ForwardPass pass{.context = context_, .state = workspace.state, .inputs = {}, .outputs = {}};
    for (int input : node.inputs) pass.inputs.push_back(value(workspace, input));
    for (int output : node.outputs) pass.outputs.push_back(value(workspace, output));
    pass.saved = workspace.arena + memory_.offsets[saved_buffer_[i]];
    pass.packed = packed_.data() + packed_offset_[i];
    workspace.forward.push_back(std::move(pass));
  }
}

void Plan::bind_backward(Workspace& workspace, char* gradient_slab) const {
  workspace.accumulations.resize(program_.nodes.size());
  for (size_t i = 0; i < program_.nodes.size(); ++i) {
    const Node& node = program_.nodes[i];
    layers::BackwardPass pass{.context = context_,
                              .state = workspace.state,
                              .inputs = {},
                              .outputs = {},
                              .output_gradients = {},
                              .input_gradients = {},
                              .variable_gradients = {}};
    if (node_has_backward_[i]) {
      pass.scratch = workspace.arena + memory_.offsets[scratch_buffer_[i]];
      char* beside = static_cast<char*>(pass.scratch) + round_up(needs_[i].backward_scratch, kAlignment);
      // A later contribution goes to the scratch first and is added to the gradient after the pass.
      const auto contribution = [&](char* gradient, bool later, int64_t bytes) {
        if (!later) return gradient;
        const int64_t elements = bytes / size_of(program_.dtype);
        workspace.accumulations[i].push_back(
            {{beside, program_.dtype, 1, elements}, {gradient, program_.dtype, 1, elements}});
        return std::exchange(beside, beside + round_up(bytes, kAlignment));
      };
      for (size_t k = 0; k < node.inputs.size(); ++k) {
        const int input = node.inputs[k];
        pass.inputs.push_back(value(workspace, input));
        pass.input_gradients.push_back(
            value_has_gradient_[index(input)]
                ? contribution(gradient(workspace, input), value_gradient_is_there(i, k), value_bytes(input))
                : nullptr);
      }
      for (int output : node.outputs) {
        pass.outputs.push_back(value(workspace, output));
        pass.output_gradients.push_back(gradient(workspace, output));
      }
      for (const VariablePtr& variable : node.layer->variables()) {
        const auto slot = std::find_if(gradient_slots_.begin(), gradient_slots_.end(),
                                       [&](const GradientSlot& s) { return s.variable == variable; });
        const bool wanted = slot != gradient_slots_.end() && is_trained(*node.layer, variable);
        pass.variable_gradients.push_back(wanted ? contribution(gradient_slab + slot->offset,
                                                                variable_gradient_is_later(i, variable),
                                                                variable->bytes())
                                                 : nullptr);
      }
    }
    pass.saved = workspace.forward[i].saved;
    pass.packed = workspace.forward[i].packed;
    workspace.backward.push_back(std::move(pass));
  }
}

// Inference may run in several threads: whoever comes first packs, the others wait for it.
void Plan::refresh_packed(size_t node) const {
  if (needs_[node].packed == 0) return;
  uint64_t version = 0;
  for (const VariablePtr& variable : program_.nodes[node].layer->variables()) {
    if (variable) version += variable->version();
  }
  if (packed_version_[node].load(std::memory_order_acquire) == version) return;
  const std::lock_guard lock(pack_mutex_);
  if (packed_version_[node].load(std::memory_order_relaxed) == version) return;
  program_.nodes[node].layer->pack(context_, packed_.data() + packed_offset_[node]);
  packed_version_[node].store(version, std::memory_order_release);
}

void Plan::forward(Workspace& workspace, const Poll* poll) const {
  for (size_t i = 0; i < program_.nodes.size(); ++i) {
    if (poll != nullptr) (*poll)();
    refresh_packed(i);
    program_.nodes[i].layer->forward(workspace.forward[i]);
  }
}

void Plan::backward(Workspace& workspace, const Poll* poll) const {
  for (size_t i = program_.nodes.size(); i-- > 0;) {
    if (!node_has_backward_[i]) continue;
    if (poll != nullptr) (*poll)();
    program_.nodes[i].layer->backward(workspace.backward[i]);
    for (const Workspace::Accumulation& more : workspace.accumulations[i]) {
      context_.ops.elementwise.add(context_, more.from, more.to);
    }
  }
}

void Plan::commit(const Workspace& workspace) const {
  for (size_t i = 0; i < program_.nodes.size(); ++i) {
    program_.nodes[i].layer->commit(context_, workspace.forward[i].saved);
  }
}

}  // namespace lamella::engine
