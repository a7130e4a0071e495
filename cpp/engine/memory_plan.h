// Places for buffers in one arena, ahead of time, from when each is first and last used.
#pragma once
#include <cstdint>
#include <vector>

namespace lamella::engine {

struct Lifetime {
  int64_t bytes = 0;
  int first = 0, last = -1;  // steps of the timeline, both included; last < first: never used

  void use(int time) {
    if (last < first) first = last = time;
    first = time < first ? time : first;
    last = time > last ? time : last;
  }
  bool used() const { return last >= first && bytes > 0; }
};

struct MemoryPlan {
  std::vector<int64_t> offsets;  // one for each lifetime, multiples of the alignment
  int64_t bytes = 0;             // of the arena
};

// Largest first, each at the lowest offset where it meets no buffer that lives at the same time.
MemoryPlan plan_memory(const std::vector<Lifetime>& lifetimes);

}  // namespace lamella::engine
