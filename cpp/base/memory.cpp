#include "base/memory.h"

#include <cstdlib>
#include <new>

#include "base/shape.h"

namespace lamella {

Block::Block(int64_t bytes) : bytes_(bytes) {
  // calloc, because it takes large blocks from the operating system as pages that are zero already and are
  // not touched before they are used; room for alignment by hand.
  size_t space = static_cast<size_t>(round_up(bytes > 0 ? bytes : 1, kAlignment)) + kAlignment;
  void* memory = std::calloc(space, 1);
  if (memory == nullptr) throw std::bad_alloc();
  void* aligned = memory;
  std::align(kAlignment, 1, aligned, space);
  memory_.reset(static_cast<char*>(aligned), [memory](char*) { std::free(memory); });
}

}  // namespace lamella
