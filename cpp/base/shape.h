// Shapes as lists of sizes; the batch axis is left out wherever a comment says "row shape".
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace lamella {

using Shape = std::vector<int64_t>;

// Product with overflow checked: throws std::invalid_argument instead of wrapping around. 1 for an empty
// shape.
int64_t checked_product(const Shape& shape);

int64_t checked_product(int64_t a, int64_t b);

// "(3, 4)" or, with a batch axis in front, "(None, 3, 4)".
std::string to_string(const Shape& shape);
std::string to_string_with_batch(const Shape& row_shape);

constexpr int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
constexpr int64_t round_up(int64_t a, int64_t multiple) { return ceil_div(a, multiple) * multiple; }

}  // namespace lamella
