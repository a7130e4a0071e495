// Rows and columns exchanged, four (two) of 16 bytes at a time; and blocks of short rows turned, so that a
// vector holds one column of as many rows as it has lanes: sums and maxima of rows then need no reduction
// across lanes.
#pragma once
#include "kernels/vec.h"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// Elements of a 16-byte piece of a row.
template <class T>
constexpr int kPiece = 16 / static_cast<int>(sizeof(T));

// Within every 128 bits: lane i of vector j becomes lane j of vector i.
LAMELLA_INLINE void exchange_pieces(Vec<float> (&v)[4]) {
  const U64 low01 = (U64)interleave_low((U32)v[0], (U32)v[1]);
  const U64 low23 = (U64)interleave_low((U32)v[2], (U32)v[3]);
  const U64 high01 = (U64)interleave_high((U32)v[0], (U32)v[1]);
  const U64 high23 = (U64)interleave_high((U32)v[2], (U32)v[3]);
  v[0] = (Vec<float>)interleave_low(low01, low23);
  v[1] = (Vec<float>)interleave_high(low01, low23);
  v[2] = (Vec<float>)interleave_low(high01, high23);
  v[3] = (Vec<float>)interleave_high(high01, high23);
}
LAMELLA_INLINE void exchange_pieces(Vec<double> (&v)[2]) {
  const U64 low = (U64)interleave_low((U64)v[0], (U64)v[1]);
  v[1] = (Vec<double>)interleave_high((U64)v[0], (U64)v[1]);
  v[0] = (Vec<double>)low;
}

// A piece of each of lanes<T> rows, ld apart, to columns, step apart.
template <class T>
LAMELLA_INLINE void rows_to_columns(const T* rows, int64_t ld, T* columns, int64_t step) {
  Vec<T> v[kPiece<T>];
  for (int i = 0; i < kPiece<T>; ++i) v[i] = load_pieces(rows + i * ld, kPiece<T> * ld);
  exchange_pieces(v);
  for (int j = 0; j < kPiece<T>; ++j) store(columns + j * step, v[j]);
}

// The way back.
template <class T>
LAMELLA_INLINE void columns_to_rows(const T* columns, int64_t step, T* rows, int64_t ld) {
  Vec<T> v[kPiece<T>];
  for (int j = 0; j < kPiece<T>; ++j) v[j] = load(columns + j * step);
  exchange_pieces(v);
  for (int i = 0; i < kPiece<T>; ++i) store_pieces(rows + i * ld, kPiece<T> * ld, v[i]);
}

// lanes<T> rows of cols values, turned.
template <class T>
class TurnedRows {
 public:
  static constexpr int64_t kMostCols = 32;

  explicit TurnedRows(int64_t cols) : cols_(cols) {}

  LAMELLA_INLINE Vec<T> column(int64_t j) const { return load(values_ + j * lanes<T>); }
  LAMELLA_INLINE void set_column(int64_t j, Vec<T> v) { store(values_ + j * lanes<T>, v); }

  // count: rows that are there; the others are zero.
  LAMELLA_INLINE void read(int64_t count, const T* rows) {
    if (count == lanes<T>) return turn(rows);
    T padded[kMostCols * lanes<T>];
    for (int64_t i = 0; i < count * cols_; ++i) padded[i] = rows[i];
    for (int64_t i = count * cols_; i < lanes<T> * cols_; ++i) padded[i] = T(0);
    turn(padded);
  }
  LAMELLA_INLINE void write(int64_t count, T* rows) const {
    if (count == lanes<T>) return turn_back(rows);
    T padded[kMostCols * lanes<T>];
    turn_back(padded);
    for (int64_t i = 0; i < count * cols_; ++i) rows[i] = padded[i];
  }

 private:
  // The last piece overlaps the one before it.
  template <class Body>
  LAMELLA_INLINE void for_each_piece(Body body) const {
    int64_t j = 0;
    for (; j + kPiece<T> <= cols_; j += kPiece<T>) body(j);
    if (j < cols_) body(cols_ - kPiece<T>);
  }
  LAMELLA_INLINE void turn(const T* rows) {
    if (cols_ >= kPiece<T>)
      return for_each_piece(
          [&](int64_t j) { rows_to_columns(rows + j, cols_, values_ + j * lanes<T>, lanes<T>); });
    for (int64_t i = 0; i < lanes<T>; ++i)
      for (int64_t j = 0; j < cols_; ++j) values_[j * lanes<T> + i] = rows[i * cols_ + j];
  }
  LAMELLA_INLINE void turn_back(T* rows) const {
    if (cols_ >= kPiece<T>)
      return for_each_piece(
          [&](int64_t j) { columns_to_rows(values_ + j * lanes<T>, lanes<T>, rows + j, cols_); });
    for (int64_t i = 0; i < lanes<T>; ++i)
      for (int64_t j = 0; j < cols_; ++j) rows[i * cols_ + j] = values_[j * lanes<T> + i];
  }

  int64_t cols_;
  alignas(kVectorBytes) T values_[kMostCols * lanes<T>];
};

// body(first row, rows) for blocks of rows, of which the last may have fewer than lanes<T>.
template <class T, class Body>
LAMELLA_INLINE void for_each_block(int64_t rows, Body body) {
  for (int64_t i = 0; i < rows; i += lanes<T>) body(i, rows - i < lanes<T> ? rows - i : lanes<T>);
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
