#include "base/thread_scratch.h"

#include "base/error.h"

namespace lamella {

namespace {

thread_local char* scratch = nullptr;

}  // namespace

char* thread_scratch(int64_t bytes) {
  if (bytes > kThreadScratchBytes) misuse("a thread has no ", bytes, " bytes of working memory");
  if (scratch == nullptr) {
    thread_local const Block owned(kThreadScratchBytes);
    scratch = owned.data();
  }
  return scratch;
}

void use_as_thread_scratch(const Block& memory) { scratch = memory.data(); }

}  // namespace lamella
