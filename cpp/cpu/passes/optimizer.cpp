#include "ops/optimizer.h"
#include "cpu/tables.h"

namespace lamella::cpu {

namespace {

template <class T>
void run(const kernels::Table<T>& table, UpdateRule rule, const kernels::UpdateRun<T>& run) {
  switch (rule) {
#define LAMELLA_UPDATE_RULE(name) \
  case UpdateRule::name:          \
    return table.name(run);
#include "base/update_rules.inc"
#undef LAMELLA_UPDATE_RULE
  }
}

// The pass over the parameters from begin to end.
template <class T>
kernels::UpdateRun<T> part_of(const Update& update, int64_t begin, int64_t end) {
  kernels::UpdateRun<T> part{.n = end - begin,
                             .numbers = {},
                             .g = update.gradient.as<T>() + begin,
                             .slots = {},
                             .w = update.parameters.as<T>() + begin};
  for (size_t i = 0; i < kMostUpdateNumbers; ++i) part.numbers[i] = static_cast<T>(update.numbers[i]);
  for (size_t i = 0; i < update.slots.size(); ++i) part.slots[i] = update.slots[i].as<T>() + begin;
  return part;
}

void update(const Context& context, const Update& update) {
  dispatch(update.parameters.dtype, [&](auto t) {
    using T = decltype(t);
    const auto& table = kernels_of(context).table<T>();
    context.device.threads.parallel_for(
        update.parameters.size(), kGrainElements,
        [&](int64_t begin, int64_t end) { run(table, update.rule, part_of<T>(update, begin, end)); });
  });
}

}  // namespace

const OptimizerOps optimizer_ops{update};

}  // namespace lamella::cpu
