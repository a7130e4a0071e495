// C[m, n] = A[m, k] B[k, n] in loops around the batch-reduce micro-kernel, with B packed in panels.
#pragma once
#include <algorithm>

#include "base/shape.h"
#include "ops/context.h"

namespace lamella::ops {

template <class T>
struct Product {
  int64_t m, n, k;
  const T* a;
  int64_t a_row, a_k;  // strides of A
  const T* packed;     // panels of B: [ceil(n / panel)][k][panel]
  const T* bias;       // n values or null
  T* c;                // row stride n
};

// Elements of B[k, n] in panels.
template <class T>
int64_t packed_size(const kernels::Kernels& kernels, int64_t k, int64_t n) {
  const int64_t panel = kernels.geometry<T>().panel;
  return checked_product(round_up(n, panel), k);
}

// How a product is cut, by its shape alone: rows into even register tiles (32 rows as 11 + 11 + 10, not 14 +
// 14 + 4), and into items of one panel of columns times a block of tiles. Blocks are even, and their number
// too, so that two threads have the same to do.
struct Cut {
  int64_t panel, panels, tiles, row_blocks, grain;

  int64_t items() const { return panels * row_blocks; }
};

template <class T>
Cut cut_product(const kernels::Kernels& kernels, int64_t m, int64_t n, int64_t k) {
  const auto& geometry = kernels.geometry<T>();
  // Large items use a piece of the panel for many tiles; but there should be enough of them to share out.
  constexpr int64_t kItemFlops = 8 * kGrainFlops;
  constexpr int64_t kItems = 8;
  Cut cut;
  cut.panel = geometry.panel;
  cut.panels = ceil_div(n, cut.panel);
  cut.tiles = ceil_div(m, geometry.tile_rows);
  const int64_t tile_flops = 2 * geometry.tile_rows * cut.panel * std::max<int64_t>(k, 1);
  const int64_t flops = tile_flops * cut.tiles * cut.panels;
  const int64_t item_flops = std::clamp(flops / kItems, kGrainFlops, kItemFlops);
  const int64_t block_tiles = std::clamp<int64_t>(item_flops / tile_flops, 1, cut.tiles);
  cut.row_blocks = ceil_div(cut.tiles, block_tiles);
  if (cut.row_blocks > 1 && cut.row_blocks < cut.tiles) cut.row_blocks = round_up(cut.row_blocks, 2);
  cut.grain = std::max<int64_t>(1, kGrainFlops / (tile_flops * block_tiles));
  return cut;
}

// The rows and columns of C that one item covers.
struct Region {
  int64_t first_tile, end_tile, row, rows, column, cols;
};

inline int64_t tile_row(const Cut& cut, int64_t m, int64_t tile) { return tile * m / cut.tiles; }

inline Region region_of(const Cut& cut, int64_t m, int64_t n, int64_t item) {
  Region region;
  const int64_t block = item % cut.row_blocks;
  region.first_tile = block * cut.tiles / cut.row_blocks;
  region.end_tile = (block + 1) * cut.tiles / cut.row_blocks;
  region.row = tile_row(cut, m, region.first_tile);
  region.rows = tile_row(cut, m, region.end_tile) - region.row;
  region.column = item / cut.row_blocks * cut.panel;
  region.cols = std::min(cut.panel, n - region.column);
  return region;
}

// One item. The sum is cut so that a piece of the panel (20 KB) stays in the first-level cache while the
// tiles pass over it; its order is the same for every m and every thread.
template <class T>
void multiply_item(const kernels::Kernels& kernels, const Product<T>& p, const Cut& cut, int64_t item) {
  const int64_t max_depth = 20'480 / (cut.panel * int64_t{sizeof(T)});
  const Region region = region_of(cut, p.m, p.n, item);
  for (int64_t depth = 0; depth < p.k; depth += max_depth) {
    const T* b = p.packed + region.column * p.k + depth * cut.panel;
    const T* a = nullptr;
    kernels::Brgemm<T> tile{.batch = 1,
                            .a = &a,
                            .b = &b,
                            .a_row = p.a_row,
                            .a_k = p.a_k,
                            .b_row = cut.panel,
                            .k = std::min(max_depth, p.k - depth),
                            .c = nullptr,
                            .ldc = p.n,
                            .rows = 0,
                            .cols = region.cols,
                            .bias = p.bias ? p.bias + region.column : nullptr,
                            .accumulate = depth > 0};
    for (int64_t t = region.first_tile; t < region.end_tile; ++t) {
      const int64_t row = tile_row(cut, p.m, t);
      tile.rows = tile_row(cut, p.m, t + 1) - row;
      a = p.a + row * p.a_row + depth * p.a_k;
      tile.c = p.c + row * p.n + region.column;
      kernels.table<T>().brgemm(tile);
    }
  }
}

}  // namespace lamella::ops
