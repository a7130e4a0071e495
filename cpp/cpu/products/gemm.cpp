#include "cpu/products/gemm.h"

#include <utility>
#include <vector>

#include "base/thread_scratch.h"
#include "cpu/look_ahead.h"
#include "cpu/range.h"

namespace lamella::cpu {

namespace {

// Rows and columns that lie a power of two apart fall into the same sets of a cache and drive each other out;
// copies do not.
template <class T>
struct Copies {
  alignas(64) T a[kBlockPieceBytes / sizeof(T)];
  alignas(64) T b[kGroupPanels * kPanelPieceBytes / sizeof(T)];  // panel after panel
  alignas(64) T c[kBlockOutputBytes / sizeof(T)];                // the same
};

template <class T>
class ItemProduct {
 public:
  ItemProduct(const kernels::Kernels& kernels, const Product<T>& p, const Cut& cut, int64_t item)
      : kernels_(kernels),
        p_(p),
        cut_(cut),
        region_(region_of(cut, p.m, p.n, item)),
        out_(p.c + region_.row * p.n + region_.column),
        out_row_(p.n) {}

  void run() {
    constexpr int64_t kMostPieces = 256;
    const int64_t most = kMostPieces * piece_depth<T>(kernels_);
    run_part({0, std::min(p_.k, most)});
    if (p_.k > most) add_parts_after(most);
  }

 private:
  static constexpr int64_t kLine = 64 / sizeof(T);

  // The item's rows of A, from their first one on, or a panel of B, in one piece of the sum.
  struct Factor {
    const T* data;
    int64_t step, k_step;
    int64_t line_step = 0;  // from line to line of the next tile's rows; 0: only their first is fetched
  };

  // Of a sum in so many pieces that adding them up would cost digits: each part has sums of its own.
  void add_parts_after(int64_t length) {
    std::vector<T> sums(static_cast<size_t>(region_.rows * region_.cols));
    T* const whole = std::exchange(out_, sums.data());
    out_row_ = region_.cols;
    for (int64_t k = length; k < p_.k; k += length) {
      run_part({k, std::min(p_.k, k + length)});
      for (int64_t row = 0; row < region_.rows; ++row)
        kernels_.table<T>().add(region_.cols, out_ + row * out_row_, whole + row * p_.n);
    }
  }

  void run_part(const Range& part) {
    constexpr int64_t kPanels = 8;  // that pay for a copy of what they pass over
    part_ = part;
    first_panel_ = region_.first_panel;
    if (p_.m == 1 && p_.a_k == 1 && (p_.packed || p_.b_column == 1))
      multiply_row();
    else if (copies_pay<T>(p_.m, p_.k) && panels() >= kPanels)
      run_from_copies();
    else
      multiply_pieces(nullptr);
  }

  int64_t panels() const { return region_.end_panel - region_.first_panel; }

  // An unpacked B contributes only full panels; reading a partial one would overrun the row.
  void multiply_row() {
    const int64_t end_panel = p_.packed ? region_.end_panel : std::min(region_.end_panel, p_.n / cut_.panel);
    for (; first_panel_ < end_panel; first_panel_ += kernels::kRowPanels) {
      const int64_t panel = first_panel_, column = panel * cut_.panel;
      const int64_t end = std::min(end_panel, panel + kernels::kRowPanels) * cut_.panel;
      kernels_.table<T>().row_product({.k = part_.size(),
                                       .cols = std::min(end, p_.n) - column,
                                       .a = p_.a + part_.begin,
                                       .b = b_at(part_.begin, panel),
                                       .b_row = p_.packed ? cut_.panel : p_.b_k,
                                       .panel_step = p_.packed ? cut_.panel * p_.k : cut_.panel,
                                       .bias = bias_of(panel),
                                       .c = out_at(panel)});
    }
    first_panel_ = end_panel;
    if (end_panel < region_.end_panel) multiply_pieces(nullptr);
  }

