// Depthwise convolution of a run of pixels: each channel with taps of its own.
#pragma once
#include "kernels/gemm.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// The taps of a run, as lists of where they lie in x and in the kernel: kMostTaps of them at a time.
struct DepthwiseTaps {
  static constexpr int64_t kMostTaps = 32;
  int64_t count = 0;
  int64_t x[kMostTaps], kernel[kMostTaps];
};

// body(taps, whether they are the first ones).
template <class T, class Body>
LAMELLA_INLINE void for_each_tap_list(const DepthwiseRun<T>& p, Body body) {
  DepthwiseTaps taps;
  bool first = true;
  const auto flush = [&]() LAMELLA_INLINE_BODY {
    body(taps, first);
    taps.count = 0;
    first = false;
  };
  for (int64_t d = 0; d < p.taps[0]; ++d)
    for (int64_t h = 0; h < p.taps[1]; ++h)
      for (int64_t w = 0; w < p.taps[2]; ++w) {
        if (taps.count == DepthwiseTaps::kMostTaps) flush();
        taps.x[taps.count] = d * p.x_tap[0] + h * p.x_tap[1] + w * p.x_tap[2];
        taps.kernel[taps.count++] = d * p.kernel_tap[0] + h * p.kernel_tap[1] + w * p.kernel_tap[2];
      }
  if (taps.count > 0 || first) flush();
}

// P pixels at a time share the loads of the kernel.
template <int P, class T, class Span>
LAMELLA_INLINE void depthwise_pixels(const DepthwiseRun<T>& p, const DepthwiseTaps& taps, bool first,
                                     int64_t pixel, int64_t c, Span span) {
  Vec<T> sum[P];
  T* y = p.y + pixel * p.y_step + c;
  if (first) {
    const Vec<T> bias = p.bias ? load(p.bias + c, span) : Vec<T>{};
    unrolled<P>([&](auto i) LAMELLA_INLINE_BODY { sum[i] = bias; });
  } else {
    unrolled<P>([&](auto i) LAMELLA_INLINE_BODY { sum[i] = load(y + i * p.y_step, span); });
  }
  const T* x = p.x + pixel * p.x_step + c;
  for (int64_t k = 0; k < taps.count; ++k) {
    const Vec<T> factor = load(p.kernel + taps.kernel[k] + c, span);
    const T* at = x + taps.x[k];
    unrolled<P>([&](auto i)
                    LAMELLA_INLINE_BODY { sum[i] = mul_add(load(at + i * p.x_step, span), factor, sum[i]); });
  }
  unrolled<P>([&](auto i) LAMELLA_INLINE_BODY { store(y + i * p.y_step, sum[i], span); });
}

// Pixels to come, in the rows of taps that the row of outputs before did not see: too many streams at once
// for the machine to foresee them.
template <class T>
LAMELLA_INLINE void prefetch_new_rows(const DepthwiseRun<T>& p, const DepthwiseTaps& taps, int64_t pixel,
                                      int64_t pixels) {
  constexpr int kLine = 64 / static_cast<int>(sizeof(T));
  if (taps.count == 0) return;  // all of the window lies outside of the picture
  const T* last = p.x + taps.x[taps.count - 1] + pixel * p.x_step;
  const int64_t stride = p.x_step / p.channels;
  for (int64_t row = 0; row < stride && row < p.taps[1]; ++row)
    for (int64_t i = 0; i < pixels * p.x_step; i += kLine) __builtin_prefetch(last - row * p.x_tap[1] + i);
}

template <class T>
LAMELLA_INLINE void prefetch_outputs(const DepthwiseRun<T>& p, int64_t pixel, int64_t pixels) {
  constexpr int kLine = 64 / static_cast<int>(sizeof(T));
  for (int64_t i = 0; i < pixels * p.y_step; i += kLine) __builtin_prefetch(p.y + pixel * p.y_step + i);
}

// Some pixels with all their channels at a time: channel by channel down a row, lines far apart would push
// each other out of the cache.
template <class T>
void depthwise(const DepthwiseRun<T>& p) {
  constexpr int kPixels = 4;
  const auto all_channels = [&](const DepthwiseTaps& taps, bool first, int64_t pixel,
                                auto pixels) LAMELLA_INLINE_BODY {
    for_each_vector<T>(p.channels, [&](int64_t c, auto span) LAMELLA_INLINE_BODY {
      depthwise_pixels<decltype(pixels)::value>(p, taps, first, pixel, c, span);
    });
  };
  for_each_tap_list<T>(p, [&](const DepthwiseTaps& taps, bool first) LAMELLA_INLINE_BODY {
    int64_t pixel = 0;
    for (; pixel + kPixels <= p.pixels; pixel += kPixels) {
      prefetch_new_rows(p, taps, pixel + 2 * kPixels, kPixels);
      all_channels(taps, first, pixel, Number<kPixels>{});
    }
    if (p.pixels - pixel == 3) all_channels(taps, first, pixel, Number<3>{});
    if (p.pixels - pixel == 2) all_channels(taps, first, pixel, Number<2>{});
    if (p.pixels - pixel == 1) all_channels(taps, first, pixel, Number<1>{});
  });
}

