// Ops that go over all rows of a block of columns: the blocks are cut by the shape alone, and shared out.
#pragma once
#include <algorithm>

#include "base/shape.h"
#include "cpu/context.h"

namespace lamella::cpu {

// body(first column, columns) for runs of blocks of so many columns, each about `work` elements.
template <class Body>
void for_column_blocks(const Context& context, int64_t cols, int64_t block, int64_t work, Body&& body) {
  context.device.threads.parallel_for(
      ceil_div(cols, block), rows_per_chunk(work),
      [&](int64_t begin, int64_t end) { body(begin * block, std::min(cols, end * block) - begin * block); });
}

}  // namespace lamella::cpu
