// What random numbers are drawn under, and what is made of them.
#pragma once
#include <cstdint>

namespace lamella {

// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3"): who draws, and when.
struct PhiloxKey {
  uint32_t seed, op;
  uint64_t step;
};

// What dropout makes of kept and dropped elements: x * scale + shift, and dropped.
template <class T>
struct DropoutValues {
  T scale, shift = 0, dropped = 0;
};

}  // namespace lamella
