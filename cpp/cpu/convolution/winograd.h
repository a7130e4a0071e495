// 3x3 correlations with stride 1 by Winograd's F(2x2, 3x3), where they have so many channels that fewer
// products weigh more than the transforms.
#pragma once
#include "base/shape.h"
#include "cpu/context.h"

namespace lamella::cpu {

struct WinogradShape {
  int64_t height, width;          // of a picture
  int64_t new_height, new_width;  // of its outputs
  int64_t above, left;            // implicit zero padding
  int64_t channels, filters;

  int64_t tile_rows() const { return ceil_div(new_height, 2); }
  int64_t tile_columns() const { return ceil_div(new_width, 2); }
  // 2.25, less what is computed beyond odd edges.
  double times_fewer_products() const {
    return 9.0 * static_cast<double>(new_height * new_width) /
           (16.0 * static_cast<double>(tile_rows() * tile_columns()));
  }
};

bool winograd_pays(const WinogradShape& s);
bool winograd_gradient_pays(const WinogradShape& s);  // for the kernel's gradient

// Elements of a kernel in 16 matrices [channels, panel] a panel, made from its ordinary panels.
template <class T>
int64_t winograd_packed_size(const kernels::Kernels& kernels, const WinogradShape& s) {
  return 16 * s.channels * round_up(s.filters, kernels.geometry<T>().panel);
}
template <class T>
void winograd_pack(const Context& context, const WinogradShape& s, const T* panels, T* packed);

// y = activation(bias + correlation) of x[pictures, height, width, channels].
template <class T>
struct WinogradCorrelation {
  WinogradShape shape;
  int64_t pictures;
  const T* x;
  const T* packed;
  const T* bias;  // or null
  Activation activation;
  double alpha;
  T* y;
};
template <class T>
void winograd_correlate(const Context& context, const WinogradCorrelation<T>& p);

// kernel_gradient[tap, channel, filter], summed over all outputs; `s` is the convolution's own shape.
template <class T>
struct WinogradKernelGradient {
  WinogradShape shape;
  int64_t pictures;
  const T* x;
  const T* dy;
  T* kernel_gradient;
  T* scratch;  // winograd_gradient_scratch elements
};
template <class T>
int64_t winograd_gradient_scratch(const kernels::Kernels& kernels, const WinogradShape& s, int64_t pictures);
template <class T>
void winograd_kernel_gradient(const Context& context, const WinogradKernelGradient<T>& p);

}  // namespace lamella::cpu
