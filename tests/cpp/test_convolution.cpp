// The kernels of pooling, depthwise convolution and Winograd's algorithm against plain loops.
#include "kernel_test.h"

namespace lamella::testing {
namespace {

using kernels::DepthwiseRow;
using kernels::DepthwiseRun;
using kernels::PoolRun;

// A run over a picture of 12 rows of 40 pixels: its taps are given, its pixels lie two apart.
struct Window {
  int64_t taps[3];
  int64_t pixels;
};
const std::vector<Window> kWindows = {
    {{1, 1, 1}, 1}, {{1, 2, 2}, 9}, {{1, 3, 3}, 4}, {{2, 3, 4}, 7}, {{2, 5, 8}, 3}};
constexpr int64_t kPictureRow = 40, kPicturePixels = 12 * 40, kStep = 2;

int64_t offset(const Window& w, int64_t tap) {
  const int64_t d = tap / (w.taps[1] * w.taps[2]), h = tap / w.taps[2] % w.taps[1], x = tap % w.taps[2];
  return 5 * d * kPictureRow + h * kPictureRow + x;  // in pixels
}
int64_t taps_of(const Window& w) { return w.taps[0] * w.taps[1] * w.taps[2]; }

template <class Body>
void for_each_window(Body body) {
  for (const Window& w : kWindows)
    for (int64_t channels : kColumns) body(w, channels);
}

template <class T>
PoolRun<T> pool_run(const Window& w, int64_t channels, const std::vector<T>& x, std::vector<T>& y) {
  return {.pixels = w.pixels,
          .channels = channels,
          .x_step = kStep * channels,
          .taps = {w.taps[0], w.taps[1], w.taps[2]},
          .tap_step = {5 * kPictureRow * channels, kPictureRow * channels, channels},
          .x = x.data(),
          .y = y.data(),
          .dy = nullptr,
          .dx = nullptr,
          .add = true};
}

TEST(pooling) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for_each_window([&](const Window& w, int64_t channels) {
      const auto x = random_values<T>(kPicturePixels * channels), dy = random_values<T>(w.pixels * channels);
      std::vector<T> most(w.pixels * channels), mean(most);
      std::vector<T> most_dx(x.size(), T(1)), mean_dx(x.size(), T(1));
      std::vector<double> most_expected(x.size(), 1), mean_expected(x.size(), 1);
      PoolRun<T> run = pool_run(w, channels, x, most);
      all.table<T>().max_pool_forward(run);
      run.dy = dy.data();
      run.dx = most_dx.data();
      all.table<T>().max_pool_backward(run);
      run.y = mean.data();
      all.table<T>().mean_pool_forward(run);
      run.dx = mean_dx.data();
      all.table<T>().mean_pool_backward(run);
      for (int64_t i = 0; i < w.pixels * channels; ++i) {
        const int64_t first = i / channels * kStep * channels + i % channels;
        double sum = 0;
        int64_t best = 0;
        for (int64_t tap = 0; tap < taps_of(w); ++tap) {
          const int64_t at = first + offset(w, tap) * channels;
          sum += x[at];
          if (x[at] > x[first + offset(w, best) * channels]) best = tap;
          mean_expected[at] += double(dy[i]) / double(taps_of(w));
        }
        CHECK(most[i] == x[first + offset(w, best) * channels]);
        CHECK_CLOSE(mean[i], sum / double(taps_of(w)), kTolerance<T>);
        most_expected[first + offset(w, best) * channels] += dy[i];
      }
      for (size_t i = 0; i < x.size(); ++i) {
        CHECK_CLOSE(most_dx[i], most_expected[i], kTolerance<T>);
        CHECK_CLOSE(mean_dx[i], mean_expected[i], kTolerance<T>);
      }
    });
  });
}

TEST(depthwise_convolution) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for_each_window([&](const Window& w, int64_t channels) {
      const auto x = random_values<T>(kPicturePixels * channels), bias = random_values<T>(channels);
      const auto kernel = random_values<T>(taps_of(w) * channels, -1, 1, 2);
      std::vector<T> y(w.pixels * channels), gradient(kernel.size(), T(1));
      const DepthwiseRun<T> run{
          .pixels = w.pixels,
          .channels = channels,
          .x_step = kStep * channels,
          .y_step = channels,
          .taps = {w.taps[0], w.taps[1], w.taps[2]},
          .x_tap = {5 * kPictureRow * channels, kPictureRow * channels, channels},
          .kernel_tap = {w.taps[1] * w.taps[2] * channels, w.taps[2] * channels, channels},
          .x = x.data(),
          .kernel = kernel.data(),
          .bias = bias.data(),
          .y = y.data()};
      all.table<T>().depthwise(run);
      all.table<T>().depthwise_kernel_gradient(run, gradient.data());
      std::vector<double> expected(kernel.size(), 1);
      for (int64_t i = 0; i < w.pixels * channels; ++i) {
        const int64_t c = i % channels, first = i / channels * kStep * channels + c;
        double sum = bias[c];
        for (int64_t tap = 0; tap < taps_of(w); ++tap) {
          const double pixel = x[first + offset(w, tap) * channels];
          sum += pixel * kernel[tap * channels + c];
          expected[tap * channels + c] += pixel * y[i];
        }
        CHECK_CLOSE(y[i], sum, kTolerance<T>);
      }
      for (size_t i = 0; i < kernel.size(); ++i) CHECK_CLOSE(gradient[i], expected[i], 2 * kTolerance<T>);
    });
  });
}

