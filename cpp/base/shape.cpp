#include "base/shape.h"

#include "base/error.h"

namespace lamella {

int64_t checked_product(int64_t a, int64_t b) {
  int64_t result;
  if (a < 0 || b < 0 || __builtin_mul_overflow(a, b, &result)) {
    fail("A size of ", a, " times ", b, " does not fit into 64 bits.");
  }
  return result;
}

int64_t checked_product(const Shape& shape) {
  int64_t product = 1;
  for (int64_t size : shape) product = checked_product(product, size);
  return product;
}

namespace {

std::string join(std::string text, const Shape& shape, bool single) {
  for (size_t i = 0; i < shape.size(); ++i) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(shape[i]);
  }
  return text + (single ? ",)" : ")");
}

}  // namespace

std::string to_string(const Shape& shape) { return join("(", shape, shape.size() == 1); }

std::string to_string_with_batch(const Shape& row_shape) {
  return join("(None", row_shape, row_shape.empty());
}

}  // namespace lamella
