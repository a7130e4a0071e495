#include "engine/updater.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace lamella::engine {

UpdateSettings::UpdateSettings(const Attributes& attributes)
    : weight_decay(attributes.number_or("weight_decay", 0)),
      clipnorm(attributes.number_or("clipnorm", 0)),
      clipvalue(attributes.number_or("clipvalue", 0)),
      global_clipnorm(attributes.number_or("global_clipnorm", 0)),
      use_ema(attributes.number_or("use_ema", 0) != 0),
      ema_momentum(attributes.number_or("ema_momentum", 0)),
      ema_overwrite_frequency(static_cast<uint64_t>(attributes.number_or("ema_overwrite_frequency", 0))),
      accumulation_steps(static_cast<uint64_t>(attributes.number_or("gradient_accumulation_steps", 1))) {}

Updater::Updater(const ops::Context& context, optimizers::OptimizerPtr optimizer,
                 const UpdateSettings& settings, VariableRules rules, std::vector<GradientSlot> variables,
                 DType dtype, int64_t slab_bytes)
    : context_(context),
      optimizer_(std::move(optimizer)),
      settings_(settings),
      rules_(std::move(rules)),
      variables_(std::move(variables)),
      dtype_(dtype) {
  if (settings_.use_ema) slot_names_.emplace_back("average");
  if (settings_.accumulation_steps > 1) slot_names_.emplace_back("gradient_accumulator");
  own_slots_ = slot_names_.size();
  const std::vector<std::string> names = optimizer_->slot_names();
  if (names.size() > kMostUpdateSlots) misuse("an optimizer keeps ", names.size(), " slots");
  slot_names_.insert(slot_names_.end(), names.begin(), names.end());
  for (size_t i = 0; i < slot_names_.size(); ++i) slots_.emplace_back(slab_bytes);
  const double value = optimizer_->initial_value();
  if (value != 0) context_.ops.elementwise.fill(context_, value, whole(slots_.at(own_slots_)));
}

void Updater::continue_from(const Updater& previous) {
  for (size_t i = 0; i < previous.slots_.size(); ++i) {
    for (const GradientSlot& from : previous.variables_) {
      set_slot(*from.variable, previous.slot_names_[i], previous.slots_[i].data() + from.offset);
    }
  }
}

void Updater::set_slot(const Variable& variable, const std::string& name, const void* data) {
  const auto named = std::find(slot_names_.begin(), slot_names_.end(), name);
  const auto owner = std::find_if(variables_.begin(), variables_.end(),
                                  [&](const GradientSlot& slot) { return slot.variable.get() == &variable; });
  if (named == slot_names_.end() || owner == variables_.end()) return;
  const Block& slab = slots_[static_cast<size_t>(named - slot_names_.begin())];
  const TensorView to = gradient_view(*owner, slab);
  context_.ops.elementwise.copy(context_, {const_cast<void*>(data), dtype_, 1, to.cols}, to);
}

void Updater::find_spans() {
  spans_.clear();
  for (const GradientSlot& slot : variables_) {
    char* data = slot.variable->data();
    const int64_t bytes = slot.variable->padded_bytes();
    if (!spans_.empty() && spans_.back().parameters + spans_.back().bytes == data) {
      spans_.back().bytes += bytes;
    } else {
      spans_.push_back({data, slot.offset, bytes});
    }
  }
}

TensorView Updater::span_view(const Span& span, const Block& slab) const {
  return {slab.data() + span.offset, dtype_, 1, span.bytes / size_of(dtype_)};
}

TensorView Updater::span_view(const Span& span) const {
  return {span.parameters, dtype_, 1, span.bytes / size_of(dtype_)};
}

TensorView Updater::gradient_view(const GradientSlot& variable, const Block& gradients) const {
  return {gradients.data() + variable.offset, dtype_, 1, variable.variable->size()};
}

TensorView Updater::whole(const Block& slab) const {
  return {slab.data(), dtype_, 1, slab.bytes() / size_of(dtype_)};
}