  void run_from_copies() {
    Copies<T>& copies = thread_scratch<Copies<T>>();
    multiply_pieces(&copies);
    if (gathers_output()) write_output(copies);
  }

  void multiply_pieces(Copies<T>* copies) {
    alignas(64) T packed[kPanelPieceBytes / sizeof(T)];
    const int64_t depth = piece_depth<T>(kernels_);
    for (int64_t k = part_.begin; k < part_.end; k += depth) {
      const Range sum{k, std::min(part_.end, k + depth)};
      const Factor rows = copies ? rows_copied(sum, copies->a) : rows_in_place(sum);
      if (copies && packs_rows())
        pack_panels(kernels_, sum.size(), region_.cols, b_at(k, region_.first_panel), p_.b_k, copies->b);
      if (copies) look_ahead({sum.end, std::min(part_.end, sum.end + depth)});
      for (int64_t panel = first_panel_; panel < region_.end_panel; ++panel) {
        const Factor columns = copies && packs_rows()
                                   ? packed_panel(copies->b + index_in_group(panel) * sum.size() * cut_.panel)
                                   : panel_of(sum, panel, packed);
        if (copies && gathers_output())
          multiply(sum, rows, panel, columns, copies->c + offset_in_copy(panel), cut_.panel);
        else
          multiply(sum, rows, panel, columns, out_at(panel), out_row_);
      }
    }
  }

  // A block of C that is gone over often.
  bool gathers_output() const { return part_.size() > 3 * piece_depth<T>(kernels_); }
  int64_t index_in_group(int64_t panel) const { return panel - region_.first_panel; }
  int64_t offset_in_copy(int64_t panel) const { return index_in_group(panel) * region_.rows * cut_.panel; }
  void write_output(const Copies<T>& copies) const {
    for (int64_t row = 0; row < region_.rows; ++row) {
      for (int64_t panel = region_.first_panel; panel < region_.end_panel; ++panel)
        std::copy_n(copies.c + offset_in_copy(panel) + row * cut_.panel, cols_of(panel),
                    out_at(panel) + row * out_row_);
    }
  }

  Factor rows_in_place(const Range& sum) const {
    return {p_.a + region_.row * p_.a_row + sum.begin * p_.a_k, p_.a_row, p_.a_k};
  }

  Factor rows_copied(const Range& sum, T* copy) const {
    const T* from = rows_in_place(sum).data;
    const bool by_rows = p_.a_k == 1;
    const int64_t lines = by_rows ? region_.rows : sum.size(), step = by_rows ? p_.a_row : p_.a_k;
    const int64_t length = by_rows ? sum.size() : region_.rows;
    for (int64_t line = 0; line < lines; ++line)
      std::copy_n(from + line * step, length, copy + line * length);
    return {copy, by_rows ? length : 1, by_rows ? 1 : length, by_rows ? kLine : length};
  }

  int64_t cols_of(int64_t panel) const { return std::min(cut_.panel, p_.n - panel * cut_.panel); }
  const T* b_at(int64_t k, int64_t panel) const {
    return p_.packed ? p_.packed + (panel * p_.k + k) * cut_.panel
                     : p_.b + k * p_.b_k + panel * cut_.panel * p_.b_column;
  }

  const T* bias_of(int64_t panel) const {
    return p_.bias && part_.begin == 0 ? p_.bias + panel * cut_.panel : nullptr;
  }
  T* out_at(int64_t panel) const { return out_ + (panel * cut_.panel - region_.column); }

  Factor packed_panel(const T* b) const { return {b, 1, cut_.panel}; }

  // A matrix by rows that stays in the second-level cache is read as it lies, a larger one packed for more
  // than two tiles.
  bool packs_rows() const {
    const bool small = p_.k * p_.n * int64_t{sizeof(T)} <= kPackedByPiecesBytes;
    return !p_.packed && p_.b_column == 1 && !small && region_.end_tile - region_.first_tile > 2;
  }

