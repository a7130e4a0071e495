// The batch-reduce GEMM tile: Georganas et al., "High-Performance Deep Learning via a Single Building Block"
// (arXiv 1906.06440). With it the packing of its panels and the pass that starts a dense layer's backward.
#pragma once
#include "kernels/activation.inl"
#include "kernels/pairwise.inl"
#include "kernels/transpose.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// The tile's accumulators, two vectors of a row of B and one broadcast of A fill the registers.
#if defined(__AVX512F__)
constexpr int kTileRows = 14;  // of 32 registers
#elif defined(__aarch64__)
constexpr int kTileRows = 12;  // of 32
#else
constexpr int kTileRows = 6;  // of 16
#endif
constexpr int kPanelVectors = 2;

template <class T>
constexpr int kPanel = kPanelVectors * lanes<T>;

template <int... I>
struct Numbers {};
template <int N, int... I>
struct NumbersBelow : NumbersBelow<N - 1, N - 1, I...> {};
template <int... I>
struct NumbersBelow<0, I...> {
  using type = Numbers<I...>;
};
template <int I>
struct Number {
  static constexpr int value = I;
  constexpr operator int() const { return I; }
};

template <class Body, int... I>
LAMELLA_INLINE void unrolled(Numbers<I...>, Body&& body) {
  (body(Number<I>{}), ...);
}
// body(0), body(1), ... body(N - 1) as so many statements: arrays indexed by them stay in registers.
template <int N, class Body>
LAMELLA_INLINE void unrolled(Body&& body) {
  unrolled(typename NumbersBelow<N>::type{}, body);
}

// body(j, span) for the V vectors of cols columns, of which only the last may be partial.
template <class T, int V, class Body>
LAMELLA_INLINE void for_panel_vectors(int64_t cols, Body&& body) {
  unrolled<V - 1>([&](auto j) LAMELLA_INLINE_BODY { body(j, Whole{}); });
  if (cols == V * lanes<T>)
    body(Number<V - 1>{}, Whole{});
  else
    body(Number<V - 1>{}, Part{cols - (V - 1) * lanes<T>});
}

template <class T, int R, int V>
LAMELLA_INLINE void tile_start(const Brgemm<T>& p, Vec<T> (&sum)[R][V]) {
  if (p.bias && !p.accumulate) {
    for_panel_vectors<T, V>(p.cols, [&](auto j, auto span) LAMELLA_INLINE_BODY {
      const Vec<T> bias = load(p.bias + j * lanes<T>, span);
      unrolled<R>([&](auto i) LAMELLA_INLINE_BODY { sum[i][j] = bias; });
    });
  } else {
    unrolled<R>([&](auto i) LAMELLA_INLINE_BODY {
      unrolled<V>([&](auto j) LAMELLA_INLINE_BODY { sum[i][j] = Vec<T>{}; });
    });
  }
}

// A long sum comes in pieces, which are added to each other: adding each product to the whole would cost more
// digits the longer it is.
template <class T, int R, int V>
LAMELLA_INLINE void tile_end(const Brgemm<T>& p, const Vec<T> (&sum)[R][V]) {
  for_panel_vectors<T, V>(p.cols, [&](auto j, auto span) LAMELLA_INLINE_BODY {
    unrolled<R>([&](auto i) LAMELLA_INLINE_BODY {
      T* c = p.c + i * p.ldc + j * lanes<T>;
      store(c, p.accumulate ? load(c, span) + sum[i][j] : sum[i][j], span);
    });
  });
}

