#include <algorithm>
#include <cmath>

#include "base/shape.h"
#include "cpu/tables.h"
#include "ops/dropout.h"

namespace lamella::cpu {

namespace {

static_assert(kGrainElements % 32 == 0, "dropout chunks begin at whole words of the mask");

int64_t mask_bytes(int64_t elements) { return ceil_div(elements, 8); }

// A uniform 32-bit word below this is a dropped element: P(word < rate * 2^32) = rate.
uint32_t threshold(double rate) { return static_cast<uint32_t>(std::min(rate * 0x1p32, 4294967295.0)); }

void forward(const Context& context, PhiloxKey key, int64_t first, double rate,
             const DropoutValues<double>& values, const TensorView& x, const TensorView& y, void* mask) {
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    const DropoutValues<T> v{static_cast<T>(values.scale), static_cast<T>(values.shift),
                             static_cast<T>(values.dropped)};
    context.device.threads.parallel_for(x.size(), kGrainElements, [&](int64_t begin, int64_t end) {
      kernels_of(context).table<T>().dropout_forward(key, first + begin, end - begin, threshold(rate), v,
                                                     x.as<T>() + begin, y.as<T>() + begin,
                                                     static_cast<uint8_t*>(mask) + begin / 8);
    });
  });
}

void backward(const Context& context, double scale, const void* mask, const TensorView& dy,
              const TensorView& dx) {
  dispatch(dy.dtype, [&](auto t) {
    using T = decltype(t);
    context.device.threads.parallel_for(dy.size(), kGrainElements, [&](int64_t begin, int64_t end) {
      kernels_of(context).table<T>().dropout_backward(end - begin, static_cast<T>(scale),
                                                      static_cast<const uint8_t*>(mask) + begin / 8,
                                                      dy.as<T>() + begin, dx.as<T>() + begin);
    });
  });
}

void noise(const Context& context, PhiloxKey key, Noise kind, double stddev, const TensorView& x,
           const TensorView& y) {
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    const auto& table = kernels_of(context).table<T>();
    const auto kernel = kind == Noise::added ? table.add_noise : table.scale_by_noise;
    context.device.threads.parallel_for(x.size(), kGrainElements, [&](int64_t begin, int64_t end) {
      kernel(key, begin, end - begin, static_cast<T>(stddev), x.as<T>() + begin, y.as<T>() + begin);
    });
  });
}

}  // namespace

const DropoutOps dropout_ops{mask_bytes, forward, backward, noise};

}  // namespace lamella::cpu
