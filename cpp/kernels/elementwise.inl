// Sums, products and reductions over flat arrays, and an affine map by column.
#pragma once
#include "kernels/vec.h"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

template <class T>
void add(int64_t n, const T* x, T* y) {
  for_each_vector<T>(
      n, [&](int64_t i, auto span) { store(y + i, load(y + i, span) + load(x + i, span), span); });
}

template <class T>
void axpy(int64_t n, T a, const T* x, T* y) {
  const Vec<T> factor = splat(a);
  for_each_vector<T>(n, [&](int64_t i, auto span) {
    store(y + i, mul_add(factor, load(x + i, span), load(y + i, span)), span);
  });
}

// Not-a-number has neither sign and adds nothing: it is in the loss already.
template <class T>
void add_sign(int64_t n, T a, const T* x, T* y) {
  for_each_vector<T>(n, [&](int64_t i, auto span) {
    const Vec<T> v = load(x + i, span);
    const Vec<T> step = v > 0 ? splat(a) : (v < 0 ? splat(-a) : Vec<T>{});
    store(y + i, load(y + i, span) + step, span);
  });
}

template <class T>
void scale(int64_t n, T a, T* y) {
  for_each_vector<T>(n, [&](int64_t i, auto span) { store(y + i, load(y + i, span) * a, span); });
}

template <class T>
void clip(int64_t n, T low, T high, T* y) {
  for_each_vector<T>(n, [&](int64_t i, auto span) {
    store(y + i, min(splat(high), max(splat(low), load(y + i, span))), span);
  });
}

template <class T>
void multiply(int64_t n, const T* a, const T* b, T* y) {
  for_each_vector<T>(
      n, [&](int64_t i, auto span) { store(y + i, load(a + i, span) * load(b + i, span), span); });
}

// body(row offset + column, column, span) over rows x cols.
template <class T, class Body>
LAMELLA_INLINE void for_each_row_vector(int64_t rows, int64_t cols, int64_t ld, Body&& body) {
  for (int64_t i = 0; i < rows; ++i)
    for_each_vector<T>(cols, [&](int64_t j, auto span) { body(i * ld + j, j, span); });
}

template <class T>
void scale_columns(int64_t rows, int64_t cols, const T* x, const T* scale, const T* offset, T* y) {
  const auto rows_with = [&](auto map) {
    for_each_row_vector<T>(rows, cols, cols, [&](int64_t at, int64_t j, auto span) {
      store(y + at, map(load(x + at, span), j, span), span);
    });
  };
  if (scale && offset)
    rows_with([&](Vec<T> v, int64_t j, auto span) {
      return mul_add(v, load(scale + j, span), load(offset + j, span));
    });
  else if (scale)
    rows_with([&](Vec<T> v, int64_t j, auto span) { return v * load(scale + j, span); });
  else if (offset)
    rows_with([&](Vec<T> v, int64_t j, auto span) { return v + load(offset + j, span); });
  else
    rows_with([](Vec<T> v, int64_t, auto) { return v; });
}

// lanes<double> elements as doubles.
LAMELLA_INLINE Vec<double> load_doubles(const double* p) { return load(p); }
LAMELLA_INLINE Vec<double> load_doubles(const float* p) {
  typedef float Half __attribute__((vector_size(kVectorBytes / 2)));
  typedef float HalfMemory __attribute__((vector_size(kVectorBytes / 2), aligned(sizeof(float)), may_alias));
  const Half half = *reinterpret_cast<const HalfMemory*>(p);
  return __builtin_convertvector(half, Vec<double>);
}

// The sum of map(x): four vectors of partial sums, folded by the same tree whatever n is.
template <class T, class Map>
LAMELLA_INLINE double sum_of(int64_t n, const T* x, Map map) {
  constexpr int kStep = lanes<double>;
  Vec<double> partial[4] = {};
  int64_t i = 0;
  for (; i + 4 * kStep <= n; i += 4 * kStep)
    for (int j = 0; j < 4; ++j) partial[j] += map(load_doubles(x + i + j * kStep));
  for (int j = 0; i < n; i += kStep, ++j) {
    T rest[kStep] = {};
    const int64_t count = n - i < kStep ? n - i : kStep;
    for (int64_t l = 0; l < count; ++l) rest[l] = x[i + l];
    partial[j] += map(load_doubles(rest));
  }
  return reduce_add((partial[0] + partial[1]) + (partial[2] + partial[3]));
}

template <class T>
double sum(int64_t n, const T* x) {
  return sum_of(n, x, [](Vec<double> v) { return v; });
}

template <class T>
double sum_squares(int64_t n, const T* x) {
  return sum_of(n, x, [](Vec<double> v) { return v * v; });
}

template <class T>
double sum_absolute(int64_t n, const T* x) {
  return sum_of(n, x, [](Vec<double> v) { return abs(v); });
}

// x - x is not a number for infinities and for what is not a number.
template <class T>
bool all_finite(int64_t n, const T* x) {
  constexpr int64_t kBlock = 4096;
  for (int64_t begin = 0; begin < n; begin += kBlock) {
    Int<T> bad{};
    for_each_vector<T>(n - begin < kBlock ? n - begin : kBlock, [&](int64_t i, auto span) {
      const Vec<T> v = load(x + begin + i, span);
      bad |= (Int<T>)(v - v != 0);
    });
    if (bits_of(bad)) return false;
  }
  return true;
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
