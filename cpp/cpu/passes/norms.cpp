#include "ops/norms.h"

#include <algorithm>

#include "base/shape.h"
#include "cpu/tables.h"

namespace lamella::cpu {

namespace {

// Columns are cut into blocks of this many: whole cache lines of any type.
constexpr int64_t kBlockColumns = 64;

template <class T>
void limit_columns(const Context& context, const NormLimits& limits, int64_t summed, const TensorView& w) {
  const int64_t outer = w.rows / summed, blocks = ceil_div(w.cols, kBlockColumns);
  const int64_t grain = rows_per_chunk(summed * kBlockColumns);
  context.device.threads.parallel_for(outer * blocks, grain, [&](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item) {
      const int64_t column = item % blocks * kBlockColumns;
      kernels_of(context).table<T>().limit_column_norms(summed, std::min(kBlockColumns, w.cols - column),
                                                        w.cols, limits,
                                                        w.as<T>() + item / blocks * summed * w.cols + column);
    }
  });
}

void limit(const Context& context, const NormLimits& limits, int64_t summed, const TensorView& w) {
  if (w.size() == 0) return;
  dispatch(w.dtype, [&](auto t) {
    using T = decltype(t);
    if (w.cols > 1) return limit_columns<T>(context, limits, summed, w);
    context.device.threads.parallel_for(w.rows / summed, rows_per_chunk(summed),
                                        [&](int64_t begin, int64_t end) {
                                          kernels_of(context).table<T>().limit_row_norms(
                                              end - begin, summed, limits, w.as<T>() + begin * summed);
                                        });
  });
}

}  // namespace

const NormOps norm_ops{limit};

}  // namespace lamella::cpu
