// Activations, softmax and batch normalisation.
#include "kernel_case.h"

namespace lamella::benchmarks {

namespace {

constexpr std::pair<Activation, const char*> kActivations[] = {
#define LAMELLA_ACTIVATION(name) {Activation::name, #name},
#include "base/activations.inc"
#undef LAMELLA_ACTIVATION
};

void add_activation(Activation kind, const std::string& name, int64_t n) {
  const double bytes = 4.0 * static_cast<double>(n);
  add_kernel({name, elements(n), Traffic::copy, bytes, bytes, {{n, -4, 4}, {n}}},
             [=](const auto& table, auto& a) { table.activation_forward(kind, {1}, n, a[0], a[1]); });
  // From y in (0, 1), which every activation can have.
  add_kernel({name + " backward", elements(n), Traffic::copy, 2 * bytes, bytes, {{n, 0.1, 0.9}, {n}, {n}}},
             [=](const auto& table, auto& a) { table.activation_backward(kind, {1}, n, a[0], a[1], a[2]); });
}

void add_softmax(int64_t rows, int64_t cols) {
  const int64_t n = rows * cols;
  const double bytes = 4.0 * static_cast<double>(n);
  const std::string shape = rows_by_cols(rows, cols);
  add_kernel({"softmax", shape, Traffic::copy, bytes, bytes, {{n, -4, 4}, {n}}},
             [=](const auto& table, auto& a) { table.softmax_forward(rows, cols, a[0], a[1]); });
  add_kernel({"softmax backward", shape, Traffic::copy, 2 * bytes, bytes, {{n, 0, 0.1}, {n}, {n}}},
             [=](const auto& table, auto& a) { table.softmax_backward(rows, cols, a[0], a[1], a[2]); });
  add_kernel({"log_softmax", shape, Traffic::copy, bytes, bytes, {{n, -4, 4}, {n}}},
             [=](const auto& table, auto& a) { table.log_softmax_forward(rows, cols, a[0], a[1]); });
  add_kernel({"log_softmax backward", shape, Traffic::copy, 2 * bytes, bytes, {{n, -4, 0}, {n}, {n}}},
             [=](const auto& table, auto& a) { table.log_softmax_backward(rows, cols, a[0], a[1], a[2]); });
}

template <class T>
kernels::BatchNormBlock<T> block(int64_t rows, int64_t cols, Arrays<T>& a) {
  return {.activation = Activation::relu,
          .alpha = 0,
          .rows = rows,
          .cols = cols,
          .ld = cols,
          .population = rows,
          .x = a[0],
          .mean = a[2],
          .scale = a[3],
          .beta = a[4],
          .inv_std = a[5],
          .y = a[1],
          .dy = a[6],
          .dx = a[7],
          .sum_dz = a[8],
          .sum_dz_xhat = a[9]};
}

void add_batch_norm(int64_t rows, int64_t cols) {
  const int64_t n = rows * cols;
  const double bytes = 4.0 * static_cast<double>(n);
  const std::string shape = rows_by_cols(rows, cols);
  // x, y, mean, scale, beta, inv_std, dy, dx, sum_dz, sum_dz_xhat
  const std::vector<Fill> arrays = {{n}, {n, 0.1, 0.9}, {cols}, {cols, 0.5, 2}, {cols}, {cols, 0.5, 2},
                                    {n}, {n},           {cols}, {cols}};
  add_kernel({"batch norm statistics", shape, Traffic::read, 2 * bytes, 0, {{n}, {cols}, {cols}}},
             [=](const auto& table, auto& a) { table.column_moments(rows, cols, cols, a[0], a[1], a[2]); });
  add_kernel({"batch norm forward", shape, Traffic::copy, bytes, bytes, arrays},
             [=](const auto& table, auto& a) { table.batch_norm_forward(block(rows, cols, a)); });
  add_kernel({"batch norm reduce", shape, Traffic::read, 3 * bytes, 0, arrays, 0, 1, 0, 1e-4},
             [=](const auto& table, auto& a) { table.batch_norm_reduce(block(rows, cols, a)); });
  add_kernel(
      {"batch norm input gradient", shape, Traffic::copy, 3 * bytes, bytes, arrays},
      [=](const auto& table, auto& a) { table.batch_norm_input_gradient(block(rows, cols, a), true); });
}

}  // namespace

void add_activation_cases() {
  for (const auto& [kind, name] : kActivations)
    for (int64_t n : kElements) add_activation(kind, name, n);
  for (int64_t rows : {128, 65'536}) {
    for (int64_t cols : {10, 128}) add_softmax(rows, cols);
    add_batch_norm(rows, 128);
  }
}

}  // namespace lamella::benchmarks
