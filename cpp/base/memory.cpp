#include "base/memory.h"

#include <cstdlib>
#include <cstring>
#include <new>

#include "base/shape.h"

namespace lamella {

Block::Block(int64_t bytes) : bytes_(bytes) {
  const auto size = static_cast<size_t>(round_up(bytes > 0 ? bytes : 1, kAlignment));
  void* memory = std::aligned_alloc(kAlignment, size);
  if (memory == nullptr) throw std::bad_alloc();
  std::memset(memory, 0, size);
  memory_.reset(static_cast<char*>(memory), [](char* p) { std::free(p); });
}

}  // namespace lamella