// The gradients of K taps over some pixels: each dy is loaded once for all of them.
template <int K, class T, class Span>
LAMELLA_INLINE void depthwise_gradients(const DepthwiseRun<T>& p, const DepthwiseTaps& taps, int64_t tap,
                                        int64_t pixel, int64_t pixels, int64_t c, Span span, T* gradient) {
  Vec<T> sum[K] = {};
  for (int64_t i = pixel; i < pixel + pixels; ++i) {
    const Vec<T> dy = load(p.y + i * p.y_step + c, span);
    const T* x = p.x + i * p.x_step + c;
    unrolled<K>([&](auto k)
                    LAMELLA_INLINE_BODY { sum[k] = mul_add(load(x + taps.x[tap + k], span), dy, sum[k]); });
  }
  unrolled<K>([&](auto k) LAMELLA_INLINE_BODY {
    T* to = gradient + taps.kernel[tap + k] + c;
    store(to, load(to, span) + sum[k], span);
  });
}

template <class T>
void depthwise_kernel_gradient(const DepthwiseRun<T>& p, T* gradient) {
  constexpr int64_t kPixels = 16;
  for_each_tap_list<T>(p, [&](const DepthwiseTaps& taps, bool) LAMELLA_INLINE_BODY {
    for (int64_t pixel = 0; pixel < p.pixels; pixel += kPixels) {
      const int64_t pixels = p.pixels - pixel < kPixels ? p.pixels - pixel : kPixels;
      prefetch_new_rows(p, taps, pixel + kPixels, kPixels);
      prefetch_outputs(p, pixel + kPixels, kPixels);
      for_each_vector<T>(p.channels, [&](int64_t c, auto span) LAMELLA_INLINE_BODY {
        int64_t tap = 0;
        for (; tap + 9 <= taps.count; tap += 9)
          depthwise_gradients<9>(p, taps, tap, pixel, pixels, c, span, gradient);
        for (; tap + 3 <= taps.count; tap += 3)
          depthwise_gradients<3>(p, taps, tap, pixel, pixels, c, span, gradient);
        for (; tap < taps.count; ++tap)
          depthwise_gradients<1>(p, taps, tap, pixel, pixels, c, span, gradient);
      });
    }
  });
}

// --- whole rows: a pixel of x is loaded once for all outputs that see it ---

// The pixels of x that some outputs see: those from `begin` to `end` lie inside, counted from the first one.
struct RowPixels {
  int64_t first, begin, end;

  template <class T>
  RowPixels(const DepthwiseRow<T>& p, int64_t output, int64_t outputs)
      : first(output * p.stride - p.before),
        begin(first < 0 ? -first : 0),
        end((outputs - 1) * p.stride + p.run.taps[2]) {
    if (end > p.inputs - first) end = p.inputs - first;
  }
};

// body(output, tap) for the outputs of P that see pixel j through one of W taps, S pixels apart.
template <int P, int W, int S, class J, class Body>
LAMELLA_INLINE void for_each_sight(J, Body body) {
  unrolled<W>([&](auto w) LAMELLA_INLINE_BODY {
    constexpr int ahead = J::value - decltype(w)::value;
    if constexpr (ahead >= 0 && ahead % S == 0 && ahead / S < P) body(Number<ahead / S>{}, w);
  });
}

template <int P, int W, int S, bool Whole, class T, class Span>
LAMELLA_INLINE void depthwise_row_outputs(const DepthwiseRow<T>& row, const DepthwiseTaps& taps, bool first,
                                          int64_t output, int64_t outputs, int64_t c, Span span) {
  const DepthwiseRun<T>& p = row.run;
  const RowPixels pixels(row, output, outputs);
  const auto wanted = [&](auto i) { return Whole || i < outputs; };
  Vec<T> sum[P];
  T* y = p.y + output * p.y_step + c;
  const Vec<T> bias = first && p.bias ? load(p.bias + c, span) : Vec<T>{};
  unrolled<P>([&](auto i) LAMELLA_INLINE_BODY {
    sum[i] = first || !wanted(i) ? bias : load(y + i * p.y_step, span);
  });
  for (int64_t k = 0; k < taps.count; ++k) {
    const T* x = p.x + taps.x[k] + pixels.first * p.x_tap[2] + c;
    Vec<T> factor[W];
    unrolled<W>([&](auto w) LAMELLA_INLINE_BODY {
      factor[w] = load(p.kernel + taps.kernel[k] + w * p.kernel_tap[2] + c, span);
    });
    unrolled<(P - 1) * S + W>([&](auto j) LAMELLA_INLINE_BODY {
      if (!Whole && !(pixels.begin <= j && j < pixels.end)) return;
      const Vec<T> pixel = load(x + j * p.x_tap[2], span);
      for_each_sight<P, W, S>(
          j, [&](auto i, auto w) LAMELLA_INLINE_BODY { sum[i] = mul_add(pixel, factor[w], sum[i]); });
    });
  }
  unrolled<P>([&](auto i) LAMELLA_INLINE_BODY {
    if (wanted(i)) store(y + i * p.y_step, sum[i], span);
  });
}

