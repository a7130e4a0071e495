#include "ops/conv.h"

#include "cpu/convolution/conv_gradients.h"
#include "cpu/convolution/correlation.h"
#include "cpu/convolution/window_phases.h"
#include "cpu/convolution/winograd_conv.h"
#include "cpu/tables.h"

namespace lamella::cpu {

namespace {

// Bytes of the packed kernel of correlations from so many channels to so many filters, a group.
int64_t packed_kernel_bytes(const Context& context, DType dtype, const ConvGeometry& g, int64_t channels,
                            int64_t filters) {
  return dispatch(dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t width = round_up(filters, kernels_of(context).geometry<T>().panel);
    return checked_product({g.groups, width, channels, g.window.all_taps(), int64_t{sizeof(T)}});
  });
}

// The matrices of Winograd's algorithm in front of the panels they are made from.
int64_t winograd_bytes(const Context& context, DType dtype, const ConvGeometry& g, const WinogradShape& s) {
  if (!uses_winograd(g, s)) return 0;
  return dispatch(dtype, [&](auto t) {
    using T = decltype(t);
    return winograd_packed_size<T>(kernels_of(context), s) * int64_t{sizeof(T)};
  });
}

int64_t packed_bytes(const Context& context, DType dtype, const ConvGeometry& g) {
  return winograd_bytes(context, dtype, g, winograd_shape(g)) +
         packed_kernel_bytes(context, dtype, g, g.group_channels(), g.group_filters());
}

// body(group, first of its filters, filters, packed panel, tap) for all panels and taps, in parallel.
template <class T, class Body>
void for_each_panel_tap(const Context& context, int64_t groups, int64_t channels, int64_t filters,
                        int64_t taps, T* packed, Body body) {
  const int64_t width = kernels_of(context).geometry<T>().panel, panels = ceil_div(filters, width);
  const auto pack_one = [&](int64_t index) {
    const int64_t tap = index % taps, panel = index / taps;
    const int64_t first = panel % panels * width;
    body(panel / panels, first, std::min(width, filters - first), packed + index * channels * width, tap);
  };
  context.device.threads.parallel_for(groups * panels * taps, rows_per_chunk(channels * width),
                                      [&](int64_t begin, int64_t end) {
                                        for (int64_t index = begin; index < end; ++index) pack_one(index);
                                      });
}

void pack(const Context& context, const ConvGeometry& g, const TensorView& kernel, void* packed) {
  dispatch(kernel.dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t channels = g.group_channels(), filters = g.group_filters();
    const WinogradShape s = winograd_shape(g);
    T* panels = static_cast<T*>(packed) + winograd_bytes(context, kernel.dtype, g, s) / int64_t{sizeof(T)};
    for_each_panel_tap(context, g.groups, channels, filters, g.window.all_taps(), panels,
                       [&](int64_t group, int64_t first, int64_t count, T* out, int64_t tap) {
                         const T* from =
                             kernel.as<T>() + tap * channels * g.filters + group * filters + first;
                         kernels_of(context).table<T>().pack_panel(channels, count, from, g.filters, out);
                       });
    if (uses_winograd(g, s)) winograd_pack(context, s, panels, static_cast<T*>(packed));
  });
}

// activation(y) of one item, which lies in whole rows or in pieces of pixels.
template <class T>
void activate(const kernels::Table<T>& table, const Correlation<T>& c, const CorrelationCut& cut,
              const CorrelationItem& item, Activation kind, double alpha) {
  if (kind == Activation::linear) return;
  const ActivationParameters<T> parameters{.a = static_cast<T>(alpha)};
  const int64_t filters = c.groups * c.filters;
  const int64_t first = cut.columns(c.filters, item.first_panel).begin;
  const int64_t count = cut.columns(c.filters, item.end_panel - 1).end - first;
  const int64_t pixels = item.rows.size() * c.axes[2].output;
  T* y = c.y + item.picture * c.y_picture + item.depth * c.axes[0].y_step +
         item.rows.begin * c.axes[1].y_step + first;
  if (count == filters) return table.activation_forward(kind, parameters, pixels * filters, y, y);
  for (int64_t i = 0; i < pixels; ++i, y += filters) table.activation_forward(kind, parameters, count, y, y);
}

void forward(const Context& context, const ConvGeometry& geometry, const ConvForward& p) {
  const int64_t pictures = p.x.rows / geometry.window.input_positions();
  const ConvGeometry g = geometry.in_long_rows(pictures);
  dispatch(p.x.dtype, [&](auto t) {
    using T = decltype(t);
    if (const WinogradShape s = winograd_shape(g); uses_winograd(g, s)) {
      return winograd_correlate<T>(context, {.shape = s,
                                             .pictures = pictures,
                                             .x = p.x.as<T>(),
                                             .packed = static_cast<const T*>(p.packed),
                                             .bias = p.bias.as<T>(),
                                             .activation = p.activation,
                                             .alpha = p.alpha,
                                             .y = p.y.as<T>()});
    }
    const auto x_steps = steps_of(g.window.input, g.channels);
    const auto y_steps = steps_of(g.window.output, g.filters);
    Correlation<T> c{.axes = {},
                     .pictures = pictures,
                     .x_picture = g.window.input_positions() * g.channels,
                     .y_picture = g.window.output_positions() * g.filters,
                     .channels = g.group_channels(),
                     .filters = g.group_filters(),
                     .groups = g.groups,
                     .x = p.x.as<T>(),
                     .packed = static_cast<const T*>(p.packed),
                     .bias = p.bias.as<T>(),
                     .y = p.y.as<T>()};
    for (size_t axis = 0; axis < 3; ++axis)
      c.axes[axis] = {WindowAxis(g.window, axis), x_steps[axis], y_steps[axis]};
    c.fold_signals();
    const CorrelationCut cut(kernels_of(context), c);
    context.device.threads.parallel_for(cut.items(), cut.grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const CorrelationItem item = cut.item(i);
        correlate(kernels_of(context), c, cut, item);
        activate(kernels_of(context).table<T>(), c, cut, item, p.activation, p.alpha);
      }
    });
  });
}

