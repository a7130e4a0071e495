// Winograd's F(2x2, 3x3): 2x2 outputs of a 3x3 correlation with 16 products a channel instead of 36. Lavin &
// Gray, "Fast Algorithms for Convolutional Neural Networks" (arXiv 1509.09308): Y = A' [(G g G') (B' d B)] A.
#pragma once
#include "kernels/activation.inl"
#include "kernels/gemm.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// store_at(i, j, ...) for the Out x Out results of a transform of the In x In vectors load_at(i, j): of their
// columns, then of the rows of what came of these.
template <int In, int Out, class T, class Load, class Transform, class Store>
LAMELLA_INLINE void transform_both_ways(Load load_at, Transform transform, Store store_at) {
  Vec<T> columns[In][Out];
  unrolled<In>([&](auto j) LAMELLA_INLINE_BODY {
    Vec<T> column[In];
    unrolled<In>([&](auto i) LAMELLA_INLINE_BODY { column[i] = load_at(i, j); });
    transform(column, columns[j]);
  });
  unrolled<Out>([&](auto i) LAMELLA_INLINE_BODY {
    Vec<T> row[In], result[Out];
    unrolled<In>([&](auto j) LAMELLA_INLINE_BODY { row[j] = columns[j][i]; });
    transform(row, result);
    unrolled<Out>([&](auto j) LAMELLA_INLINE_BODY { store_at(i, j, result[j]); });
  });
}

// B' d B of 4x4 pixels.
template <class T>
void winograd_input(int64_t channels, const T* const* pixels, int64_t step, T* out) {
  const auto differences = [](const Vec<T>(&d)[4], Vec<T>(&t)[4]) LAMELLA_INLINE_BODY {
    t[0] = d[0] - d[2];
    t[1] = d[1] + d[2];
    t[2] = d[2] - d[1];
    t[3] = d[1] - d[3];
  };
  for_each_vector<T>(channels, [&](int64_t c, auto span) LAMELLA_INLINE_BODY {
    transform_both_ways<4, 4, T>(
        [&](auto i, auto j) LAMELLA_INLINE_BODY { return load(pixels[4 * i + j] + c, span); }, differences,
        [&](auto i, auto j, Vec<T> v) LAMELLA_INLINE_BODY { store(out + (4 * i + j) * step + c, v, span); });
  });
}

// G g G' of 3x3 taps.
template <class T>
void winograd_kernel(int64_t n, const T* taps, int64_t tap_step, T* out, int64_t step) {
  const auto halves = [](const Vec<T>(&g)[3], Vec<T>(&t)[4]) LAMELLA_INLINE_BODY {
    const Vec<T> ends = (g[0] + g[2]) * T(0.5), middle = g[1] * T(0.5);
    t[0] = g[0];
    t[1] = ends + middle;
    t[2] = ends - middle;
    t[3] = g[2];
  };
  for_each_vector<T>(n, [&](int64_t at, auto span) LAMELLA_INLINE_BODY {
    transform_both_ways<3, 4, T>(
        [&](auto i, auto j) LAMELLA_INLINE_BODY { return load(taps + (3 * i + j) * tap_step + at, span); },
        halves,
        [&](auto i, auto j, Vec<T> v) LAMELLA_INLINE_BODY { store(out + (4 * i + j) * step + at, v, span); });
  });
}

// A' m A of 4x4 products: 2x2 outputs.
template <Activation A, class T>
void winograd_output_of(const WinogradOutput<T>& p) {
  const auto sums = [](const Vec<T>(&m)[4], Vec<T>(&s)[2]) LAMELLA_INLINE_BODY {
    s[0] = m[0] + m[1] + m[2];
    s[1] = m[1] - m[2] - m[3];
  };
  for (int64_t tile = 0; tile < p.tiles; ++tile) {
    T* const* y = p.y + 4 * tile;
    for_each_vector<T>(p.cols, [&](int64_t c, auto span) LAMELLA_INLINE_BODY {
      const T* products = p.products + tile * kPanel<T> + c;
      const Vec<T> bias = p.bias ? load(p.bias + c, span) : Vec<T>{};
      transform_both_ways<4, 2, T>(
          [&](auto i, auto j) LAMELLA_INLINE_BODY { return load(products + (4 * i + j) * p.step); }, sums,
          [&](auto i, auto j, Vec<T> v) LAMELLA_INLINE_BODY {
            T* to = y[2 * i + j];
            if (to) store(to + c, activate<A, T>(v + bias, {p.alpha}), span);
          });
    });
  }
}

template <class T>
void winograd_output(const WinogradOutput<T>& p) {
  with_fused_activation(p.activation, [&](auto k) { winograd_output_of<decltype(k)::value>(p); });
}

// The kernel's gradient is F(3x3, 2x2) on the same tiles, with the outputs' gradients in the part of the
// kernel.
template <class T>
void winograd_output_gradient(int64_t n, const T* const* pixels, int64_t step, T* out) {
  const auto halves = [](const Vec<T>(&g)[2], Vec<T>(&t)[4]) LAMELLA_INLINE_BODY {
    t[0] = g[0];
    t[1] = (g[0] + g[1]) * T(0.5);
    t[2] = (g[0] - g[1]) * T(0.5);
    t[3] = g[1];
  };
  for_each_vector<T>(n, [&](int64_t c, auto span) LAMELLA_INLINE_BODY {
    transform_both_ways<2, 4, T>(
        [&](auto i, auto j) LAMELLA_INLINE_BODY { return load(pixels[2 * i + j] + c, span); }, halves,
        [&](auto i, auto j, Vec<T> v) LAMELLA_INLINE_BODY { store(out + (4 * i + j) * step + c, v, span); });
  });
}

template <class T>
void winograd_kernel_gradient(const WinogradGradient<T>& p) {
  const auto sums = [](const Vec<T>(&m)[4], Vec<T>(&s)[3]) LAMELLA_INLINE_BODY {
    s[0] = m[0] + m[1] + m[2];
    s[1] = m[1] - m[2];
    s[2] = m[1] + m[2] - m[3];
  };
  for_each_vector<T>(p.cols, [&](int64_t c, auto span) LAMELLA_INLINE_BODY {
    transform_both_ways<4, 3, T>(
        [&](auto i, auto j) LAMELLA_INLINE_BODY {
          Vec<T> sum{};
          for (int64_t slice = 0; slice < p.slices; ++slice)
            sum += load(p.products + slice * p.slice_step + (4 * i + j) * p.step + c);
          return sum;
        },
        sums,
        [&](auto i, auto j, Vec<T> v)
            LAMELLA_INLINE_BODY { store(p.gradient + (3 * i + j) * p.tap_step + c, v, span); });
  });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
