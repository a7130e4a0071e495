// The tiles of Winograd's algorithm: 4x4 pixels of the input, 2x2 of the output.
#pragma once
#include <algorithm>

#include "cpu/convolution/winograd.h"
#include "cpu/even_parts.h"
#include "cpu/look_ahead.h"
#include "cpu/range.h"

namespace lamella::cpu {

inline constexpr int64_t kWinogradChannels = 256;  // at most
inline constexpr int64_t kWinogradTiles = 56;      // of a block, at most

template <class T>
inline constexpr int64_t kWinogradApart = 64 / sizeof(T);  // so that the 16 matrices do not meet in the cache
template <class T>
inline constexpr T kWinogradZeros[kWinogradChannels] = {};

struct WinogradTile {
  int64_t picture, row, column;

  WinogradTile(const WinogradShape& s, int64_t index)
      : picture(index / (s.tile_columns() * s.tile_rows())),
        row(index / s.tile_columns() % s.tile_rows()),
        column(index % s.tile_columns()) {}

  // Pixels of all pictures up to the end of a row of those it sees; and of its outputs.
  int64_t inputs_until(const WinogradShape& s, int64_t i) const {
    return (picture * s.height + 2 * row + i - s.above) * s.width + 2 * column + 4 - s.left;
  }
  int64_t outputs_until(const WinogradShape& s, int64_t i) const {
    return (picture * s.new_height + 2 * row + i) * s.new_width + 2 * column + 2;
  }

  // The 16 pixels it sees; zeros beyond the picture.
  template <class T>
  void inputs(const WinogradShape& s, const T* x, const T* (&pixels)[16]) const {
    for (int64_t i = 0; i < 4; ++i)
      for (int64_t j = 0; j < 4; ++j) {
        const int64_t at_row = 2 * row + i - s.above, at_column = 2 * column + j - s.left;
        const bool inside = 0 <= at_row && at_row < s.height && 0 <= at_column && at_column < s.width;
        const int64_t pixel = (picture * s.height + at_row) * s.width + at_column;
        pixels[4 * i + j] = inside ? x + pixel * s.channels : kWinogradZeros<T>;
      }
  }
  // Its four outputs; null beyond the picture.
  template <class T>
  void outputs(const WinogradShape& s, T* y, T** pixels) const {
    for (int64_t i = 0; i < 2; ++i)
      for (int64_t j = 0; j < 2; ++j) {
        const int64_t at_row = 2 * row + i, at_column = 2 * column + j;
        const int64_t pixel = (picture * s.new_height + at_row) * s.new_width + at_column;
        pixels[2 * i + j] =
            at_row < s.new_height && at_column < s.new_width ? y + pixel * s.filters : nullptr;
      }
  }
};

// Channels `channels` of what the tiles `next` see and those before them did not.
template <class T>
LookAhead<T> inputs_ahead(const WinogradShape& s, const T* x, const Range& next, const Range& channels) {
  if (next.size() == 0) return {};
  const int64_t begin = WinogradTile(s, next.begin - 1).inputs_until(s, 2);
  const int64_t end = WinogradTile(s, next.end - 1).inputs_until(s, 3);
  return {x + begin * s.channels + channels.begin, s.channels, end - begin, channels.size()};
}
// Filters `filters` of their outputs.
template <class T>
LookAhead<T> outputs_ahead(const WinogradShape& s, const T* y, const Range& next, const Range& filters) {
  if (next.size() == 0) return {};
  const int64_t begin = WinogradTile(s, next.begin - 1).outputs_until(s, 0);
  const int64_t end = WinogradTile(s, next.end - 1).outputs_until(s, 1);
  return {y + begin * s.filters + filters.begin, s.filters, end - begin, filters.size()};
}

}  // namespace lamella::cpu
