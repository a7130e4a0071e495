// Software prefetch: each step of a tile prefetches one cache line that a later tile reads.
#pragma once
#include "base/shape.h"
#include "cpu/context.h"

namespace lamella::cpu {

template <class T>
class LookAhead {
 public:
  LookAhead() = default;
  // So many rows of `size` elements each, `step` elements apart; they may lead out of their array.
  LookAhead(const T* first, int64_t step, int64_t rows, int64_t size)
      : first_(first), step_(step), rows_(rows), lines_(rows > 0 ? ceil_div(size, kLine) : 0) {}

  // Lets a tile fetch the next lines, a row each step; nothing, and false, where none are left.
  bool hand_to(kernels::Brgemm<T>& tile) {
    tile.ahead = lines_ > 0 ? first_ + row_ * step_ : nullptr;
    tile.ahead_step = lines_ > 0 ? step_ : 0;
    if (lines_ == 0) return false;
    row_ += tile.batch * tile.k;
    if (row_ >= rows_) {
      row_ = 0;
      first_ += kLine;
      --lines_;
    }
    return true;
  }

 private:
  static constexpr int64_t kLine = 64 / sizeof(T);

  const T* first_ = nullptr;
  int64_t step_ = 0, rows_ = 0, lines_ = 0;
  int64_t row_ = 0;  // of the first line that is left
};

}  // namespace lamella::cpu
