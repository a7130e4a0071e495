// Optimizers: one pass over gradients, slots and weights.
#include "kernel_case.h"

namespace lamella::benchmarks {

namespace {

// slots arrays of numbers >= 0 behind the gradient, then the weights; all but the gradient are written.
template <class Body>
void add_optimizer(const char* name, int64_t n, int64_t slots, Body run) {
  const double bytes = 4.0 * static_cast<double>(n), count = static_cast<double>(slots);
  std::vector<Fill> arrays = {{n}};
  for (int64_t i = 0; i < slots; ++i) arrays.push_back({n, 0.1, 1});
  arrays.push_back({n});
  add_kernel(
      {name, elements(n), Traffic::update, (count + 2) * bytes, (count + 1) * bytes, std::move(arrays)}, run);
}

void add_optimizers(int64_t n) {
  add_optimizer("sgd", n, 0, [=](const auto& t, auto& a) { t.sgd(n, 1e-3f, 0, false, a[0], nullptr, a[1]); });
  add_optimizer("sgd momentum", n, 1,
                [=](const auto& t, auto& a) { t.sgd(n, 1e-3f, 0.875f, false, a[0], a[1], a[2]); });
  add_optimizer("adam", n, 2, [=](const auto& t, auto& a) {
    t.adam(n, 1e-3f, 0.875f, 0.9990234375f, 1e-7f, a[0], a[1], a[2], nullptr, a[3]);
  });
  add_optimizer("rmsprop", n, 1, [=](const auto& t, auto& a) {
    t.rmsprop(n, 1e-3f, 0.875f, 0, 1e-7f, a[0], a[1], nullptr, nullptr, a[2]);
  });
  add_optimizer("adagrad", n, 1,
                [=](const auto& t, auto& a) { t.adagrad(n, 1e-3f, 1e-7f, a[0], a[1], a[2]); });
  add_optimizer("adadelta", n, 2, [=](const auto& t, auto& a) {
    t.adadelta(n, 1e-3f, 0.9375f, 1e-7f, a[0], a[1], a[2], a[3]);
  });
  add_optimizer("adamax", n, 2, [=](const auto& t, auto& a) {
    t.adamax(n, 1e-3f, 0.875f, 0.9990234375f, 1e-7f, a[0], a[1], a[2], a[3]);
  });
  add_optimizer("nadam", n, 2, [=](const auto& t, auto& a) {
    t.nadam(n, 1e-3f, 1e-3f, 1, 0.875f, 0.9990234375f, 1e-7f, a[0], a[1], a[2], a[3]);
  });
  add_optimizer("ftrl", n, 2, [=](const auto& t, auto& a) {
    t.ftrl({.n = n,
            .learning_rate = 0.0625f,
            .power = 0.5f,
            .l1 = 0.03125f,
            .l2 = 0.03125f,
            .shrinkage = 0,
            .g = a[0],
            .a = a[1],
            .l = a[2],
            .w = a[3]});
  });
  add_optimizer("lion", n, 1,
                [=](const auto& t, auto& a) { t.lion(n, 1e-3f, 0.875f, 0.9921875f, a[0], a[1], a[2]); });
}

}  // namespace

void add_optimizer_cases() {
  for (int64_t n : kElements) add_optimizers(n);
}

}  // namespace lamella::benchmarks
