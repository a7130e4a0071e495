#include "engine/memory_plan.h"

#include <algorithm>
#include <numeric>

#include "base/memory.h"
#include "base/shape.h"

namespace lamella::engine {

MemoryPlan plan_memory(const std::vector<Lifetime>& lifetimes) {
  std::vector<size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return lifetimes[a].bytes > lifetimes[b].bytes; });

  MemoryPlan plan{std::vector<int64_t>(lifetimes.size(), 0), 0};
  std::vector<size_t> placed;  // by offset
  for (size_t current : order) {
    const Lifetime& lifetime = lifetimes[current];
    if (!lifetime.used()) continue;
    const int64_t bytes = round_up(lifetime.bytes, kAlignment);
    int64_t offset = 0;
    for (size_t other : placed) {
      if (lifetimes[other].last < lifetime.first || lifetimes[other].first > lifetime.last) continue;
      if (offset + bytes <= plan.offsets[other]) break;
      offset = std::max(offset, plan.offsets[other] + round_up(lifetimes[other].bytes, kAlignment));
    }
    plan.offsets[current] = offset;
    plan.bytes = std::max(plan.bytes, offset + bytes);
    const auto place = std::upper_bound(placed.begin(), placed.end(), offset,
                                        [&](int64_t at, size_t other) { return at < plan.offsets[other]; });
    placed.insert(place, current);
  }
  return plan;
}

}  // namespace lamella::engine
