// From gradients to weights, the same way around every optimizer, in Keras's order: accumulate, clip, decay,
// update, average, constrain.
#pragma once
#include <string>
#include <vector>

#include "engine/plan.h"
#include "optimizers/optimizer.h"
#include "penalties/constraint.h"

namespace lamella::engine {

// Keras's arguments of every optimizer; 0 switches a setting off.
struct UpdateSettings {
  explicit UpdateSettings(const Attributes& attributes);

  double weight_decay, clipnorm, clipvalue, global_clipnorm;
  bool use_ema;
  double ema_momentum;
  uint64_t ema_overwrite_frequency;
  uint64_t accumulation_steps;  // 1: every step is an update
};

struct ConstraintTerm {
  VariablePtr variable;
  penalties::ConstraintPtr constraint;
};

// What holds for single variables.
struct VariableRules {
  std::vector<ConstraintTerm> constraints;
  std::vector<VariablePtr> without_decay;
};

class Updater {
 public:
  // A name, its owner's variable and a slot's values, in the layout of the variable.
  struct SlotView {
    VariablePtr variable;
    std::string name;
    const char* data;
  };

  // Slots are slabs in the layout of the gradients.
  Updater(const ops::Context& context, optimizers::OptimizerPtr optimizer, const UpdateSettings& settings,
          VariableRules rules, std::vector<GradientSlot> variables, DType dtype, int64_t slab_bytes);

  // Takes over the slots of variables that both train, where both keep the same ones.
  void continue_from(const Updater& previous);
  // Takes over a slot of a variable; nothing where there is no such slot.
  void set_slot(const Variable& variable, const std::string& name, const void* data);
  // Looks where the variables lie now; before a pass.
  void find_spans();
  // One step with these gradients, which it may change; iterations counts the steps before.
  void step(double learning_rate, uint64_t iterations, const Block& gradients);
  // Replaces the weights by their moving averages (use_ema).
  void overwrite_with_averages();

  std::vector<SlotView> slots() const;
  int64_t slot_count() const { return static_cast<int64_t>(slots_.size()); }

 private:
  // Variables that lie one after the other in memory: taken in one pass.
  struct Span {
    char* parameters;
    int64_t offset, bytes;
  };

  void update(double learning_rate, uint64_t updates, const Block& gradients);
  void clip(const Block& gradients) const;
  void decay(double factor) const;
  void average(uint64_t updates);
  void mark_changed() const;
  const Block& average_slab() const { return slots_.front(); }
  const Block& accumulator_slab() const { return slots_[settings_.use_ema ? 1 : 0]; }
  TensorView span_view(const Span& span, const Block& slab) const;
  TensorView span_view(const Span& span) const;
  TensorView gradient_view(const GradientSlot& variable, const Block& gradients) const;
  TensorView whole(const Block& slab) const;

  const ops::Context& context_;
  optimizers::OptimizerPtr optimizer_;
  UpdateSettings settings_;
  VariableRules rules_;
  std::vector<GradientSlot> variables_;
  DType dtype_;
  std::vector<std::string>
      slot_names_;  // the settings' own slots before the optimizer's, as Keras orders them
  size_t own_slots_;
  std::vector<Block> slots_;
  std::vector<Span> spans_;
};

}  // namespace lamella::engine
