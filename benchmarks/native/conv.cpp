#include "conv.h"

#include "cpu/window_axis.h"
#include "dense_layer.h"
#include "limits.h"
#include "ops/conv.h"
#include "report.h"

namespace lamella::benchmarks {

namespace {

// Pictures (height 1: signals), their size and channels; filters, size and stride of the kernel, groups.
struct ConvShape {
  int64_t pictures, height, width, channels, filters, taps, stride, groups;

  std::string text() const {
    std::string text;
    for (const int64_t size : {pictures, height, width, channels})
      text.append(text.empty() ? "" : "x").append(std::to_string(size));
    for (const int64_t number : {filters, taps}) text.append(",").append(std::to_string(number));
    text.append("/").append(std::to_string(stride));
    return groups > 1 ? text.append(",").append(std::to_string(groups)) : text;
  }
};

// Those of the workloads; then a stem, 5x5 with stride, 1x1, large pictures, signals, primes, groups, and as
// many groups as channels: depthwise.
constexpr ConvShape kShapes[] = {
    {64, 32, 32, 3, 64, 3, 1, 1},    {64, 32, 32, 64, 64, 3, 1, 1},   {64, 16, 16, 64, 128, 3, 1, 1},
    {64, 16, 16, 128, 128, 3, 1, 1}, {64, 8, 8, 128, 256, 3, 1, 1},   {64, 8, 8, 256, 256, 3, 1, 1},
    {128, 28, 28, 1, 32, 3, 1, 1},   {128, 13, 13, 32, 64, 3, 1, 1},  {16, 96, 96, 3, 64, 7, 2, 1},
    {32, 28, 28, 32, 64, 5, 2, 1},   {32, 14, 14, 256, 512, 1, 1, 1}, {32, 28, 28, 128, 64, 1, 1, 1},
    {8, 96, 96, 32, 32, 3, 1, 1},    {32, 1, 1024, 32, 64, 5, 1, 1},  {16, 1, 4096, 1, 16, 9, 2, 1},
    {7, 19, 23, 29, 31, 3, 1, 1},    {32, 16, 16, 128, 128, 3, 1, 4}, {1, 56, 56, 64, 64, 3, 1, 1},
    {32, 56, 56, 64, 64, 3, 1, 64},  {32, 56, 56, 64, 64, 3, 2, 64},  {32, 14, 14, 256, 256, 3, 1, 256},
    {32, 14, 14, 96, 96, 5, 1, 96}};

// "Same" padding.
ops::ConvGeometry geometry_of(const ConvShape& s) {
  ops::ConvGeometry g{.window = {}, .channels = s.channels, .filters = s.filters, .groups = s.groups};
  g.window.input = {1, s.height, s.width};
  g.window.taps = {1, s.height > 1 ? s.taps : 1, s.taps};
  g.window.dilation = {1, 1, 1};
  for (size_t axis = 0; axis < 3; ++axis) {
    const int64_t input = g.window.input[axis], stride = input > 1 ? s.stride : 1;
    g.window.stride[axis] = stride;
    g.window.output[axis] = ceil_div(input, stride);
    const int64_t padding = (g.window.output[axis] - 1) * stride + g.window.taps[axis] - input;
    g.window.before[axis] = std::max<int64_t>(padding, 0) / 2;
  }
  return g;
}

struct Layer {
  Layer(const ConvShape& s, int threads)
      : pool(threads),
        device{pool},
        context{cpu::op_table(), device},
        shape(s),
        g(geometry_of(s)),
        x(s.pictures * g.window.input_positions(), s.channels, 1),
        kernel(g.window.all_taps() * g.group_channels(), s.filters, 2),
        bias(1, s.filters, 3),
        y(s.pictures * g.window.output_positions(), s.filters, 4),
        dy(y.rows(), y.cols(), 5),
        dx(x.rows(), x.cols(), 6),
        kernel_gradient(kernel.rows(), kernel.cols(), 7),
        packed(op().packed_bytes(context, DType::float32, g)),
        scratch(std::max({op().transposed_bytes(context, DType::float32, g),
                          op().kernel_gradient_scratch_bytes(context, DType::float32, g, s.pictures),
                          context.ops.depthwise.kernel_gradient_scratch_bytes(DType::float32, g.window,
                                                                              s.pictures, s.channels)})) {
    op().pack(context, g, kernel.view(), packed.data());
  }

  const ops::ConvOps& op() const { return context.ops.conv; }

  bool is_depthwise() const { return g.groups > 1 && g.groups == g.channels; }

