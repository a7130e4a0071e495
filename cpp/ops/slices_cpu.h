// Sums that were taken in slices, added in order.
#pragma once
#include <algorithm>

#include "base/shape.h"
#include "ops/context.h"

namespace lamella::ops {

// out holds the sums of the first slice; those of the others follow each other from `more` on.
template <class T>
void add_slices(const Context& context, int64_t slices, int64_t size, const T* more, T* out) {
  if (slices == 1) return;
  const int64_t chunk = kGrainElements / slices + 1;
  context.pool.parallel_for(ceil_div(size, chunk), 1, [&](int64_t begin, int64_t end) {
    const int64_t first = begin * chunk, count = std::min(size, end * chunk) - first;
    for (int64_t s = 1; s < slices; ++s)
      context.kernels.table<T>().add(count, more + (s - 1) * size + first, out + first);
  });
}

}  // namespace lamella::ops