  Factor panel_of(const Range& sum, int64_t panel, T* packed) const {
    const T* b = b_at(sum.begin, panel);
    const bool by_rows = p_.b_column == 1;
    if (p_.packed) return packed_panel(b);
    if (by_rows && cols_of(panel) == cut_.panel && !packs_rows()) return {b, 1, p_.b_k};
    const auto& table = kernels_.table<T>();
    if (by_rows)
      table.pack_panel(sum.size(), cols_of(panel), b, p_.b_k, packed);
    else
      table.pack_panel_transposed(sum.size(), cols_of(panel), b, p_.b_column, packed);
    return packed_panel(packed);
  }

  // What is to be copied and packed for the next piece of the sum.
  void look_ahead(const Range& next) {
    a_ahead_ = b_ahead_ = {};
    if (next.size() == 0) return;
    const auto lines_of = [](const T* first, int64_t step, int64_t rows, int64_t other_step,
                             int64_t columns) {
      return other_step == 1 ? LookAhead<T>(first, step, rows, columns)
                             : LookAhead<T>(first, other_step, columns, rows);
    };
    a_ahead_ = lines_of(rows_in_place(next).data, p_.a_row, region_.rows, p_.a_k, next.size());
    if (!p_.packed)
      b_ahead_ =
          lines_of(b_at(next.begin, region_.first_panel), p_.b_k, next.size(), p_.b_column, region_.cols);
  }

  // The panel after this one.
  LookAhead<T> ahead_of(Range sum, int64_t panel) const {
    if (!p_.packed) return {};  // the lines of a matrix would drive each other out
    if (++panel == region_.end_panel) {
      panel = region_.first_panel;
      sum = {sum.end, std::min(part_.end, sum.end + sum.size())};
    }
    return {b_at(sum.begin, panel), cut_.panel, sum.size(), cut_.panel};
  }

  void multiply(const Range& sum, const Factor& rows, int64_t panel, const Factor& columns, T* c,
                int64_t ldc) {
    const T* a = nullptr;
    LookAhead<T> ahead = ahead_of(sum, panel);
    kernels::Brgemm<T> tile{.batch = 1,
                            .a = &a,
                            .b = &columns.data,
                            .a_row = rows.step,
                            .a_k = rows.k_step,
                            .b_row = columns.k_step,
                            .k = sum.size(),
                            .c = nullptr,
                            .ldc = ldc,
                            .rows = 0,
                            .cols = cols_of(panel),
                            .bias = bias_of(panel),
                            .accumulate = sum.begin > part_.begin};
    for (int64_t t = region_.first_tile; t < region_.end_tile; ++t) {
      const int64_t row = tile_row(cut_, p_.m, t);
      tile.rows = tile_row(cut_, p_.m, t + 1) - row;
      a = rows.data + (row - region_.row) * rows.step;
      tile.c = c + (row - region_.row) * ldc;
      if (!ahead.hand_to(tile) && !b_ahead_.hand_to(tile) && !a_ahead_.hand_to(tile)) {
        tile.ahead = a + tile.rows * rows.step;
        tile.ahead_step = rows.line_step;
      }
      kernels_.table<T>().brgemm(tile);
    }
  }

  const kernels::Kernels& kernels_;
  const Product<T>& p_;
  const Cut& cut_;
  const Region region_;
  T* out_;  // the region's first element
  int64_t out_row_;
  Range part_{};             // of the sum, at hand
  int64_t first_panel_ = 0;  // of those that are left to do
  LookAhead<T> a_ahead_, b_ahead_;
};

}  // namespace

template <class T>
void multiply_item(const kernels::Kernels& kernels, const Product<T>& p, const Cut& cut, int64_t item) {
  ItemProduct<T>(kernels, p, cut, item).run();
}

template void multiply_item(const kernels::Kernels&, const Product<float>&, const Cut&, int64_t);
template void multiply_item(const kernels::Kernels&, const Product<double>&, const Cut&, int64_t);

}  // namespace lamella::cpu
