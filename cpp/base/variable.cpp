#include "base/variable.h"

#include <cstring>

namespace lamella {

Variable::Variable(std::string name, Shape shape, DType dtype, bool trainable)
    : name_(std::move(name)),
      shape_(std::move(shape)),
      dtype_(dtype),
      trainable_(trainable),
      size_(checked_product(shape_)),
      block_(checked_product(size_, size_of(dtype))),
      data_(block_.data()) {}

void Variable::move_to(const Block& block, int64_t offset) {
  std::memcpy(block.data() + offset, data_, static_cast<size_t>(bytes()));
  block_ = block;
  data_ = block.data() + offset;
  packed_ = true;
  mark_changed();
}

void pack_variables(std::span<const VariablePtr> variables) {
  int64_t total = 0;
  for (const VariablePtr& variable : variables) total += variable->is_packed() ? 0 : variable->padded_bytes();
  const Block block(total);
  int64_t offset = 0;
  for (const VariablePtr& variable : variables) {
    if (variable->is_packed()) continue;
    variable->move_to(block, offset);
    offset += variable->padded_bytes();
  }
}

}  // namespace lamella
