// The machine that is assumed, and what follows from it: 32 KB of first-level and 1 MB of second-level cache
// a core. Constants, never read from the machine: most of them decide where a sum is cut, and bits are the
// same on every machine that has an instruction set. The filters are those of `python benchmarks/native.py
// --filter`.
#pragma once
#include <cstdint>

#include "kernels/kernels.h"

namespace lamella::cpu {

constexpr int64_t kFirstLevelBytes = 32 << 10, kSecondLevelBytes = 1 << 20;
// What is near one core, its share of a third level included: what layers hand to each other should fit.
constexpr int64_t kNearBytes = 4 << 20;

// Items of about this much work are worth handing to another thread: 3 to 10 us of arithmetic, against 0.1 to
// 0.4 us for the handover and a few for the cache lines that move. --filter "dense|conv", on one thread and
// two.
constexpr int64_t kGrainFlops = 700'000;
constexpr int64_t kGrainElements = 8'192;  // of an element-wise pass

// Products: a piece of a panel of B stays in the first-level cache while the tiles of a block pass over it,
// and a piece of the block of A in the second-level cache while the panels do, beside the block of C.
// --filter gemm
using kernels::kPanelPieceBytes;
constexpr int64_t kBlockPieceBytes = 192 << 10, kBlockOutputBytes = 600 << 10;
static_assert(kPanelPieceBytes < kFirstLevelBytes &&
              kBlockPieceBytes + kBlockOutputBytes < kSecondLevelBytes);
// An A of so much, in rows or columns that may lie a power of two apart, is copied piece by piece.
// --filter "gemm.*4096"
constexpr int64_t kCopiedBytes = kSecondLevelBytes / 2;
// A B that stays in the second-level cache is read as it lies, or packed as a whole where it must be
// transposed; a larger one is packed piece by piece. --filter "dense (forward|input)"
constexpr int64_t kPackedByPiecesBytes = kSecondLevelBytes;

// Gradients of kernels: the packed gradients of a block of outputs, and the elements of a padded copy of the
// pictures' rows that they see. --filter "conv.*weight"
constexpr int64_t kPackedOutputBytes = kFirstLevelBytes, kPaddedElements = 8'192;

// Winograd: the transformed pixels of a block of tiles; of a kernel's gradient, the channels of which a block
// and its products fit the second-level cache, and what all slices of a sum take. --filter conv
constexpr int64_t kWinogradBlockBytes = 480 << 10;
constexpr int64_t kWinogradGroupChannels = 64, kWinogradSlicesBytes = 8 << 20;
static_assert(kWinogradBlockBytes < kSecondLevelBytes);

// Batch normalisation: a chunk's second pass finds it near. --filter "batch norm"
constexpr int64_t kNormChunkElements = 32'768;

}  // namespace lamella::cpu
