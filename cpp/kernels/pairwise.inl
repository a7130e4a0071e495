// Pairwise summation (Higham, "The Accuracy of Floating Point Summation", 1993): halves of a long sum are
// taken apart, down to blocks that are summed one after another, so that rounding errors grow with the
// logarithm of the length. Where it is cut depends on the length alone.
#pragma once
#include "kernels/vec.h"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

constexpr int64_t kSumBlock = 128;  // terms

// N sums in vectors.
template <class T, int N>
struct Sums {
  Vec<T> of[N];

  LAMELLA_INLINE void add(const Sums& other) {
    for (int n = 0; n < N; ++n) of[n] += other.of[n];
  }
};

// The sums over terms 0 to n - 1; block(begin, end, sums) adds up those from begin to end. Blocks are joined
// as the digits of a binary counter are: two of a size to one of twice the size.
template <class T, int N, class Block>
LAMELLA_INLINE Sums<T, N> sum_terms(int64_t n, Block block) {
  constexpr int kLevels = 32;
  Sums<T, N> waiting[kLevels];
  int level = 0;
  for (int64_t begin = 0, number = 0;; begin += kSumBlock, ++number) {
    const int64_t end = n - begin < kSumBlock ? n : begin + kSumBlock;
    Sums<T, N> sums{};
    block(begin, end, sums);
    if (end == n && number == 0) return sums;
    for (int64_t digits = number; digits & 1; digits >>= 1) sums.add(waiting[--level]);
    waiting[level++] = sums;
    if (end == n) break;
  }
  for (; level > 1; --level) waiting[level - 2].add(waiting[level - 1]);
  return waiting[0];
}

// The sums along a row of cols values: add(j, span, sums) for its vectors.
template <class T, int N, class Add>
LAMELLA_INLINE Sums<T, N> sum_along(int64_t cols, Add add) {
  return sum_terms<T, N>((cols + lanes<T> - 1) / lanes<T>, [&](int64_t begin, int64_t end,
                                                               Sums<T, N>& sums) LAMELLA_INLINE_BODY {
    const int64_t first = begin * lanes<T>, last = end * lanes<T> < cols ? end * lanes<T> : cols;
    for_each_vector<T>(last - first, [&](int64_t j, auto span) { add(first + j, span, sums.of); });
  });
}

// The sum of map(j, span) over the columns of a row; what map gives beyond them does not count.
template <class T, class Map>
LAMELLA_INLINE T row_sum(int64_t cols, Map map) {
  return reduce_add(sum_along<T, 1>(cols, [&](int64_t j, auto span, Vec<T>(&sums)[1]) {
                      sums[0] += fill_beyond(map(j, span), span, T(0));
                    }).of[0]);
}

template <class T>
LAMELLA_INLINE T row_sum(int64_t cols, const T* x) {
  return row_sum<T>(cols, [&](int64_t j, auto span) { return load(x + j, span); });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
