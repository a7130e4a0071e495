// Reference-counted, 64-byte aligned blocks of host memory. A block is replaced, never resized.
#pragma once
#include <cstdint>
#include <memory>

namespace lamella {

constexpr int64_t kAlignment = 64;

class Block {
 public:
  Block() = default;
  // Zero-filled; throws std::bad_alloc.
  explicit Block(int64_t bytes);

  char* data() const { return memory_.get(); }
  int64_t bytes() const { return bytes_; }
  // Keeps the memory alive for views that outlive their owner.
  const std::shared_ptr<char>& owner() const { return memory_; }

 private:
  std::shared_ptr<char> memory_;
  int64_t bytes_ = 0;
};

}  // namespace lamella
