#include <cstdint>
#include <random>

#include "check.h"
#include "engine/memory_plan.h"

namespace lamella::testing {
namespace {

using engine::Lifetime;
using engine::MemoryPlan;
using engine::plan_memory;

bool at_the_same_time(const Lifetime& a, const Lifetime& b) { return a.first <= b.last && b.first <= a.last; }

TEST(buffers_that_live_at_the_same_time_do_not_overlap) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<Lifetime> lifetimes(random() % 40 + 1);
    int64_t all = 0;
    for (Lifetime& lifetime : lifetimes) {
      lifetime.bytes = random() % 3000;
      lifetime.use(static_cast<int>(random() % 20));
      lifetime.use(static_cast<int>(random() % 20));
      all += lifetime.bytes + 64;
    }
    const MemoryPlan plan = plan_memory(lifetimes);
    CHECK(plan.bytes <= all);
    for (size_t i = 0; i < lifetimes.size(); ++i) {
      if (!lifetimes[i].used()) continue;
      CHECK(plan.offsets[i] % 64 == 0);
      CHECK(plan.offsets[i] + lifetimes[i].bytes <= plan.bytes);
      for (size_t j = 0; j < i; ++j) {
        if (!lifetimes[j].used() || !at_the_same_time(lifetimes[i], lifetimes[j])) continue;
        const bool apart = plan.offsets[i] + lifetimes[i].bytes <= plan.offsets[j] ||
                           plan.offsets[j] + lifetimes[j].bytes <= plan.offsets[i];
        CHECK(apart);
      }
    }
  }
}

TEST(a_chain_of_values_needs_two_places) {
  std::vector<Lifetime> chain(10);
  for (int i = 0; i < 10; ++i) chain[static_cast<size_t>(i)] = {.bytes = 640, .first = i, .last = i + 1};
  CHECK(plan_memory(chain).bytes == 2 * 640);
}

TEST(unused_and_empty_buffers_take_no_memory) {
  const std::vector<Lifetime> lifetimes{{.bytes = 1000}, {.bytes = 0, .first = 0, .last = 3}};
  CHECK(plan_memory(lifetimes).bytes == 0);
}

}  // namespace
}  // namespace lamella::testing
