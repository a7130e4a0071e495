// Norms of columns and rows brought into a range.
#pragma once
#include "kernels/column_sums.inl"
#include "kernels/elementwise.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// What a vector of weights of this norm is multiplied with.
template <class T>
LAMELLA_INLINE Vec<T> norm_factor(Vec<T> norm, const NormLimits& limits) {
  const Vec<T> limited = min(splat(T(limits.high)), max(splat(T(limits.low)), norm));
  const Vec<T> wanted = limited * T(limits.rate) + norm * T(1 - limits.rate);
  return wanted / (norm + T(1e-7));
}

template <class T>
void limit_column_norms(int64_t rows, int64_t cols, int64_t ld, const NormLimits& limits, T* w) {
  for_each_vector<T>(cols, [&](int64_t j, auto span) {
    const auto squares = sum_rows<T, 1, 1>(rows, span, [&](int64_t i, int, auto, Vec<T>(&sums)[1]) {
      const Vec<T> v = load(w + i * ld + j, span);
      sums[0] = mul_add(v, v, sums[0]);
    });
    const Vec<T> factor = norm_factor<T>(sqrt(squares.of[0]), limits);
    for (int64_t i = 0; i < rows; ++i) store(w + i * ld + j, load(w + i * ld + j, span) * factor, span);
  });
}

template <class T>
void limit_row_norms(int64_t rows, int64_t cols, const NormLimits& limits, T* w) {
  for (int64_t i = 0; i < rows; ++i) {
    const Vec<T> norm = sqrt(splat(T(sum_squares(cols, w + i * cols))));
    scale(cols, norm_factor<T>(norm, limits)[0], w + i * cols);
  }
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