  void forward() const {
    if (is_depthwise()) {
      return context.ops.depthwise.forward(context, g.window, x.view(), kernel.view(), bias.view(),
                                           Activation::linear, 0, y.view());
    }
    op().forward(context, g,
                 {.x = x.view(),
                  .packed = packed.data(),
                  .bias = bias.view(),
                  .activation = Activation::linear,
                  .alpha = 0,
                  .y = y.view()});
  }
  void input_gradient() const {
    if (is_depthwise())
      return context.ops.depthwise.input_gradient(context, g.window, dy.view(), kernel.view(), dx.view());
    op().pack_transposed(context, g, kernel.view(), scratch.data());
    op().input_gradient(context, g, {.dy = dy.view(), .packed = scratch.data(), .bias = {}, .dx = dx.view()});
  }
  void weight_gradient() const {
    if (is_depthwise()) {
      return context.ops.depthwise.kernel_gradient(context, g.window, x.view(), dy.view(),
                                                   kernel_gradient.view(), scratch.data());
    }
    op().kernel_gradient(context, g,
                         {.x = x.view(),
                          .dy = dy.view(),
                          .kernel_gradient = kernel_gradient.view(),
                          .scratch = scratch.data()});
  }

  // body(output row, input row, tap) for all outputs and taps that lie inside of the picture.
  template <class Body>
  void for_each_product(Body body) const {
    const cpu::WindowAxis tall(g.window, 1), wide(g.window, 2);
    for (int64_t n = 0; n < shape.pictures; ++n)
      for (int64_t i = 0; i < tall.output; ++i)
        for (int64_t j = 0; j < wide.output; ++j) {
          const cpu::Range rows = tall.taps_inside(i), columns = wide.taps_inside(j);
          for (int64_t a = rows.begin; a < rows.end; ++a)
            for (int64_t b = columns.begin; b < columns.end; ++b) {
              const int64_t row = tall.first_input(i) + a, column = wide.first_input(j) + b;
              body((n * tall.output + i) * wide.output + j, (n * tall.input + row) * wide.input + column,
                   a * wide.taps + b);
            }
        }
  }

  double products() const {
    double count = 0;
    for_each_product([&](int64_t, int64_t, int64_t) { ++count; });
    return count * double(g.group_channels()) * double(g.filters);
  }

  // The gradients checked through what they are for: <dy, conv(x)> = <dx, x> = <kernel gradient, kernel>.
  double error() const {
    forward();
    input_gradient();
    weight_gradient();
    const int64_t filter = g.filters - 1, group = filter / g.group_filters();
    Matrix expected(y.rows(), 1, 0);
    for (int64_t i = 0; i < y.rows(); ++i) expected.data()[i] = bias.at(0, filter);
    for_each_product([&](int64_t out, int64_t in, int64_t tap) {
      double sum = 0;
      for (int64_t c = 0; c < g.group_channels(); ++c)
        sum += double(x.at(in, group * g.group_channels() + c)) *
               kernel.at(tap * g.group_channels() + c, filter);
      expected.data()[out] += static_cast<float>(sum);
    });
    double worst = 0;
    for (int64_t i = 0; i < y.rows(); ++i)
      worst = std::fmax(worst, std::fabs(double(y.at(i, filter)) - double(expected.at(i, 0))));
    double through_y = 0, through_x = 0, through_kernel = 0, size = 0;
    for (int64_t i = 0; i < y.rows(); ++i)
      for (int64_t f = 0; f < y.cols(); ++f) {
        const double product = double(dy.at(i, f)) * (double(y.at(i, f)) - double(bias.at(0, f)));
        through_y += product;
        size += std::fabs(product);
      }
    for (int64_t i = 0; i < x.rows(); ++i)
      for (int64_t c = 0; c < x.cols(); ++c) through_x += double(dx.at(i, c)) * double(x.at(i, c));
    for (int64_t i = 0; i < kernel.rows(); ++i)
      for (int64_t f = 0; f < kernel.cols(); ++f)
        through_kernel += double(kernel_gradient.at(i, f)) * double(kernel.at(i, f));
    const double gradients =
        std::fmax(std::fabs(through_x - through_y), std::fabs(through_kernel - through_y));
    const double depth = double(g.window.all_taps() * g.group_channels());
    return std::fmax(worst / (1e-6 * depth + 1e-6), gradients / (1e-5 * size));
  }

  ThreadPool pool;
  cpu::Device device;
  ops::Context context;
  ConvShape shape;
  ops::ConvGeometry g;
  Matrix x, kernel, bias, y, dy, dx, kernel_gradient;
  Block packed, scratch;
};

using Pass = void (Layer::*)() const;

void run(benchmark::State& state, Pass pass, const ConvShape& s, int threads) {
  const Layer layer(s, threads);
  if (!(layer.error() <= 1)) {
    state.SkipWithError("wrong result");
    return;
  }
  for (auto _ : state) (layer.*pass)();
  set_rate(state, Unit::flops, 2 * layer.products(), flops_per_second(threads));
}

}  // namespace

void add_conv() {
  const std::pair<Pass, const char*> passes[] = {{&Layer::forward, "conv forward"},
                                                 {&Layer::input_gradient, "conv input gradient"},
                                                 {&Layer::weight_gradient, "conv weight gradient"}};
  for (const auto& [pass, name] : passes)
    for (const ConvShape& s : kShapes)
      for (int threads : {1, 2})
        benchmark::RegisterBenchmark(row_name(name, s.text(), threads).c_str(), [pass = pass, s, threads](
                                                                                    benchmark::State& state) {
          run(state, pass, s, threads);
        })->UseRealTime();
}

}  // namespace lamella::benchmarks
