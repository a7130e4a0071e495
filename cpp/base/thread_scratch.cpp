#include "base/thread_scratch.h"

#include "base/error.h"

namespace lamella {

namespace {

thread_local Block scratch;

}  // namespace

char* thread_scratch(int64_t bytes) {
  if (bytes > kThreadScratchBytes) misuse("a thread has no ", bytes, " bytes of working memory");
  if (scratch.data() == nullptr) scratch = Block(kThreadScratchBytes);
  return scratch.data();
}

void give_thread_scratch(Block memory) { scratch = std::move(memory); }

}  // namespace lamella
