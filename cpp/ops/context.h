// What every op gets: the threads, the arithmetic and the device's table of ops. Passed by reference, no
// singletons.
#pragma once
#include "base/thread_pool.h"
#include "kernels/kernels.h"

namespace lamella::ops {

struct OpTable;

struct Context {
  ThreadPool& pool;
  const kernels::Kernels& kernels;
  const OpTable& ops;
};

using kernels::Activation;
using kernels::PhiloxKey;

// Items of about this much work are worth handing to another thread: 3 to 10 us of arithmetic, against 0.1 to
// 0.4 us for the handover and a few for the cache lines that move.
constexpr int64_t kGrainFlops = 700'000;
constexpr int64_t kGrainElements = 8'192;  // of an element-wise pass

// Rows to a chunk so that a chunk holds up to kGrainElements elements. Rounded down: sizes that are powers of
// two are then cut evenly, and a chunk of one op covers what a chunk of the next one does.
constexpr int64_t rows_per_chunk(int64_t cols) {
  const int64_t rows = kGrainElements / (cols > 0 ? cols : 1);
  return rows > 1 ? rows : 1;
}

}  // namespace lamella::ops