// body(output, outputs, whether all of them and all their taps are there) for P outputs of the row
// at a time.
template <int P, int W, int S, class T, class Body>
LAMELLA_INLINE void for_each_part_of_row(const DepthwiseRow<T>& row, Body body) {
  const int64_t end = row.run.pixels;
  for (int64_t output = 0; output < end; output += P) {
    const int64_t outputs = end - output < P ? end - output : P;
    const RowPixels pixels(row, output, outputs);
    if (outputs == P && pixels.begin == 0 && pixels.end == (P - 1) * S + W) {
      body(output, outputs, Number<1>{});
    } else {
      body(output, outputs, Number<0>{});
    }
  }
}

// The rows of taps, each by its first tap.
template <class T>
LAMELLA_INLINE DepthwiseRun<T> first_taps(DepthwiseRun<T> p) {
  p.taps[2] = 1;
  return p;
}

template <int W, int S, class T>
LAMELLA_INLINE void depthwise_row_of(const DepthwiseRow<T>& row) {
  constexpr int P = 8;
  const DepthwiseRun<T> p = first_taps(row.run);
  for_each_tap_list<T>(p, [&](const DepthwiseTaps& taps, bool first) LAMELLA_INLINE_BODY {
    for_each_part_of_row<P, W, S>(row, [&](int64_t output, int64_t outputs, auto whole) LAMELLA_INLINE_BODY {
      prefetch_new_rows(p, taps, output + P, P);
      for_each_vector<T>(p.channels, [&](int64_t c, auto span) LAMELLA_INLINE_BODY {
        depthwise_row_outputs<P, W, S, decltype(whole)::value>(row, taps, first, output, outputs, c, span);
      });
    });
  });
}

// The gradients of a row of W taps over a few outputs, one by one.
template <int W, int S, class T, class Span>
LAMELLA_INLINE void depthwise_few_gradients(const DepthwiseRowPart<T>& part, const T* x, int64_t c, Span span,
                                            T* gradient) {
  const DepthwiseRun<T>& p = part.row.run;
  for (int64_t i = part.begin; i < part.end; ++i) {
    const Vec<T> dy = load(p.y + i * p.y_step + c, span);
    for (int64_t w = 0; w < W; ++w) {
      const int64_t pixel = i * S + w - part.row.before;
      if (pixel < 0 || pixel >= part.row.inputs) continue;
      T* to = gradient + w * p.kernel_tap[2] + c;
      store(to, mul_add(load(x + pixel * p.x_tap[2] + c, span), dy, load(to, span)), span);
    }
  }
}

// Outputs before one that see the S pixels it begins with.
template <int W, int S>
constexpr int kEarlierOutputs = (W - 1) / S;

