// Each thread has working memory of its own, and the same at each call.
#include <thread>

#include "base/thread.h"
#include "base/thread_scratch.h"
#include "check.h"

namespace lamella::testing {
namespace {

TEST(a_thread_keeps_its_working_memory) {
  char* mine = thread_scratch(1);
  CHECK(thread_scratch(kThreadScratchBytes) == mine);
  CHECK(reinterpret_cast<uintptr_t>(mine) % kAlignment == 0);
  char* others = mine;
  bool same = false;
  std::thread([&] {
    others = thread_scratch(1);
    others[kThreadScratchBytes - 1] = 1;
    same = thread_scratch(2) == others;
  }).join();
  CHECK(others != mine);
  CHECK(same);
}

TEST(more_than_there_is_is_refused) {
  bool refused = false;
  try {
    thread_scratch(kThreadScratchBytes + 1);
  } catch (const std::logic_error&) {
    refused = true;
  }
  CHECK(refused);
}

TEST(memory_may_be_taken_by_somebody_else) {
  const Block memory(kThreadScratchBytes);
  std::thread([&] {
    use_as_thread_scratch(memory);
    CHECK(thread_scratch(1) == memory.data());
  }).join();
}

}  // namespace
}  // namespace lamella::testing
