// C[m, n] = A[m, k] B[k, n] in loops around the batch-reduce micro-kernel, which reads B in panels.
#pragma once
#include <algorithm>

#include "base/shape.h"
#include "cpu/context.h"

namespace lamella::cpu {

// B is in panels already, [ceil(n / panel)][k][panel], or lies as a matrix, of whose strides one is 1.
template <class T>
struct Product {
  int64_t m, n, k;
  const T* a;
  int64_t a_row, a_k;  // strides of A, of which one is 1
  const T* packed;     // or null
  const T* b;          // read where packed is null
  int64_t b_k, b_column;
  const T* bias;  // n values or null
  T* c;           // row stride n
};

// Elements of B[k, n] in panels.
template <class T>
int64_t packed_size(const kernels::Kernels& kernels, int64_t k, int64_t n) {
  const int64_t panel = kernels.geometry<T>().panel;
  return checked_product(round_up(n, panel), k);
}

// Packs b[k, cols], panel after panel, a few rows of all of them at a time: a row's pieces lie side by side,
// and the panels' rows far apart.
template <class T>
void pack_panels(const kernels::Kernels& kernels, int64_t k, int64_t cols, const T* b, int64_t ldb,
                 T* packed) {
  constexpr int64_t kRows = 16;
  const int64_t panel = kernels.geometry<T>().panel;
  for (int64_t row = 0; row < k; row += kRows)
    for (int64_t column = 0; column < cols; column += panel)
      kernels.table<T>().pack_panel(std::min(kRows, k - row), std::min(panel, cols - column),
                                    b + row * ldb + column, ldb, packed + column * k + row * panel);
}

// How a product is cut, by its shape alone: rows into even register tiles (32 rows as 11 + 11 + 10, not 14 +
// 14 + 4), and into items of a group of panels of columns times a block of tiles. Blocks are even, and their
// number too, so that two threads have the same to do.
struct Cut {
  int64_t panel, panels, tiles, row_blocks, groups, grain;

  int64_t items() const { return groups * row_blocks; }
};

// The sum is cut into pieces (machine.h); its order is the same for every m and every thread.
constexpr int64_t kGroupPanels = 16;  // at most

// Whether copies of A pay, where an item has enough panels to pass over them.
template <class T>
bool copies_pay(int64_t m, int64_t k) {
  return m * k * int64_t{sizeof(T)} >= kCopiedBytes;
}

template <class T>
int64_t piece_depth(const kernels::Kernels& kernels) {
  return kPanelPieceBytes / (kernels.geometry<T>().panel * int64_t{sizeof(T)});
}

template <class T>
Cut cut_product(const kernels::Kernels& kernels, int64_t m, int64_t n, int64_t k) {
  const auto& geometry = kernels.geometry<T>();
  // Large items use a piece of the panel for many tiles; but there should be enough of them to share out.
  constexpr int64_t kItems = 16, kItemFlops = 8 * kGrainFlops;
  const int64_t tile_bytes = geometry.tile_rows * int64_t{sizeof(T)};
  const int64_t most_tiles = std::min(kBlockPieceBytes / (piece_depth<T>(kernels) * tile_bytes),
                                      kBlockOutputBytes / (kGroupPanels * geometry.panel * tile_bytes));
  Cut cut;
  cut.panel = geometry.panel;
  cut.panels = ceil_div(n, cut.panel);
  cut.tiles = ceil_div(m, geometry.tile_rows);
  const int64_t tile_flops = 2 * geometry.tile_rows * cut.panel * std::max<int64_t>(k, 1);
  const int64_t flops = tile_flops * cut.tiles * cut.panels;
  const int64_t most_flops = copies_pay<T>(m, k) ? flops : kItemFlops;
  const int64_t item_tiles =
      std::clamp(flops / kItems, std::min(kGrainFlops, most_flops), most_flops) / tile_flops;
  const int64_t block_tiles = std::clamp<int64_t>(item_tiles, 1, std::min(cut.tiles, most_tiles));
  cut.row_blocks = ceil_div(cut.tiles, block_tiles);
  if (cut.row_blocks > 1 && cut.row_blocks < cut.tiles) cut.row_blocks = round_up(cut.row_blocks, 2);
  // One row's panels are multiplied side by side.
  const int64_t least_panels = m == 1 ? std::clamp<int64_t>(cut.panels / 2, 1, kernels::kRowPanels) : 1;
  const int64_t group_panels = std::clamp<int64_t>(item_tiles / block_tiles, least_panels, kGroupPanels);
  cut.groups = ceil_div(cut.panels, group_panels);
  cut.grain = std::max<int64_t>(1, kGrainFlops / (tile_flops * block_tiles * group_panels));
  return cut;
}

// The rows and columns of C that one item covers.
struct Region {
  int64_t first_tile, end_tile, row, rows, first_panel, end_panel, column, cols;
};

inline int64_t tile_row(const Cut& cut, int64_t m, int64_t tile) { return tile * m / cut.tiles; }

inline Region region_of(const Cut& cut, int64_t m, int64_t n, int64_t item) {
  Region region;
  const int64_t block = item % cut.row_blocks, group = item / cut.row_blocks;
  region.first_tile = block * cut.tiles / cut.row_blocks;
  region.end_tile = (block + 1) * cut.tiles / cut.row_blocks;
  region.row = tile_row(cut, m, region.first_tile);
  region.rows = tile_row(cut, m, region.end_tile) - region.row;
  region.first_panel = group * cut.panels / cut.groups;
  region.end_panel = (group + 1) * cut.panels / cut.groups;
  region.column = region.first_panel * cut.panel;
  region.cols = std::min(region.end_panel * cut.panel, n) - region.column;
  return region;
}

// Computes one item.
template <class T>
void multiply_item(const kernels::Kernels& kernels, const Product<T>& p, const Cut& cut, int64_t item);

extern template void multiply_item(const kernels::Kernels&, const Product<float>&, const Cut&, int64_t);
extern template void multiply_item(const kernels::Kernels&, const Product<double>&, const Cut&, int64_t);

}  // namespace lamella::cpu