// The gradients of H rows of W taps over kEarlierOutputs or more. Pixels pass by one after the other, each
// loaded once, past the dy of the outputs that see it. What comes next is fetched bit by bit, in between the
// arithmetic: many lines at once would have to wait for each other.
template <int W, int S, int H, class T, class Span>
LAMELLA_INLINE void depthwise_row_gradients(const DepthwiseRowPart<T>& part, const DepthwiseTaps& taps,
                                            int64_t tap, int64_t c, Span span, T* gradient) {
  const DepthwiseRow<T>& row = part.row;
  const DepthwiseRun<T>& p = row.run;
  constexpr int kEarlier = kEarlierOutputs<W, S>;
  Vec<T> sum[H][W] = {}, dy[kEarlier + 1] = {};
  const T* y = p.y + part.begin * p.y_step + c;
  const T* x[H];
  unrolled<H>([&](auto h) LAMELLA_INLINE_BODY {
    x[h] = p.x + taps.x[tap + h] + (part.begin * S - row.before) * p.x_tap[2] + c;
  });
  const int64_t x_ahead = tap + H > taps.count - S ? part.x_ahead : 0;  // the row before saw the other ones
  // The S pixels that output i begins with, for the outputs from Latest to Earliest before it.
  const auto add_pixels = [&](auto latest, auto earliest, auto checked, int64_t i) LAMELLA_INLINE_BODY {
    constexpr int kLatest = decltype(latest)::value, kEarliest = decltype(earliest)::value;
    unrolled<kEarlier>([&](auto m) LAMELLA_INLINE_BODY { dy[kEarlier - m] = dy[kEarlier - m - 1]; });
    if constexpr (kLatest == 0) {
      dy[0] = load(y, span);
      __builtin_prefetch(y + part.y_ahead);
      y += p.y_step;
    }
    unrolled<S>([&](auto s) LAMELLA_INLINE_BODY {
      const int64_t pixel = i * S + s - row.before;
      const bool inside = !decltype(checked)::value || (pixel >= 0 && pixel < row.inputs);
      unrolled<H>([&](auto h) LAMELLA_INLINE_BODY {
        if (inside) {
          const Vec<T> value = load(x[h], span);
          unrolled<kEarlier + 1>([&](auto m) LAMELLA_INLINE_BODY {
            constexpr int before = decltype(m)::value, w = decltype(s)::value + S * before;
            if constexpr (w < W && before >= kLatest && before <= kEarliest)
              sum[h][w] = mul_add(value, dy[m], sum[h][w]);
          });
        }
        if constexpr (decltype(h)::value >= H - S) __builtin_prefetch(x[h] + x_ahead);
        x[h] += p.x_tap[2];
      });
    });
  };
  const Number<0> none, unchecked;
  const Number<1> check;
  const Number<kEarlier> all;
  const int64_t whole = (row.inputs + row.before) / S;  // outputs the first S pixels of which lie inside
  int64_t i = part.begin;
  unrolled<kEarlier>([&](auto k) LAMELLA_INLINE_BODY { add_pixels(none, k, check, i++); });
  for (; i < part.end && i * S < row.before; ++i) add_pixels(none, all, check, i);
  for (; i < part.end && i < whole; ++i) add_pixels(none, all, unchecked, i);
  for (; i < part.end; ++i) add_pixels(none, all, check, i);
  unrolled<kEarlier>(
      [&](auto k) LAMELLA_INLINE_BODY { add_pixels(Number<decltype(k)::value + 1>{}, all, check, i++); });
  unrolled<H>([&](auto h) LAMELLA_INLINE_BODY {
    unrolled<W>([&](auto w) LAMELLA_INLINE_BODY {
      T* to = gradient + taps.kernel[tap + h] + w * p.kernel_tap[2] + c;
      store(to, load(to, span) + sum[h][w], span);
    });
  });
}

template <int W, int S, class T>
LAMELLA_INLINE void depthwise_row_kernel_gradient_of(const DepthwiseRowPart<T>& part, T* gradient) {
  constexpr int kRows = W == 5 ? 2 : 3;
  for_each_tap_list<T>(first_taps(part.row.run), [&](const DepthwiseTaps& taps, bool) LAMELLA_INLINE_BODY {
    for_each_vector<T>(part.row.run.channels, [&](int64_t c, auto span) LAMELLA_INLINE_BODY {
      int64_t tap = 0;
      if (part.end - part.begin < kEarlierOutputs<W, S>) {
        for (; tap < taps.count; ++tap)
          depthwise_few_gradients<W, S>(part, part.row.run.x + taps.x[tap], c, span,
                                        gradient + taps.kernel[tap]);
      }
      for (; tap + kRows <= taps.count; tap += kRows)
        depthwise_row_gradients<W, S, kRows>(part, taps, tap, c, span, gradient);
      for (; tap < taps.count; ++tap) depthwise_row_gradients<W, S, 1>(part, taps, tap, c, span, gradient);
    });
  });
}

// body(taps, stride) with both as constants.
template <class T, class Body>
LAMELLA_INLINE void with_taps_and_stride(const DepthwiseRow<T>& p, Body body) {
  if constexpr (DepthwiseRow<T>::kAny) {
    if (p.run.taps[2] == 2) return body(Number<2>{}, Number<1>{});
    if (p.run.taps[2] == 3 && p.stride == 1) return body(Number<3>{}, Number<1>{});
    if (p.run.taps[2] == 3) return body(Number<3>{}, Number<2>{});
    if (p.stride == 1) return body(Number<5>{}, Number<1>{});
    return body(Number<5>{}, Number<2>{});
  }
}

template <class T>
void depthwise_row(const DepthwiseRow<T>& p) {
  with_taps_and_stride(p, [&](auto taps, auto stride) LAMELLA_INLINE_BODY {
    depthwise_row_of<decltype(taps)::value, decltype(stride)::value>(p);
  });
}

template <class T>
void depthwise_row_kernel_gradient(const DepthwiseRowPart<T>& p, T* gradient) {
  with_taps_and_stride(p.row, [&](auto taps, auto stride) LAMELLA_INLINE_BODY {
    depthwise_row_kernel_gradient_of<decltype(taps)::value, decltype(stride)::value>(p, gradient);
  });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
