// A program laid out for a number of rows: which buffers there are, where they lie, in which order ops run.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "base/fork_mutex.h"
#include "engine/memory_plan.h"
#include "engine/program.h"
#include "engine/row_parts.h"

namespace lamella::engine {

// Called between ops when a step takes long; throws to leave it.
using Poll = std::function<void()>;

// A trainable variable's place in the trainer's slabs.
struct GradientSlot {
  VariablePtr variable;
  int64_t offset;  // bytes

  bool operator==(const GradientSlot&) const = default;
};

// One run of a plan: the passes, bound to memory. One for the trainer, one for each concurrent call of a
// predictor.
struct Workspace {
  // A further contribution to a gradient that has a value already: written beside it, then added.
  struct Accumulation {
    TensorView from, to;
  };

  char* arena;
  layers::StepState state;
  std::vector<layers::ForwardPass> forward;              // by node
  std::vector<layers::BackwardPass> backward;            // by node
  std::vector<std::vector<Accumulation>> accumulations;  // by node
  std::unique_ptr<RowParts> row_parts;                   // null where the batch is not cut by rows
};

class Plan {
 public:
  enum class Mode { inference, training };

  Plan(const ops::Context& context, Program program, int64_t capacity, Mode mode);

  const Program& program() const { return program_; }
  int64_t capacity() const { return capacity_; }
  int64_t arena_bytes() const { return memory_.bytes; }
  int64_t packed_bytes() const { return packed_.bytes(); }
  // Trainable variables in program order, each once, and the bytes of a slab for them.
  const std::vector<GradientSlot>& gradient_slots() const { return gradient_slots_; }
  int64_t gradient_bytes() const { return gradient_bytes_; }

  // A workspace bound to arena_bytes() of memory; gradients of variables go to the slab (training).
  std::unique_ptr<Workspace> make_workspace(char* arena, char* gradient_slab = nullptr) const;
  // Where a value lies, and its gradient, in a workspace.
  char* value(const Workspace& workspace, int value) const;
  char* gradient(const Workspace& workspace, int value) const;
  // True where one value is a view of the other, or was computed in its place.
  bool share_buffer(int a, int b) const;
  // Puts the program's input, or its output and what shares its memory, somewhere else.
  void rebind(Workspace& workspace, int value, void* data) const;

  void forward(Workspace& workspace, const Poll* poll) const;
  // From the gradient of loss_value() to those of the variables.
  void backward(Workspace& workspace, const Poll* poll) const;
  void commit(const Workspace& workspace) const;

 private:
  int time_of_forward(size_t node) const { return static_cast<int>(node); }
  int time_of_loss() const { return static_cast<int>(program_.nodes.size()); }
  int time_of_backward(size_t node) const { return 2 * time_of_loss() - static_cast<int>(node); }
  int end_of_time() const { return 2 * time_of_loss() + 1; }

  void collect_needs();
  void find_gradients();
  void place_values();
  void place_gradients();
  void place_scratch();
  void keep_buffers_for_parts();
  void lay_out_variables();
  size_t add_buffer(int64_t bytes);
  int64_t value_bytes(int value) const;
  void bind_forward(Workspace& workspace) const;
  void bind_backward(Workspace& workspace, char* gradient_slab) const;
  // True where something else writes to this gradient first: a node further back in the program, or the same
  // node for an input that is this value too.
  bool value_gradient_is_there(size_t node, size_t input) const;
  bool variable_gradient_is_later(size_t node, const VariablePtr& variable) const;
  void refresh_packed(size_t node) const;

  static constexpr size_t kNoBuffer = static_cast<size_t>(-1);

  const ops::Context& context_;
  Program program_;
  int64_t capacity_;
  Mode mode_;
  bool in_parts_ = false;  // whether batches may be cut by rows

  std::vector<layers::Needs> needs_;      // by node
  std::vector<bool> value_has_gradient_;  // by value
  std::vector<bool> node_has_backward_;   // by node
  std::vector<Lifetime> buffers_;
  std::vector<size_t> value_buffer_;     // by value
  std::vector<size_t> gradient_buffer_;  // by value
  std::vector<size_t> saved_buffer_;     // by node
  std::vector<size_t> scratch_buffer_;   // by node
  MemoryPlan memory_;
  std::vector<GradientSlot> gradient_slots_;
  int64_t gradient_bytes_ = 0;

  // Variables in the kernels' layout, shared by all workspaces and refreshed when a variable's version moved.
  Block packed_;
  std::vector<int64_t> packed_offset_;  // by node
  mutable std::vector<std::atomic<uint64_t>> packed_version_;
  mutable ForkMutex pack_mutex_;
};

}  // namespace lamella::engine