void Updater::step(double learning_rate, uint64_t iterations, const Block& gradients) {
  const uint64_t every = settings_.accumulation_steps, updates = iterations / every;
  if (every == 1) {
    update(learning_rate, updates, gradients);
  } else if ((iterations + 1) % every != 0) {
    context_.ops.elementwise.add(context_, whole(gradients), whole(accumulator_slab()));
  } else {
    context_.ops.elementwise.add(context_, whole(accumulator_slab()), whole(gradients));
    context_.ops.elementwise.scale(context_, 1.0 / static_cast<double>(every), whole(gradients));
    update(learning_rate, updates, gradients);
    context_.ops.elementwise.fill(context_, 0, whole(accumulator_slab()));
  }
  if (settings_.use_ema) average(updates);
  // As Keras: also after a step that only accumulated.
  for (const ConstraintTerm& term : rules_.constraints) term.constraint->apply(context_, *term.variable);
  mark_changed();
}

void Updater::update(double learning_rate, uint64_t updates, const Block& gradients) {
  clip(gradients);
  if (settings_.weight_decay != 0) decay(-learning_rate * settings_.weight_decay);
  TensorView slots[kMostUpdateSlots];
  const UpdateNumbers numbers = optimizer_->numbers(learning_rate, updates);
  for (const Span& span : spans_) {
    for (size_t i = own_slots_; i < slots_.size(); ++i) slots[i - own_slots_] = span_view(span, slots_[i]);
    context_.ops.optimizer.update(context_, {.rule = optimizer_->rule(),
                                             .numbers = numbers,
                                             .gradient = span_view(span, gradients),
                                             .slots = {slots, slots_.size() - own_slots_},
                                             .parameters = span_view(span)});
  }
}

// Decoupled from the gradient (Loshchilov & Hutter 2017, arXiv 1711.05101): w -= lr decay w.
void Updater::decay(double factor) const {
  const auto& ops = context_.ops.elementwise;
  if (rules_.without_decay.empty()) {
    for (const Span& span : spans_) ops.axpy(context_, factor, span_view(span), span_view(span));
    return;
  }
  for (const GradientSlot& slot : variables_) {
    const auto& without = rules_.without_decay;
    if (std::find(without.begin(), without.end(), slot.variable) != without.end()) continue;
    const TensorView parameters{slot.variable->data(), dtype_, 1, slot.variable->size()};
    ops.axpy(context_, factor, parameters, parameters);
  }
}

// A norm that is not a number makes the gradient one; Keras lets an infinite global norm do so too.
void Updater::clip(const Block& gradients) const {
  const auto& ops = context_.ops.elementwise;
  if (settings_.clipnorm > 0) {
    for (const GradientSlot& variable : variables_) {
      const TensorView gradient = gradient_view(variable, gradients);
      const double norm = std::sqrt(ops.sum_squares(context_, gradient));
      if (!(norm <= settings_.clipnorm)) ops.scale(context_, settings_.clipnorm / norm, gradient);
    }
  } else if (settings_.global_clipnorm > 0) {
    double squares = 0;
    for (const GradientSlot& variable : variables_)
      squares += ops.sum_squares(context_, gradient_view(variable, gradients));
    const double norm = std::sqrt(squares);
    if (!(norm <= settings_.global_clipnorm)) {
      ops.scale(context_, settings_.global_clipnorm / norm + (norm - norm), whole(gradients));
    }
  } else if (settings_.clipvalue > 0) {
    ops.clip(context_, -settings_.clipvalue, settings_.clipvalue, whole(gradients));
  }
}

// As Keras: until the first update is counted the average is the weights themselves.
void Updater::average(uint64_t updates) {
  const auto& ops = context_.ops.elementwise;
  const double momentum = updates == 0 ? 0 : settings_.ema_momentum;
  for (const Span& span : spans_) {
    const TensorView averages = span_view(span, average_slab());
    ops.scale(context_, momentum, averages);
    ops.axpy(context_, 1 - momentum, span_view(span), averages);
  }
  const uint64_t frequency = settings_.ema_overwrite_frequency;
  if (frequency > 0 && (updates + 1) % frequency == 0) overwrite_with_averages();
}

void Updater::overwrite_with_averages() {
  if (!settings_.use_ema) return;
  for (const Span& span : spans_) {
    context_.ops.elementwise.copy(context_, span_view(span, average_slab()), span_view(span));
  }
  mark_changed();
}

void Updater::mark_changed() const {
  for (const GradientSlot& slot : variables_) slot.variable->mark_changed();
}

std::vector<Updater::SlotView> Updater::slots() const {
  std::vector<SlotView> views;
  for (const GradientSlot& slot : variables_) {
    for (size_t i = 0; i < slots_.size(); ++i) {
      views.push_back({slot.variable, slot_names_[i], slots_[i].data() + slot.offset});
    }
  }
  return views;
}

}  // namespace lamella::engine
