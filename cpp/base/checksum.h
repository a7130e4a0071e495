// Checksums of bytes: they find damage, not forgery.
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "base/shape.h"
#include "base/thread_pool.h"

namespace lamella {

// XXH64: Yann Collet, xxHash specification 0.1.1.
uint64_t xxh64(std::span<const unsigned char> bytes, uint64_t seed = 0);

// What a checksum is made of, so that several threads can work on one: XXH64 of the XXH64s of pieces of 1
// MiB, which stay in the cache between being read and being summed up. piece(begin, size) returns the latter.
template <class Piece>
uint64_t checksum_of_pieces(ThreadPool& pool, int64_t bytes, Piece&& piece) {
  constexpr int64_t kPiece = int64_t{1} << 20;
  std::vector<uint64_t> sums(static_cast<size_t>(ceil_div(bytes, kPiece)));
  pool.parallel_for(static_cast<int64_t>(sums.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      sums[static_cast<size_t>(i)] = piece(i * kPiece, std::min(kPiece, bytes - i * kPiece));
  });
  return xxh64({reinterpret_cast<const unsigned char*>(sums.data()), sums.size() * sizeof(uint64_t)});
}

}  // namespace lamella