// R rows by V vectors in registers. An element adds the products of a piece one after another, whatever R and
// V are, so its bits do not depend on the tile it falls into. Rows of A are reached in threes: a pointer and
// strides 0, 1, 2.
template <class T, int R, int V>
void brgemm_tile(const Brgemm<T>& p) {
  Vec<T> sum[R][V];
  tile_start<T, R, V>(p, sum);
  constexpr int kGroups = (R + 2) / 3;
  const int64_t three = p.a_three ? p.a_three : 3 * p.a_row;
  const T* ahead = p.ahead ? p.ahead : p.c;  // which is at hand
  for (int64_t t = 0; t < p.batch; ++t) {
    const T* a[kGroups];
    unrolled<kGroups>([&](auto g) LAMELLA_INLINE_BODY { a[g] = p.a[t] + g * three; });
    const T* b = p.b[t];
#pragma GCC unroll 2
    for (int64_t k = 0; k < p.k; ++k) {
      Vec<T> row[V];
      unrolled<V>([&](auto j) LAMELLA_INLINE_BODY { row[j] = load(b + j * lanes<T>); });
      unrolled<R>([&](auto i) LAMELLA_INLINE_BODY {
        const Vec<T> factor = splat(a[i / 3][i % 3 * p.a_row]);
        unrolled<V>([&](auto j) LAMELLA_INLINE_BODY { sum[i][j] = mul_add(factor, row[j], sum[i][j]); });
      });
      unrolled<kGroups>([&](auto g) LAMELLA_INLINE_BODY { a[g] += p.a_k; });
      b += p.b_row;
      if constexpr (V > 1) {  // else the loads bound the tile
        __builtin_prefetch(ahead);
        ahead += p.ahead_step;
      }
    }
  }
  tile_end<T, R, V>(p, sum);
}

template <class T, int V, int... I>
LAMELLA_INLINE void brgemm_by_rows(const Brgemm<T>& p, Numbers<I...>) {
  static constexpr void (*kTiles[])(const Brgemm<T>&) = {brgemm_tile<T, I + 1, V>...};
  kTiles[p.rows - 1](p);
}

template <class T>
void brgemm(const Brgemm<T>& p) {
  using Rows = typename NumbersBelow<kTileRows>::type;
  if (p.cols > lanes<T>)
    brgemm_by_rows<T, 2>(p, Rows{});
  else
    brgemm_by_rows<T, 1>(p, Rows{});
}

// In the pieces that all products cut their sums into.
template <class T>
constexpr int64_t kPieceDepth = kPanelPieceBytes / (kPanel<T> * int64_t{sizeof(T)});

template <class T, int P>
void row_panels(const RowProduct<T>& p) {
  constexpr int kVectors = kPanelVectors;
  const int64_t last = p.cols - (P - 1) * kPanel<T>;  // columns of the last panel
  const auto for_vectors = [&](auto body) LAMELLA_INLINE_BODY {
    unrolled<(P - 1) * kVectors>([&](auto j) LAMELLA_INLINE_BODY { body(j, Whole{}); });
    unrolled<kVectors>([&](auto v) LAMELLA_INLINE_BODY {
      constexpr Number<(P - 1) * kVectors + decltype(v)::value> j{};
      const int64_t left = last - v * lanes<T>;
      if (left >= lanes<T>)
        body(j, Whole{});
      else if (left > 0)
        body(j, Part{left});
    });
  };
  Vec<T> sum[P * kVectors] = {};
  if (p.bias)
    for_vectors([&](auto j, auto span) LAMELLA_INLINE_BODY { sum[j] = load(p.bias + j * lanes<T>, span); });
  Vec<T> total[P * kVectors];
  for (int64_t piece = 0; piece < p.k || piece == 0; piece += kPieceDepth<T>) {
    const int64_t end = p.k - piece < kPieceDepth<T> ? p.k : piece + kPieceDepth<T>;
    for (int64_t k = piece; k < end; ++k) {
      const Vec<T> factor = splat(p.a[k]);
      const T* b = p.b + k * p.b_row;
      unrolled<P * kVectors>([&](auto j) LAMELLA_INLINE_BODY {
        const T* row = b + j / kVectors * p.panel_step + j % kVectors * lanes<T>;
        sum[j] = mul_add(factor, load(row), sum[j]);
      });
    }
    unrolled<P * kVectors>([&](auto j) LAMELLA_INLINE_BODY {
      total[j] = piece > 0 ? total[j] + sum[j] : sum[j];
      sum[j] = Vec<T>{};
    });
  }
  for_vectors([&](auto j, auto span) LAMELLA_INLINE_BODY { store(p.c + j * lanes<T>, total[j], span); });
}

