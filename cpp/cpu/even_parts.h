// Cutting a number of rows into register tiles of nearly one size: 32 rows as 11 + 11 + 10, not 14 + 14 + 4.
#pragma once
#include "base/shape.h"
#include "cpu/range.h"

namespace lamella::cpu {

// body(first, count) for the parts, each of at most so many.
template <class Body>
void for_each_even_part(int64_t n, int64_t most, Body body) {
  const int64_t parts = ceil_div(n, most);
  for (int64_t part = 0; part < parts; ++part) {
    const Range range = part_of(n, part, parts);
    body(range.begin, range.size());
  }
}

}  // namespace lamella::cpu
