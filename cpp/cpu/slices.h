// Sums that were taken in slices, added in an order that their number decides.
#pragma once
#include <algorithm>

#include "base/shape.h"
#include "cpu/context.h"

namespace lamella::cpu {

// out holds the sums of the first slice; those of the others, which are used up, follow each other from
// `more` on. Each of 16 slices is added to the first of them, then those to each other: rounding errors grow
// with the logarithm of the number of slices.
template <class T>
void add_slices(const Context& context, int64_t slices, int64_t size, T* more, T* out) {
  if (slices == 1) return;
  constexpr int64_t kTogether = 16;
  const int64_t chunk = kGrainElements / slices + 1;
  context.device.threads.parallel_for(ceil_div(size, chunk), 1, [&](int64_t begin, int64_t end) {
    const int64_t first = begin * chunk, count = std::min(size, end * chunk) - first;
    const auto slice = [&](int64_t s) { return s == 0 ? out + first : more + (s - 1) * size + first; };
    for (int64_t step = 1; step < slices; step *= kTogether)
      for (int64_t to = 0; to < slices; to += kTogether * step)
        for (int64_t s = to + step; s < std::min(slices, to + kTogether * step); s += step)
          kernels_of(context).table<T>().add(count, slice(s), slice(to));
  });
}

}  // namespace lamella::cpu
