// A kernel on some arrays: verified against double precision on the lowest instruction set, then timed.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/memory.h"
#include "kernels/dispatch.h"
#include "limits.h"

namespace lamella::benchmarks {

// Uniform random values that an array starts with.
struct Fill {
  int64_t size;
  double low = -1, high = 1;
};

// What a kernel works on: the same values in float and in double.
template <class T>
class Arrays {
 public:
  Arrays(const std::vector<Fill>& fills, int64_t labels, int64_t classes, int64_t mask_bytes);

  T* operator[](size_t i) { return reinterpret_cast<T*>(arrays_[i].data()); }
  int64_t size(size_t i) const { return arrays_[i].bytes() / int64_t{sizeof(T)}; }
  size_t count() const { return arrays_.size(); }
  int32_t* labels() { return labels_.data(); }
  uint8_t* mask() { return mask_.data(); }

 private:
  std::vector<Block> arrays_;
  std::vector<int32_t> labels_;
  std::vector<uint8_t> mask_;
};

struct Description {
  std::string kernel, shape;
  Traffic traffic;
  double read, written;      // bytes of a call
  std::vector<Fill> arrays;  // its first ones are what the kernel's arguments are
  int64_t labels = 0, classes = 1, mask_bytes = 0;
  double tolerance = 2e-5;  // of |float - double| / max(1, |double|)
};

template <class T>
using Run = std::function<void(const kernels::Table<T>&, Arrays<T>&)>;

void register_kernel(Description description, Run<float> single, Run<double> reference);

// run(table, arrays) takes both types.
template <class Body>
void add_kernel(Description description, Body run) {
  register_kernel(std::move(description), Run<float>(run), Run<double>(run));
}

// The sizes of element-wise passes: within the second-level cache, and far beyond the last.
inline const std::vector<int64_t> kElements = {16'384, 16'777'216};
std::string elements(int64_t n);
std::string rows_by_cols(int64_t rows, int64_t cols);

void add_activation_cases();
void add_elementwise_cases();
void add_loss_cases();
void add_optimizer_cases();
void add_random_cases();

}  // namespace lamella::benchmarks
