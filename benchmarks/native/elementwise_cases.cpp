// Sums, products, conversions and packing.
#include "kernel_case.h"

namespace lamella::benchmarks {

namespace {

void add_flat(int64_t n) {
  const double bytes = 4.0 * static_cast<double>(n);
  const std::string shape = elements(n);
  add_kernel({"add", shape, Traffic::update, 2 * bytes, bytes, {{n}, {n}}},
             [=](const auto& table, auto& a) { table.add(n, a[0], a[1]); });
  add_kernel({"axpy", shape, Traffic::update, 2 * bytes, bytes, {{n}, {n}}},
             [=](const auto& table, auto& a) { table.axpy(n, 0.5f, a[0], a[1]); });
  add_kernel({"scale", shape, Traffic::update, bytes, bytes, {{n}}},
             [=](const auto& table, auto& a) { table.scale(n, 1, a[0]); });
  add_kernel({"clip", shape, Traffic::update, bytes, bytes, {{n}}},
             [=](const auto& table, auto& a) { table.clip(n, -1, 1, a[0]); });
  add_kernel({"multiply", shape, Traffic::copy, 2 * bytes, bytes, {{n}, {n}, {n}}},
             [=](const auto& table, auto& a) { table.multiply(n, a[0], a[1], a[2]); });
  add_kernel({"sum", shape, Traffic::read, bytes, 0, {{n}, {1}}},
             [=](const auto& table, auto& a) { a[1][0] = table.sum(n, a[0]) / double(n); });
  add_kernel({"all finite", shape, Traffic::read, bytes, 0, {{n}, {1}}},
             [=](const auto& table, auto& a) { a[1][0] = table.all_finite(n, a[0]); });
  add_kernel({"sum of squares", shape, Traffic::read, bytes, 0, {{n}, {1}}},
             [=](const auto& table, auto& a) { a[1][0] = table.sum_squares(n, a[0]) / double(n); });
}

// From float32, which is a copy for the kernel that is timed, and from bytes, as pictures have them.
void add_conversions(int64_t n) {
  const double bytes = 4.0 * static_cast<double>(n);
  const std::string shape = elements(n);
  add_kernel({"convert bytes", shape, Traffic::copy, bytes / 4, bytes, {{n}}, 0, 1, n},
             [=](const auto& table, auto& a) { table.convert(DType::uint8, n, a.mask(), a[0]); });
  add_kernel(
      {"convert to labels", shape, Traffic::copy, bytes / 4, bytes, {{1}}, n, 1, n},
      [=](const auto& table, auto& a) { table.convert_to_int32(DType::uint8, n, a.mask(), a.labels()); });
}

void add_by_rows(int64_t rows, int64_t cols) {
  const int64_t n = rows * cols;
  const double bytes = 4.0 * static_cast<double>(n);
  const std::string shape = rows_by_cols(rows, cols);
  add_kernel({"scale columns", shape, Traffic::copy, bytes, bytes, {{n}, {cols}, {cols}, {n}}},
             [=](const auto& table, auto& a) { table.scale_columns(rows, cols, a[0], a[1], a[2], a[3]); });
}

}  // namespace

void add_elementwise_cases() {
  for (int64_t n : kElements) {
    add_flat(n);
    add_conversions(n);
  }
  for (int64_t rows : {128, 65'536}) add_by_rows(rows, 128);
}

}  // namespace lamella::benchmarks
