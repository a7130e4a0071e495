// What the CPU's ops find in their context: the kernels of an instruction set, and threads to share work
// with.
#pragma once
#include "cpu/device.h"
#include "cpu/machine.h"

namespace lamella::cpu {

using namespace ops;  // the contracts that are filled here

inline const kernels::Kernels& kernels_of(const Context& context) {
  return static_cast<const Device&>(context.device).kernels;
}

// Rows to a chunk so that a chunk holds up to kGrainElements elements. Rounded down: sizes that are powers of
// two are then cut evenly, and a chunk of one op covers what a chunk of the next one does.
constexpr int64_t rows_per_chunk(int64_t cols) {
  const int64_t rows = kGrainElements / (cols > 0 ? cols : 1);
  return rows > 1 ? rows : 1;
}

}  // namespace lamella::cpu
