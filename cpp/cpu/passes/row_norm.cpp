#include "ops/row_norm.h"

#include <algorithm>

#include "base/shape.h"
#include "cpu/tables.h"

namespace lamella::cpu {

namespace {

// Gradients of gamma and beta are summed over at most so many blocks of rows, each in parts, then over the
// blocks: the cut depends on the shape alone.
constexpr int64_t kBlocks = 16, kPartRows = 512;

template <class T>
kernels::RowNormBlock<T> block_of(const RowNormSettings& settings, const TensorView& x,
                                  const TensorView& gamma, int64_t first, int64_t rows) {
  kernels::RowNormBlock<T> block{};
  block.centred = settings.centred;
  block.unit = settings.unit;
  block.epsilon = static_cast<T>(settings.epsilon);
  block.rows = rows;
  block.first_row = first;
  block.groups = settings.groups;
  block.segments = x.cols / settings.width;
  block.width = settings.width;
  block.x = x.as<T>() + first * x.cols;
  block.gamma = gamma.as<T>();
  return block;
}

void forward(const Context& context, const RowNormSettings& settings, const TensorView& x,
             const TensorView& gamma, const TensorView& beta, const TensorView& y, void* mean,
             void* inverse) {
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    context.device.threads.parallel_for(x.rows, rows_per_chunk(x.cols), [&](int64_t begin, int64_t end) {
      kernels::RowNormBlock<T> block = block_of<T>(settings, x, gamma, begin, end - begin);
      block.beta = beta.as<T>();
      block.y = y.as<T>() + begin * x.cols;
      block.mean = static_cast<T*>(mean) + begin;
      block.inverse = static_cast<T*>(inverse) + begin;
      kernels_of(context).table<T>().row_norm_forward(block);
    });
  });
}

int64_t parameters(const RowNormSettings& settings) { return settings.groups * settings.width; }

// Two numbers a parameter for each block, and for its part at hand.
int64_t scratch_bytes(DType dtype, const RowNormSettings& settings) {
  return 4 * kBlocks * parameters(settings) * size_of(dtype);
}

// to = the sum of the blocks' sums, which are `apart` from each other.
template <class T>
void add_blocks(const Context& context, int64_t blocks, int64_t apart, const T* sums, const TensorView& to) {
  std::copy_n(sums, to.size(), to.as<T>());
  for (int64_t b = 1; b < blocks; ++b)
    kernels_of(context).table<T>().add(to.size(), sums + b * apart, to.as<T>());
}

void backward(const Context& context, const RowNormSettings& settings, const TensorView& x,
              const TensorView& gamma, const void* mean, const void* inverse, const TensorView& dy,
              const TensorView& dx, const TensorView& gamma_gradient, const TensorView& beta_gradient,
              void* scratch) {
  if (x.rows == 0) return;
  dispatch(x.dtype, [&](auto t) {
    using T = decltype(t);
    const auto& table = kernels_of(context).table<T>();
    const int64_t width = parameters(settings), apart = 4 * width;
    const int64_t rows = std::max(rows_per_chunk(x.cols), ceil_div(x.rows, kBlocks));
    const int64_t blocks = ceil_div(x.rows, rows);
    T* gammas = static_cast<T*>(scratch);
    T* betas = gammas + width;
    // The sums of a part go to `own`, width numbers for gamma and width for beta.
    const auto add_part = [&](int64_t first, int64_t count, T* own) {
      kernels::RowNormBlock<T> part = block_of<T>(settings, x, gamma, first, count);
      part.mean = static_cast<T*>(const_cast<void*>(mean)) + first;
      part.inverse = static_cast<T*>(const_cast<void*>(inverse)) + first;
      part.dy = dy.as<T>() + first * x.cols;
      part.dx = dx ? dx.as<T>() + first * x.cols : nullptr;
      std::fill_n(own, 2 * width, T(0));
      part.gamma_sums = gamma_gradient ? own : nullptr;
      part.beta_sums = beta_gradient ? own + width : nullptr;
      table.row_norm_backward(part);
    };
    context.device.threads.parallel_for(blocks, 1, [&](int64_t begin, int64_t end) {
      for (int64_t b = begin; b < end; ++b) {
        const int64_t block_end = std::min(x.rows, (b + 1) * rows);
        T* sums = gammas + b * apart;
        for (int64_t first = b * rows; first < block_end; first += kPartRows) {
          const bool is_first = first == b * rows;
          add_part(first, std::min(kPartRows, block_end - first), is_first ? sums : sums + 2 * width);
          if (!is_first) table.add(2 * width, sums + 2 * width, sums);
        }
      }
    });
    if (gamma_gradient) add_blocks(context, blocks, apart, gammas, gamma_gradient);
    if (beta_gradient) add_blocks(context, blocks, apart, betas, beta_gradient);
  });
}

}  // namespace

const RowNormOps row_norm_ops{forward, scratch_bytes, backward};

}  // namespace lamella::cpu