int64_t transposed_bytes(const Context& context, DType dtype, const ConvGeometry& g) {
  return winograd_bytes(context, dtype, g, winograd_gradient_shape(g)) +
         packed_kernel_bytes(context, dtype, g, g.group_filters(), g.group_channels());
}

void pack_transposed(const Context& context, const ConvGeometry& g, const TensorView& kernel, void* packed) {
  dispatch(kernel.dtype, [&](auto t) {
    using T = decltype(t);
    const int64_t channels = g.group_channels(), filters = g.group_filters();
    const int64_t width = round_up(channels, kernels_of(context).geometry<T>().panel);
    const WinogradShape s = winograd_gradient_shape(g);
    T* panels = static_cast<T*>(packed) + winograd_bytes(context, kernel.dtype, g, s) / int64_t{sizeof(T)};
    T* out_of_phase = panels;
    for_each_phase(g.window, [&](const std::array<Phase, 3>& phases, const auto&) {
      const int64_t taps = taps_of(phases);
      for_each_panel_tap(context, g.groups, filters, channels, taps, out_of_phase,
                         [&](int64_t group, int64_t first, int64_t count, T* out, int64_t tap) {
                           const int64_t row = tap_in_kernel(g.window, phases, tap) * channels + first;
                           kernels_of(context).table<T>().pack_panel_transposed(
                               filters, count, kernel.as<T>() + row * g.filters + group * filters, g.filters,
                               out);
                         });
      out_of_phase += g.groups * width * filters * taps;
    });
    if (uses_winograd(g, s)) winograd_pack(context, s, panels, static_cast<T*>(packed));
  });
}

void input_gradient(const Context& context, const ConvGeometry& geometry, const ConvInputGradient& p) {
  const int64_t pictures = p.dy.rows / geometry.window.output_positions();
  const ConvGeometry g = geometry.in_long_rows(pictures);
  dispatch(p.dy.dtype, [&](auto t) {
    using T = decltype(t);
    if (const WinogradShape s = winograd_gradient_shape(g); uses_winograd(g, s)) {
      return winograd_correlate<T>(context, {.shape = s,
                                             .pictures = pictures,
                                             .x = p.dy.as<T>(),
                                             .packed = static_cast<const T*>(p.packed),
                                             .bias = p.bias.as<T>(),
                                             .activation = Activation::linear,
                                             .alpha = 0,
                                             .y = p.dx.as<T>()});
    }
    const auto dy_steps = steps_of(g.window.output, g.filters);
    const auto dx_steps = steps_of(g.window.input, g.channels);
    Correlation<T> c{.axes = {},
                     .pictures = pictures,
                     .x_picture = g.window.output_positions() * g.filters,
                     .y_picture = g.window.input_positions() * g.channels,
                     .channels = g.group_filters(),
                     .filters = g.group_channels(),
                     .groups = g.groups,
                     .x = p.dy.as<T>(),
                     .packed = static_cast<const T*>(p.packed),
                     .bias = p.bias.as<T>(),
                     .y = nullptr};
    const int64_t width = round_up(c.filters, kernels_of(context).geometry<T>().panel);
    for_each_phase(g.window, [&](const std::array<Phase, 3>& phases, const std::array<int64_t, 3>& at) {
      Correlation<T> phase = c;
      phase.y = p.dx.as<T>();
      for (size_t axis = 0; axis < 3; ++axis) {
        phase.axes[axis] = {phases[axis].axis, dy_steps[axis], g.window.stride[axis] * dx_steps[axis]};
        phase.y += at[axis] * dx_steps[axis];
      }
      c.packed += g.groups * width * c.channels * taps_of(phases);
      if (phase.axes[0].output * phase.axes[1].output * phase.axes[2].output == 0) return;
      phase.fold_signals();
      const CorrelationCut cut(kernels_of(context), phase);
      context.device.threads.parallel_for(cut.items(), cut.grain, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) correlate(kernels_of(context), phase, cut, cut.item(i));
      });
    });
  });
}

}  // namespace

const ConvOps conv_ops{packed_bytes,
                       pack,
                       forward,
                       transposed_bytes,
                       pack_transposed,
                       input_gradient,
                       kernel_gradient_scratch_bytes,
                       kernel_gradient,
                       output_gradient_scratch_bytes,
                       output_gradient};

}  // namespace lamella::cpu
