// The leaky ReLU whose slopes are learnt (He et al., arXiv 1502.01852).
#pragma once
#include "kernels/column_sums.inl"
#include "kernels/elementwise.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

template <class T>
void prelu_forward(int64_t rows, int64_t cols, int64_t ld, const T* x, const T* alpha, T* y) {
  for_each_row_vector<T>(rows, cols, ld, [&](int64_t at, int64_t j, auto span) {
    const Vec<T> v = load(x + at, span);
    store(y + at, v < 0 ? v * load(alpha + j, span) : v, span);
  });
}

template <class T>
void prelu_backward(int64_t rows, int64_t cols, int64_t ld, const T* x, const T* alpha, const T* dy, T* dx,
                    T* alpha_gradient) {
  if (alpha_gradient) {  // before dx, which may be dy
    sum_columns<T, kColumnVectors, 1>(
        rows, cols,
        [&](int64_t i, int64_t j, auto span, Vec<T>(&sums)[1]) {
          const Vec<T> v = load(x + i * ld + j, span);
          sums[0] = mul_add(v < 0 ? v : Vec<T>{}, load(dy + i * ld + j, span), sums[0]);
        },
        [&](int64_t j, auto span, const Vec<T>* sums) { store(alpha_gradient + j, sums[0], span); });
  }
  if (!dx) return;
  for_each_row_vector<T>(rows, cols, ld, [&](int64_t at, int64_t j, auto span) {
    const Vec<T> gradient = load(dy + at, span);
    store(dx + at, load(x + at, span) < 0 ? gradient * load(alpha + j, span) : gradient, span);
  });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
