// The contract of the kernels: single-thread arithmetic on raw pointers and sizes. No allocation, no
// exception. Bodies are written once (*.inl over vec.h) and compiled once per instruction set (isa.cpp);
// kernels.inc lists them, and from that one list come the declarations, the table, the tests and the native
// benchmarks.
#pragma once
#include <cstdint>

#include "base/activation.h"
#include "base/dtype.h"
#include "base/loss_kind.h"
#include "base/norm_limits.h"
#include "base/random.h"
#include "base/update_rule.h"

namespace lamella::kernels {

// Products cut their sums into pieces, so that a piece of a panel of B stays in the first-level cache while
// tiles pass over it.
constexpr int64_t kPanelPieceBytes = 20'480;

// True where another kernel takes the activation along: from its output y and at most the number a.
constexpr bool can_fuse(Activation kind) { return kind <= Activation::tanh; }

// C[rows, cols] = init + sum over b < batch of A_b[rows, k] * B_b[k, cols], one register tile.
//   A_b[i, kk] = a[b][i * a_row + kk * a_k]    B_b[kk, j] = b[b][kk * b_row + j]
//   Row 3 g + r starts at g * a_three + r * a_row; a_three is 3 a_row where it is not given.
//   rows <= tile_rows, cols <= panel. B rows must be readable up to cols rounded up to lanes (packed panels
//   are). init: C itself when accumulate, else bias[j] when bias is given (cols values), else 0.
//   Where cols > lanes, the cache line at ahead, unless null, is fetched with each kk, and ahead, which may
//   lead out of its array, moves on by ahead_step: the loads of a tile leave room for what the next ones will
//   read.
template <class T>
struct Brgemm {
  int64_t batch;
  const T* const* a;
  const T* const* b;
  int64_t a_row, a_k, b_row, k;
  T* c;
  int64_t ldc;
  int64_t rows, cols;
  const T* bias;
  bool accumulate;
  int64_t a_three = 0;
  const T* ahead = nullptr;
  int64_t ahead_step = 0;
};

// c[cols] = bias (or 0) + a[k] B[k, cols] for one row and up to kRowPanels panels of B, panel_step apart,
// whose rows are b_row apart: side by side, so that sums do not wait for themselves. All panels are read as
// wide as they are packed. The bits are brgemm's.
template <class T>
struct RowProduct {
  int64_t k, cols;
  const T* a;
  const T* b;
  int64_t b_row, panel_step;
  const T* bias;  // or null
  T* c;
};
constexpr int64_t kRowPanels = 4;

// One block of columns of a dense layer's backward pass, in one pass over memory:
//   dz[i, j] = dy[i, j] * activation'(y[i, j])         written over dy when dz == dy
//   packed[i * panel + j] = dz[i, j], zeros up to panel (skipped when null)
//   bias_gradient[j] = sum over i of dz[i, j]          (skipped when null)
// y is read only for activations other than linear and only those with can_fuse are allowed.
template <class T>
struct DenseGradientPanel {
  Activation activation;
  T alpha;
  int64_t rows, cols;
  const T* y;
  const T* dy;
  int64_t ld;  // row stride of y, dy and dz
  T* dz;
  T* packed;
  T* bias_gradient;
};

// A block of columns of batch normalisation, x[rows, cols] with row stride ld (also of y, dy, dx).
//   forward:  y = activation((x - mean) * scale + beta), scale = gamma / sqrt(variance + epsilon)
//   backward: dz = dy * activation'(y);  xhat = (x - mean) * inv_std
template <class T>
struct BatchNormBlock {
  Activation activation;
  T alpha;
  int64_t rows, cols, ld;
  int64_t population;  // rows that mean and variance were taken over
  const T* x;
  const T* mean;     // cols
  const T* scale;    // cols: gamma * inv_std
  const T* beta;     // cols, may be null (0)
  const T* inv_std;  // cols, backward only
  T* y;              // written forward, read backward unless the activation is linear
  const T* dy;       // backward only
  T* dx;             // backward only; may be dy
  T* sum_dz;         // cols: written by batch_norm_reduce, read by batch_norm_input_gradient
  T* sum_dz_xhat;    // cols
};

// A run of pixels with the same taps of a pooling window, [pixels, channels] in y and dy. Pixel i of it sees
// the taps[0] * taps[1] * taps[2] pixels of x that lie i * x_step and multiples of tap_step behind the first.
template <class T>
struct PoolRun {
  int64_t pixels, channels, x_step;
  int64_t taps[3], tap_step[3];
  const T* x;
  T* y;         // written forward, read backward by the maximum
  const T* dy;  // backward only
  T* dx;        // backward only
  bool add;     // to dx; else dx is overwritten
};

// A run of pixels of a depthwise convolution with the same taps; taps lie x_tap apart in x and kernel_tap
// apart in the kernel, which has `channels` numbers a tap.
template <class T>
struct DepthwiseRun {
  int64_t pixels, channels, x_step, y_step;
  int64_t taps[3], x_tap[3], kernel_tap[3];
  const T* x;
  const T* kernel;
  const T* bias;  // may be null
  T* y;           // the gradient of the kernel reads it
};

// A whole row of outputs, the first taps of which lie `before` pixels ahead of x: taps outside of the
// `inputs` pixels of x's row count nothing. Taps and pixels lie x_tap[2] apart, x_step is `stride` of that;
// these combinations of taps[2] and stride have kernels.
template <class T>
struct DepthwiseRow {
  DepthwiseRun<T> run;
  int64_t inputs, before, stride;