// body(taps, stride, inputs, before, outputs, channels) for rows of all kinds, their taps inside or outside.
template <class Body>
void for_each_row(Body body) {
  for (int64_t taps : {2, 3, 5})
    for (int64_t stride : {1, 2})
      for (int64_t inputs : {1, 2, 9, 23})
        for (int64_t before : {-1, 0, 1, 4})
          for (int64_t outputs : {1, 8, 19})
            for (int64_t channels : {1, 16, 21}) body(taps, stride, inputs, before, outputs, channels);
}

// Three rows of taps, a row of pixels apart; the gradient in two parts.
TEST(depthwise_rows) {
  constexpr int64_t rows = 3;
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for_each_row(
        [&](int64_t taps, int64_t stride, int64_t inputs, int64_t before, int64_t outputs, int64_t channels) {
          const auto x = random_values<T>(rows * inputs * channels), bias = random_values<T>(channels);
          const auto kernel = random_values<T>(rows * taps * channels, -1, 1, 2);
          std::vector<T> y(static_cast<size_t>(outputs * channels)), gradient(kernel.size(), T(1));
          const DepthwiseRow<T> row{.run = {.pixels = outputs,
                                            .channels = channels,
                                            .x_step = stride * channels,
                                            .y_step = channels,
                                            .taps = {1, rows, taps},
                                            .x_tap = {0, inputs * channels, channels},
                                            .kernel_tap = {0, taps * channels, channels},
                                            .x = x.data(),
                                            .kernel = kernel.data(),
                                            .bias = bias.data(),
                                            .y = y.data()},
                                    .inputs = inputs,
                                    .before = before,
                                    .stride = stride};
          if (!DepthwiseRow<T>::is_covered(taps, stride, 1)) return;
          all.table<T>().depthwise_row(row);
          for (const auto& [begin, end] : {std::pair{int64_t{0}, outputs / 3}, {outputs / 3, outputs}}) {
            if (begin < end)
              all.table<T>().depthwise_row_kernel_gradient({row, begin, end, 0, 0}, gradient.data());
          }
          std::vector<double> expected(kernel.size(), 1);
          for (int64_t i = 0; i < outputs * channels; ++i) {
            const int64_t c = i % channels, first = i / channels * stride - before;
            double sum = double(bias[size_t(c)]);
            for (int64_t tap = 0; tap < rows * taps; ++tap) {
              const int64_t pixel = first + tap % taps, at = (tap / taps * inputs + pixel) * channels + c;
              if (pixel < 0 || pixel >= inputs) continue;
              sum += double(x[size_t(at)]) * double(kernel[size_t(tap * channels + c)]);
              expected[size_t(tap * channels + c)] += double(x[size_t(at)]) * double(y[size_t(i)]);
            }
            CHECK_CLOSE(y[size_t(i)], sum, kTolerance<T>);
          }
          for (size_t i = 0; i < kernel.size(); ++i) CHECK_CLOSE(gradient[i], expected[i], 2 * kTolerance<T>);
        });
  });
}

// 4x4 pixels, 3x3 taps and 2x2 outputs of so many channels; a filter a channel, so that products are
// products.
TEST(winograd) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const Table<T>& table = all.table<T>();
    const int64_t panel = all.geometry<T>().panel;
    for (int64_t n = 1; n <= panel; ++n) {
      const auto d = random_values<T>(16 * n, -1, 1, 1), g = random_values<T>(9 * n, -1, 1, 2);
      const auto dy = random_values<T>(4 * n, -1, 1, 3), bias = random_values<T>(n);
      const T* pixels[16];
      const T* gradients[4];
      for (int64_t i = 0; i < 16; ++i) pixels[i] = d.data() + i * n;
      for (int64_t i = 0; i < 4; ++i) gradients[i] = dy.data() + i * n;
      std::vector<T> v(16 * panel), u(16 * panel), m(16 * panel), w(16 * panel);
      table.winograd_input(n, pixels, panel, v.data());
      table.winograd_kernel(n, g.data(), n, u.data(), panel);
      table.winograd_output_gradient(n, gradients, panel, w.data());
      for (int64_t i = 0; i < 16 * panel; ++i) m[i] = v[i] * u[i];
      std::vector<T> y(4 * n, T(9)), kernel_gradient(9 * n);
      T* outputs[4] = {y.data(), y.data() + n, nullptr, y.data() + 3 * n};
      table.winograd_output({.activation = Activation::relu,
                             .alpha = 0,
                             .tiles = 1,
                             .cols = n,
                             .products = m.data(),
                             .step = panel,
                             .bias = bias.data(),
                             .y = outputs});
      for (int64_t i = 0; i < 16 * panel; ++i) m[i] = v[i] * w[i];
      table.winograd_kernel_gradient({.cols = n,
                                      .slices = 1,
                                      .products = m.data(),
                                      .step = panel,
                                      .slice_step = 0,
                                      .gradient = kernel_gradient.data(),
                                      .tap_step = n});
      const auto pixel = [&](int64_t i, int64_t j, int64_t c) { return double(d[(4 * i + j) * n + c]); };
      for (int64_t c = 0; c < n; ++c) {
        for (int64_t out = 0; out < 4; ++out) {
          double sum = bias[c];
          for (int64_t tap = 0; tap < 9; ++tap)
            sum += pixel(out / 2 + tap / 3, out % 2 + tap % 3, c) * g[tap * n + c];
          CHECK_CLOSE(y[out * n + c], out == 2 ? 9.0 : std::fmax(sum, 0.0), kTolerance<T>);
        }
        for (int64_t tap = 0; tap < 9; ++tap) {
          double sum = 0;
          for (int64_t out = 0; out < 4; ++out)
            sum += pixel(out / 2 + tap / 3, out % 2 + tap % 3, c) * dy[out * n + c];
          CHECK_CLOSE(kernel_gradient[tap * n + c], sum, kTolerance<T>);
        }
      }
    }
  });
}

}  // namespace
}  // namespace lamella::testing
