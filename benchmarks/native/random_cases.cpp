// Dropout and its random words.
#include "kernel_case.h"

namespace lamella::benchmarks {

void add_random_cases() {
  for (int64_t n : kElements) {
    const double bytes = 4.0 * static_cast<double>(n), mask = static_cast<double>(n) / 8;
    add_kernel({"dropout", elements(n), Traffic::copy, bytes, bytes + mask, {{n}, {n}}, 0, 1, n / 8},
               [=](const auto& table, auto& a) {
                 table.dropout_forward({1, 2, 3}, 0, n, 1u << 30, {1.25f}, a[0], a[1], a.mask());
               });
    add_kernel({"dropout backward", elements(n), Traffic::copy, bytes + mask, bytes, {{n}, {n}}, 0, 1, n / 8},
               [=](const auto& table, auto& a) { table.dropout_backward(n, 1.25f, a.mask(), a[0], a[1]); });
    add_kernel({"gaussian noise", elements(n), Traffic::copy, bytes, bytes, {{n}, {n}}},
               [=](const auto& table, auto& a) { table.add_noise({1, 2, 3}, 0, n, 0.5f, a[0], a[1]); });
    add_kernel({"philox words", elements(n), Traffic::update, 0, bytes, {{1}}, n, 1},
               [=](const auto& table, auto& a) {
                 table.philox_words({1, 2, 3}, 0, n, reinterpret_cast<uint32_t*>(a.labels()));
               });
  }
}

}  // namespace lamella::benchmarks