  // Double precision goes by runs: these kernels are large. Two taps are often a phase of a gradient.
  static constexpr bool kAny = sizeof(T) == sizeof(float);
  static bool is_covered(int64_t taps, int64_t stride, int64_t dilation) {
    const bool odd = (taps == 3 || taps == 5) && (stride == 1 || stride == 2);
    return kAny && dilation == 1 && (odd || (taps == 2 && stride == 1));
  }
};

// The outputs from `begin` to `end` of a row, for the gradient of the kernel, which fetches what lies x_ahead
// and y_ahead from what it reads into the cache.
template <class T>
struct DepthwiseRowPart {
  DepthwiseRow<T> row;
  int64_t begin, end, x_ahead, y_ahead;
};

// The end of Winograd's algorithm for a panel of filters: outputs of 2x2 pixels from 16 products each.
template <class T>
struct WinogradOutput {
  Activation activation;
  T alpha;
  int64_t tiles, cols;
  const T* products;  // 16 matrices [tiles, panel], `step` apart
  int64_t step;
  const T* bias;  // cols; may be null
  T* const* y;    // the four pixels of each tile, cols of each; null: not wanted
};

// The end of Winograd's algorithm for the gradient of a kernel: 3x3 taps of one channel and a panel of
// filters.
template <class T>
struct WinogradGradient {
  int64_t cols, slices;
  const T*
      products;  // 16 numbers a filter, `step` apart, for each slice, `slice_step` apart, which are added
  int64_t step, slice_step;
  T* gradient;  // taps tap_step apart
  int64_t tap_step;
};

// One step of an optimizer over n elements: gradients g, weights w, numbers and slots in the order of its
// rule.
template <class T>
struct UpdateRun {
  int64_t n;
  T numbers[kMostUpdateNumbers];
  const T* g;
  T* slots[kMostUpdateSlots];
  T* w;
};

// row_loss[i] of every row and, unless dp is null, dp = d(row_loss_i)/dp * scale * (weights ? weights[i] :
// 1).
template <class T>
struct RowLossBlock {
  int64_t rows, cols;
  const T* p;
  const T* t;             // targets, or null for the one loss of class indices
  const int32_t* labels;  // class indices of generalized_cross_entropy
  const T* weights;
  T scale;
  T* row_loss;
  T* dp;
  T delta;             // huber: where it turns linear; generalized_cross_entropy: its exponent q
  T alpha, gamma;      // focal losses
  T smoothing;         // focal losses
  bool balanced;       // binary_focal: alpha weighs the ones, 1 - alpha the zeros
  bool from_logits;    // focal losses: p holds logits
  bool binary_labels;  // hinges: targets are 0 and 1, to be taken as -1 and 1
};

// Normalisation of each row of x[rows, segments * width] by its own statistics:
//   y = gamma * (x - mean) * inverse + beta, inverse = 1 / sqrt(mean of (x - mean)^2 + epsilon)
// mean is 0 unless centred; unit takes 1 / sqrt(max(sum of x^2, epsilon)) for the inverse. Row i uses the
// width numbers of gamma and beta that begin at (first_row + i) % groups * width, the same for all its
// segments.
template <class T>
struct RowNormBlock {
  bool centred, unit;
  T epsilon;
  int64_t rows, first_row, groups, segments, width;
  const T* x;
  const T* gamma;  // may be null (1)
  const T* beta;   // may be null (0)
  T* y;
  T* mean;        // of the rows: written forward, read backward
  T* inverse;     // of the rows: written forward, read backward
  const T* dy;    // backward only
  T* dx;          // may be dy; null: not wanted
  T* gamma_sums;  // groups * width, added to: dy * (x - mean) * inverse; may be null
  T* beta_sums;   // groups * width, added to: dy; may be null
};

template <class T>
struct Table {
#define LAMELLA_KERNEL(name, result, arguments) result(*name) arguments;
#include "kernels/kernels.inc"
#undef LAMELLA_KERNEL
};

// What one instruction set offers. tile_rows x panel is the register tile of brgemm for that type.
struct Kernels {
  const char* isa;
  struct Geometry {
    int32_t lanes, tile_rows, panel;
  } float32_geometry, float64_geometry;
  Table<float> float32;
  Table<double> float64;

  template <class T>
  const Table<T>& table() const;
  template <class T>
  const Geometry& geometry() const;
};

template <>
inline const Table<float>& Kernels::table<float>() const {
  return float32;
}
template <>
inline const Table<double>& Kernels::table<double>() const {
  return float64;
}
template <>
inline const Kernels::Geometry& Kernels::geometry<float>() const {
  return float32_geometry;
}
template <>
inline const Kernels::Geometry& Kernels::geometry<double>() const {
  return float64_geometry;
}

}  // namespace lamella::kernels
