// Memory that takes turns: it grows to what the largest of its users needs, and moves when it grows.
#pragma once
#include <mutex>
#include <utility>
#include <vector>

#include "base/fork_mutex.h"
#include "base/memory.h"

namespace lamella {

class Arena {
 public:
  // Where at least so many bytes lie. Throws std::bad_alloc, and is then what it was.
  char* reserve(int64_t bytes) {
    if (bytes > block_.bytes()) block_ = Block(bytes);
    return data();
  }
  char* data() const { return block_.data(); }

 private:
  Block block_;
};

// Arenas for calls that may run at once: each takes one for as long as it runs, the one given back last
// first.
class Arenas {
 public:
  Arena take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return {};
    Arena arena = std::move(free_.back());
    free_.pop_back();
    return arena;
  }
  void give_back(Arena arena) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(arena));
  }

 private:
  ForkMutex mutex_;
  std::vector<Arena> free_;
};

}  // namespace lamella
