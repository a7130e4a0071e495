// Variables belong to layers: named tensors with a version counter that moves whenever their values do.
#pragma once
#include <memory>
#include <span>
#include <string>

#include "base/dtype.h"
#include "base/memory.h"
#include "base/shape.h"

namespace lamella {

class Variable {
 public:
  Variable(std::string name, Shape shape, DType dtype, bool trainable);

  const std::string& name() const { return name_; }
  const Shape& shape() const { return shape_; }
  DType dtype() const { return dtype_; }
  bool trainable() const { return trainable_; }
  int64_t size() const { return size_; }
  int64_t bytes() const { return size_ * size_of(dtype_); }
  // Bytes up to the next 64-byte boundary: what a variable takes in a slab. The padding holds zeros.
  int64_t padded_bytes() const { return round_up(bytes(), kAlignment); }

  char* data() const { return data_; }
  const Block& block() const { return block_; }
  uint64_t version() const { return version_; }
  void mark_changed() { ++version_; }

  bool is_packed() const { return packed_; }
  // Moves the values into a block that others share, at this offset.
  void move_to(const Block& block, int64_t offset);

 private:
  std::string name_;
  Shape shape_;
  DType dtype_;
  bool trainable_;
  int64_t size_;
  Block block_;
  char* data_;
  bool packed_ = false;
  uint64_t version_ = 1;
};

using VariablePtr = std::shared_ptr<Variable>;

// Moves variables that were built together into one contiguous block, in the order given. Those that were
// moved before stay where they are: another thread may be training them.
void pack_variables(std::span<const VariablePtr> variables);

}  // namespace lamella
