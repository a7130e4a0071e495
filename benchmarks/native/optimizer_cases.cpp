// Optimizers: one pass over gradients, slots and weights.
#include "kernel_case.h"

namespace lamella::benchmarks {

namespace {

// slots arrays of numbers >= 0 behind the gradient, then the weights; all but the gradient are written.
template <class Rule>
void add_optimizer(const char* name, int64_t n, size_t slots, std::vector<float> numbers, Rule rule) {
  const double bytes = 4.0 * static_cast<double>(n), count = static_cast<double>(slots);
  std::vector<Fill> arrays = {{n}};
  for (size_t i = 0; i < slots; ++i) arrays.push_back({n, 0.1, 1});
  arrays.push_back({n});
  add_kernel(
      {name, elements(n), Traffic::update, (count + 2) * bytes, (count + 1) * bytes, std::move(arrays)},
      [=](const auto& table, auto& a) {
        using T = std::remove_cvref_t<decltype(*a[0])>;
        kernels::UpdateRun<T> run{.n = n, .numbers = {}, .g = a[0], .slots = {}, .w = a[1 + slots]};
        std::copy(numbers.begin(), numbers.end(), run.numbers);
        for (size_t i = 0; i < slots; ++i) run.slots[i] = a[1 + i];
        rule(table, run);
      });
}

void add_optimizers(int64_t n) {
  const auto sgd = [](const auto& table, const auto& run) { table.sgd(run); };
  add_optimizer("sgd", n, 0, {1e-3f}, sgd);
  add_optimizer("sgd momentum", n, 1, {1e-3f, 0.875f}, sgd);
  add_optimizer("adam", n, 2, {1e-3f, 0.875f, 0.9990234375f, 1e-7f},
                [](const auto& table, const auto& run) { table.adam(run); });
  add_optimizer("rmsprop", n, 1, {1e-3f, 0.875f, 0, 1e-7f},
                [](const auto& table, const auto& run) { table.rmsprop(run); });
  add_optimizer("adagrad", n, 1, {1e-3f, 1e-7f},
                [](const auto& table, const auto& run) { table.adagrad(run); });
  add_optimizer("adadelta", n, 2, {1e-3f, 0.9375f, 1e-7f},
                [](const auto& table, const auto& run) { table.adadelta(run); });
  add_optimizer("adamax", n, 2, {1e-3f, 0.875f, 0.9990234375f, 1e-7f},
                [](const auto& table, const auto& run) { table.adamax(run); });
  add_optimizer("nadam", n, 2, {1e-3f, 1e-3f, 1, 0.875f, 0.9990234375f, 1e-7f},
                [](const auto& table, const auto& run) { table.nadam(run); });
  add_optimizer("ftrl", n, 2, {0.0625f, 0.5f, 0.03125f, 0.03125f},
                [](const auto& table, const auto& run) { table.ftrl(run); });
  add_optimizer("lion", n, 1, {1e-3f, 0.875f, 0.9921875f},
                [](const auto& table, const auto& run) { table.lion(run); });
}

}  // namespace

void add_optimizer_cases() {
  for (int64_t n : kElements) add_optimizers(n);
}

}  // namespace lamella::benchmarks
