// Memory that takes turns: it grows to what the largest of its users needs, and moves when it grows.
#pragma once
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

}  // namespace lamella
