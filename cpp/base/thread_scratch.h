// Working memory of a thread, for blocks that are too large for its stack: taken once, then used again and
// again.
#pragma once
#include "base/memory.h"

namespace lamella {

constexpr int64_t kThreadScratchBytes = int64_t{2} << 20;

// The calling thread's memory, of which at least so many bytes are needed; a thread that was not given any
// takes it now. Not zeroed, and the same in each call: it serves one piece of work at a time.
char* thread_scratch(int64_t bytes);

// Room for a T, which has no constructor.
template <class T>
T& thread_scratch() {
  static_assert(sizeof(T) <= kThreadScratchBytes && alignof(T) <= kAlignment);
  return *reinterpret_cast<T*>(thread_scratch(sizeof(T)));
}

// Lets the calling thread use memory of this size, which somebody else owns, instead of taking its own.
void use_as_thread_scratch(const Block& memory);

}  // namespace lamella
