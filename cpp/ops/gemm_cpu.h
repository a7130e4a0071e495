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

// How a product is cut into items, by its shape alone: panels of columns times blocks of rows.
struct Cut {
  int64_t panels, panel, row_blocks, block_rows, grain;

  int64_t items() const { return panels * row_blocks; }
};

template <class T>
Cut cut_product(const kernels::Kernels& kernels, int64_t m, int64_t n, int64_t k) {
  const auto& geometry = kernels.geometry<T>();
  constexpr int64_t kItemFlops = 4 * kGrainFlops;
  const int64_t row_flops = 2 * geometry.panel * std::max<int64_t>(k, 1);
  Cut cut;
  cut.panel = geometry.panel;
  cut.panels = ceil_div(n, cut.panel);
  cut.block_rows = round_up(std::clamp<int64_t>(kItemFlops / row_flops, 1, m), geometry.tile_rows);
  cut.row_blocks = ceil_div(m, cut.block_rows);
  cut.grain = std::max<int64_t>(1, kGrainFlops / (row_flops * std::min(m, cut.block_rows)));
  return cut;
}

// One item. Long sums are cut at kDepth so that a piece of the panel stays in the second-level cache; the
// order of the sum is the same for every m and every thread.
template <class T>
void multiply_item(const kernels::Kernels& kernels, const Product<T>& p, const Cut& cut, int64_t item) {
  constexpr int64_t kDepth = 1024;
  const auto& geometry = kernels.geometry<T>();
  const int64_t column = item / cut.row_blocks * cut.panel;
  const int64_t row_begin = item % cut.row_blocks * cut.block_rows;
  const int64_t row_end = std::min(p.m, row_begin + cut.block_rows);
  for (int64_t depth = 0; depth < p.k; depth += kDepth) {
    const T* b = p.packed + column * p.k + depth * cut.panel;
    kernels::Brgemm<T> tile{.batch = 1,
                            .a = nullptr,
                            .b = &b,
                            .a_row = p.a_row,
                            .a_k = p.a_k,
                            .b_row = cut.panel,
                            .k = std::min(kDepth, p.k - depth),
                            .c = nullptr,
                            .ldc = p.n,
                            .rows = 0,
                            .cols = std::min(cut.panel, p.n - column),
                            .bias = p.bias ? p.bias + column : nullptr,
                            .accumulate = depth > 0};
    int64_t tiles = ceil_div(row_end - row_begin, geometry.tile_rows);
    for (int64_t row = row_begin; row < row_end; row += tile.rows, --tiles) {
      const T* a = p.a + row * p.a_row + depth * p.a_k;
      tile.rows = ceil_div(row_end - row, tiles);  // even tiles: 32 rows as 11 + 11 + 10, not 14 + 14 + 4
      tile.a = &a;
      tile.c = p.c + row * p.n + column;
      kernels.table<T>().brgemm(tile);
    }
  }
}

}  // namespace lamella::ops
