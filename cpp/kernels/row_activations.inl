// Activations of whole rows beside softmax: its logarithm, the sparse one, and the gated linear unit.
#pragma once
#include "kernels/softmax.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

template <class T>
void log_softmax_short_rows(int64_t rows, int64_t cols, const T* x, T* y) {
  TurnedRows<T> block(cols);
  for_each_block<T>(rows, [&](int64_t first, int64_t count) {
    block.read(count, x + first * cols);
    const Vec<T> largest = largest_of_rows(cols, block);
    Vec<T> sum{};
    for (int64_t j = 0; j < cols; ++j) sum += exp<T>(block.column(j) - largest);
    const Vec<T> log_sum = log<T>(sum);
    for (int64_t j = 0; j < cols; ++j) block.set_column(j, (block.column(j) - largest) - log_sum);
    block.write(count, y + first * cols);
  });
}

template <class T>
void log_softmax_forward(int64_t rows, int64_t cols, const T* x, T* y) {
  if (cols <= TurnedRows<T>::kMostCols) return log_softmax_short_rows(rows, cols, x, y);
  for (int64_t i = 0; i < rows; ++i, x += cols, y += cols) {
    const T largest = row_max(cols, x);
    const T sum = row_sum<T>(cols, [&](int64_t j, auto span) { return exp<T>(load(x + j, span) - largest); });
    const T log_sum = log<T>(splat(sum))[0];
    for_each_vector<T>(
        cols, [&](int64_t j, auto span) { store(y + j, (load(x + j, span) - largest) - log_sum, span); });
  }
}

template <class T>
void log_softmax_short_rows_backward(int64_t rows, int64_t cols, const T* y, const T* dy, T* dx) {
  TurnedRows<T> output(cols), gradient(cols);
  for_each_block<T>(rows, [&](int64_t first, int64_t count) {
    output.read(count, y + first * cols);
    gradient.read(count, dy + first * cols);
    Vec<T> sum{};
    for (int64_t j = 0; j < cols; ++j) sum += gradient.column(j);
    for (int64_t j = 0; j < cols; ++j)
      gradient.set_column(j, mul_add(exp<T>(output.column(j)), -sum, gradient.column(j)));
    gradient.write(count, dx + first * cols);
  });
}

template <class T>
void log_softmax_backward(int64_t rows, int64_t cols, const T* y, const T* dy, T* dx) {
  if (cols <= TurnedRows<T>::kMostCols) return log_softmax_short_rows_backward(rows, cols, y, dy, dx);
  for (int64_t i = 0; i < rows; ++i, y += cols, dy += cols, dx += cols) {
    const T sum = row_sum(cols, dy);
    for_each_vector<T>(cols, [&](int64_t j, auto span) {
      store(dx + j, mul_add(exp<T>(load(y + j, span)), splat(-sum), load(dy + j, span)), span);
    });
  }
}

// The threshold by Michelot's iteration: what lies below it leaves the sum until nothing does.
template <class T>
LAMELLA_INLINE T sparsemax_threshold(int64_t cols, const T* x) {
  T tau = (row_sum(cols, x) - T(1)) / T(cols);
  for (int64_t inside = cols;;) {
    const auto [sum, count] = sum_along<T, 2>(cols, [&](int64_t j, auto span, Vec<T>(&sums)[2]) {
                                const Vec<T> v = fill_beyond(load(x + j, span), span, -kInfinity<T>);
                                sums[0] += v > tau ? v : Vec<T>{};
                                sums[1] += v > tau ? splat(T(1)) : Vec<T>{};
                              }).of;
    const int64_t left = static_cast<int64_t>(reduce_add(count));
    if (left == inside || left == 0) return tau;
    inside = left;
    tau = (reduce_add(sum) - T(1)) / T(left);
  }
}

template <class T>
void sparsemax_forward(int64_t rows, int64_t cols, const T* x, T* y) {
  for (int64_t i = 0; i < rows; ++i, x += cols, y += cols) {
    const T tau = sparsemax_threshold(cols, x);
    for_each_vector<T>(
        cols, [&](int64_t j, auto span) { store(y + j, max(Vec<T>{}, load(x + j, span) - tau), span); });
  }
}

template <class T>
void sparsemax_backward(int64_t rows, int64_t cols, const T* y, const T* dy, T* dx) {
  for (int64_t i = 0; i < rows; ++i, y += cols, dy += cols, dx += cols) {
    const auto [sum, count] = sum_along<T, 2>(cols, [&](int64_t j, auto span, Vec<T>(&sums)[2]) {
                                const auto inside = load(y + j, span) > 0;
                                sums[0] += inside ? load(dy + j, span) : Vec<T>{};
                                sums[1] += inside ? splat(T(1)) : Vec<T>{};
                              }).of;
    const T mean = reduce_add(sum) / reduce_add(count);
    for_each_vector<T>(cols, [&](int64_t j, auto span) {
      store(dx + j, load(y + j, span) > 0 ? load(dy + j, span) - mean : Vec<T>{}, span);
    });
  }
}

template <class T>
void gated_linear_forward(int64_t rows, int64_t cols, const T* x, T* y) {
  for (int64_t i = 0; i < rows; ++i, x += 2 * cols, y += cols)
    for_each_vector<T>(cols, [&](int64_t j, auto span) {
      store(y + j, load(x + j, span) * sigmoid<T>(load(x + cols + j, span)), span);
    });
}

template <class T>
void gated_linear_backward(int64_t rows, int64_t cols, const T* x, const T* dy, T* dx) {
  for (int64_t i = 0; i < rows; ++i, x += 2 * cols, dy += cols, dx += 2 * cols)
    for_each_vector<T>(cols, [&](int64_t j, auto span) {
      const Vec<T> gate = sigmoid<T>(load(x + cols + j, span)), gradient = load(dy + j, span) * gate;
      store(dx + cols + j, gradient * load(x + j, span) * (T(1) - gate), span);
      store(dx + j, gradient, span);
    });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