template <class T, int... I>
LAMELLA_INLINE void row_by_panels(const RowProduct<T>& p, Numbers<I...>) {
  static constexpr void (*kProducts[])(const RowProduct<T>&) = {row_panels<T, I + 1>...};
  kProducts[(p.cols - 1) / kPanel<T>](p);
}

template <class T>
void row_product(const RowProduct<T>& p) {
  row_by_panels<T>(p, typename NumbersBelow<kRowPanels>::type{});
}

template <class T>
void pack_panel(int64_t k, int64_t cols, const T* b, int64_t ldb, T* out) {
  for (int64_t kk = 0; kk < k; ++kk) {
    for (int v = 0; v < kPanelVectors; ++v) {
      const int64_t left = cols - v * lanes<T>;
      const T* from = b + kk * ldb + v * lanes<T>;
      T* to = out + kk * kPanel<T> + v * lanes<T>;
      if (left >= lanes<T>)
        store(to, load(from));
      else if (left > 0)
        store(to, load(from, Part{left}));
      else
        store(to, Vec<T>{});
    }
  }
}

template <class T>
void pack_panel_transposed(int64_t k, int64_t cols, const T* b, int64_t ldb, T* out) {
  const int64_t whole_cols = cols - cols % lanes<T>;
  for (int64_t j = 0; j < whole_cols; j += lanes<T>) {
    int64_t kk = 0;
    for (; kk + kPiece<T> <= k; kk += kPiece<T>)
      rows_to_columns(b + j * ldb + kk, ldb, out + kk * kPanel<T> + j, kPanel<T>);
    for (; kk < k; ++kk)
      for (int64_t l = j; l < j + lanes<T>; ++l) out[kk * kPanel<T> + l] = b[l * ldb + kk];
  }
  if (whole_cols == kPanel<T>) return;
  for (int64_t kk = 0; kk < k; ++kk) {
    T* to = out + kk * kPanel<T>;
    for (int64_t j = whole_cols; j < cols; ++j) to[j] = b[j * ldb + kk];
    for (int64_t j = cols; j < kPanel<T>; ++j) to[j] = 0;
  }
}

// V vectors of columns.
template <Activation A, int V, class T>
void gradient_panel(const DenseGradientPanel<T>& p) {
  const auto total =
      sum_terms<T, V>(p.rows, [&](int64_t begin, int64_t end, Sums<T, V>& sums) LAMELLA_INLINE_BODY {
        for (int64_t i = begin; i < end; ++i) {
          for_panel_vectors<T, V>(p.cols, [&](int j, auto span) {
            const int64_t at = i * p.ld + j * lanes<T>;
            Vec<T> dz = load(p.dy + at, span);
            if constexpr (A != Activation::linear)
              dz = activation_gradient<A, T>(load(p.y + at, span), dz, {p.alpha});
            if (A != Activation::linear || p.dz != p.dy) store(p.dz + at, dz, span);
            sums.of[j] += dz;
            if (p.packed) store(p.packed + i * kPanel<T> + j * lanes<T>, fill_beyond(dz, span, T(0)));
          });
          if (p.packed)
            for (int j = V; j < kPanelVectors; ++j) store(p.packed + i * kPanel<T> + j * lanes<T>, Vec<T>{});
        }
      });
  if (p.bias_gradient)
    for_panel_vectors<T, V>(
        p.cols, [&](int j, auto span) { store(p.bias_gradient + j * lanes<T>, total.of[j], span); });
}

template <class T>
void dense_gradient_panel(const DenseGradientPanel<T>& p) {
  with_fused_activation(p.activation, [&](auto k) {
    if (p.cols > lanes<T>)
      gradient_panel<decltype(k)::value, 2>(p);
    else
      gradient_panel<decltype(k)::value, 1>(p);
  });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
