#include "base/memory.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "base/shape.h"

namespace lamella {

namespace {

constexpr int64_t kHugePage = int64_t{2} << 20;

// From the operating system, in pages that are zero and not touched before they are used. Pages of 2 MB are
// cleared in one go and take one entry of the translation buffer, where 4 KB ones take 512 faults and
// entries; asking for them is only advice.
std::shared_ptr<char> map_pages(int64_t bytes) {
  const auto size = static_cast<size_t>(bytes + kHugePage);
  void* pages = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  void* aligned = pages;
  size_t space = size;
  std::align(static_cast<size_t>(kHugePage), static_cast<size_t>(bytes), aligned, space);
#ifdef MADV_HUGEPAGE
  ::madvise(aligned, static_cast<size_t>(bytes), MADV_HUGEPAGE);
#endif
  return {static_cast<char*>(aligned), [pages, size](char*) { ::munmap(pages, size); }};
}

std::shared_ptr<char> allocate(int64_t bytes) {
  void* memory = std::aligned_alloc(kAlignment, static_cast<size_t>(bytes));
  if (memory == nullptr) throw std::bad_alloc();
  std::memset(memory, 0, static_cast<size_t>(bytes));
  return {static_cast<char*>(memory), [](char* p) { std::free(p); }};
}

}  // namespace

Block::Block(int64_t bytes) : bytes_(bytes) {
  constexpr int64_t kMostBytes = int64_t{1} << 62;  // more than any machine has; sums below do not overflow
  if (bytes > kMostBytes) throw std::bad_alloc();
  const int64_t size = round_up(bytes > 0 ? bytes : 1, kAlignment);
  memory_ = size >= kHugePage ? map_pages(size) : allocate(size);
}

}  // namespace lamella
