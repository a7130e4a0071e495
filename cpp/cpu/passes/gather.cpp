#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "cpu/tables.h"
#include "ops/gather.h"

namespace lamella::cpu {

namespace {

// n contiguous elements of a source type to the type of a destination.
void convert(const Context& context, DType from, int64_t n, const char* x, DType to, char* y) {
  if (from == to) {
    std::memcpy(y, x, static_cast<size_t>(n * size_of(to)));
  } else if (to == DType::int32) {
    kernels_of(context).float32.convert_to_int32(from, n, x, reinterpret_cast<int32_t*>(y));
  } else {
    dispatch(to, [&](auto t) {
      using T = decltype(t);
      kernels_of(context).table<T>().convert(from, n, x, reinterpret_cast<T*>(y));
    });
  }
}

// Copies elements of a strided row to a contiguous buffer, in row-major order, and hands full buffers to
// flush.
template <class Flush>
class StridedRow {
 public:
  StridedRow(const ArrayView& source, Flush flush)
      : source_(source), width_(size_of(source.dtype)), flush_(flush) {}

  void read(const char* row) {
    visit(row, 1);
    if (used_ > 0) flush_(buffer_, used_);
    used_ = 0;
  }

 private:
  void visit(const char* at, size_t axis) {
    if (axis == source_.shape.size()) {
      std::memcpy(buffer_ + used_ * width_, at, static_cast<size_t>(width_));
      if (++used_ == kCapacity) {
        flush_(buffer_, used_);
        used_ = 0;
      }
      return;
    }
    for (int64_t i = 0; i < source_.shape[axis]; ++i) visit(at + i * source_.strides[axis], axis + 1);
  }

  static constexpr int64_t kCapacity = 256;
  const ArrayView& source_;
  int64_t width_;
  Flush flush_;
  int64_t used_ = 0;
  alignas(16) char buffer_[kCapacity * sizeof(long double)];
};

void gather_strided(const Context& context, const ArrayView& source, const char* row, DType to, char* y) {
  StridedRow reader(source, [&](const char* buffer, int64_t n) {
    convert(context, source.dtype, n, buffer, to, y);
    y += n * size_of(to);
  });
  reader.read(row);
}

// Rows whose elements lie side by side. Short ones are collected, so that many are converted in one call.
void gather_contiguous(const Context& context, const ArrayView& source, const int64_t* rows, int64_t first,
                       int64_t count, int64_t cols, DType to, char* y) {
  const int64_t row_bytes = cols * size_of(source.dtype);
  const auto copy = [&](int64_t begin, int64_t n, char* out) {
    kernels_of(context).float32.copy_rows(source.data, source.strides[0], rows ? rows + begin : nullptr,
                                          first + begin, n, row_bytes, out);
  };
  if (source.dtype == to) return copy(0, count, y);
  constexpr int64_t kCollected = 2048;
  alignas(16) char collected[kCollected];
  const int64_t step = std::max<int64_t>(1, kCollected / std::max<int64_t>(1, row_bytes));
  for (int64_t i = 0; i < count; i += step, y += step * cols * size_of(to)) {
    const int64_t n = std::min(step, count - i);
    const char* from = source.data + (rows ? rows[i] : first + i) * source.strides[0];
    if (n > 1) copy(i, n, collected);
    convert(context, source.dtype, n * cols, n > 1 ? collected : from, to, y);
  }
}

void gather(const Context& context, const ArrayView& source, const int64_t* rows, int64_t first,
            const TensorView& y) {
  const int64_t row_bytes = y.cols * size_of(y.dtype);
  const bool contiguous = source.rows_contiguous();
  const int64_t stride = source.strides[0];
  const bool one_block = contiguous && rows == nullptr && stride == y.cols * size_of(source.dtype);
  context.device.threads.parallel_for(y.rows, rows_per_chunk(y.cols), [&](int64_t begin, int64_t end) {
    char* out = static_cast<char*>(y.data) + begin * row_bytes;
    const int64_t* picked = rows ? rows + begin : nullptr;
    if (one_block) {
      convert(context, source.dtype, (end - begin) * y.cols, source.data + (first + begin) * stride, y.dtype,
              out);
    } else if (contiguous) {
      gather_contiguous(context, source, picked, first + begin, end - begin, y.cols, y.dtype, out);
    } else {
      for (int64_t i = 0; i < end - begin; ++i, out += row_bytes) {
        gather_strided(context, source, source.data + (rows ? picked[i] : first + begin + i) * stride,
                       y.dtype, out);
      }
    }
  });
}

struct LabelRange {
  bool finite = true;  // false where a floating label is nan or infinite
  double minimum = 0, maximum = 0;
};

template <class S>
void extend(LabelRange& range, const char* data, int64_t n) {
  S low = std::numeric_limits<S>::max(), high = std::numeric_limits<S>::lowest();
  bool finite = true;
  for (int64_t i = 0; i < n; ++i) {
    S value;
    std::memcpy(&value, data + i * int64_t{sizeof(S)}, sizeof(S));
    if constexpr (std::is_floating_point_v<S>) finite &= std::isfinite(value);
    low = std::min(low, value);
    high = std::max(high, value);
  }
  range.finite &= finite;
  range.minimum = std::min(range.minimum, static_cast<double>(low));
  range.maximum = std::max(range.maximum, static_cast<double>(high));
}

void extend(const Context& context, LabelRange& range, DType dtype, const char* data, int64_t n) {
  switch (dtype) {
    case DType::boolean:
    case DType::uint8:
      return extend<uint8_t>(range, data, n);
    case DType::int8:
      return extend<int8_t>(range, data, n);
    case DType::uint16:
      return extend<uint16_t>(range, data, n);
    case DType::int16:
      return extend<int16_t>(range, data, n);
    case DType::uint32:
      return extend<uint32_t>(range, data, n);
    case DType::int32:
      return extend<int32_t>(range, data, n);
    case DType::uint64:
      return extend<uint64_t>(range, data, n);
    case DType::int64:
      return extend<int64_t>(range, data, n);
    case DType::float32:
      return extend<float>(range, data, n);
    case DType::float64:
      return extend<double>(range, data, n);
    case DType::longdouble:
      return extend<long double>(range, data, n);
    case DType::float16:
      break;
  }
  constexpr int64_t kPiece = 256;
  float values[kPiece];
  for (int64_t begin = 0; begin < n; begin += kPiece) {
    const int64_t count = std::min(kPiece, n - begin);
    convert(context, dtype, count, data + begin * 2, DType::float32, reinterpret_cast<char*>(values));
    extend<float>(range, reinterpret_cast<const char*>(values), count);
  }
}

LabelRange range(const Context& context, const ArrayView& source) {
  LabelRange result{true, std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest()};
  const int64_t cols = checked_product(source.row_shape());
  if (source.rows_contiguous() && source.strides[0] == cols * size_of(source.dtype)) {
    extend(context, result, source.dtype, source.data, source.rows() * cols);
    return result;
  }
  StridedRow reader(source,
                    [&](const char* buffer, int64_t n) { extend(context, result, source.dtype, buffer, n); });
  for (int64_t i = 0; i < source.rows(); ++i) reader.read(source.data + i * source.strides[0]);
  return result;
}

bool is_label(double value, int64_t classes, std::optional<int64_t> ignored) {
  const double label = std::trunc(value);
  return (label >= 0 && label < static_cast<double>(classes)) ||
         (ignored && label == static_cast<double>(*ignored));
}

std::optional<StrayLabel> stray_label(const Context& context, const ArrayView& source, int64_t classes,
                                      std::optional<int64_t> ignored) {
  const LabelRange all = range(context, source);
  if (all.finite && all.minimum > -1 && all.maximum < static_cast<double>(classes)) return std::nullopt;
  const int64_t cols = checked_product(source.row_shape());
  std::vector<double> row(static_cast<size_t>(cols));
  for (int64_t i = 0; i < source.rows(); ++i) {
    gather(context, source, nullptr, i, {row.data(), DType::float64, 1, cols});
    const auto stray = std::find_if(row.begin(), row.end(),
                                    [&](double value) { return !is_label(value, classes, ignored); });
    if (stray != row.end()) return StrayLabel{i * cols + (stray - row.begin()), *stray};
  }
  return std::nullopt;
}

std::optional<StrayLabel> stray_gathered(const Context&, const TensorView& labels, int64_t classes,
                                         std::optional<int64_t> ignored) {
  const auto* label = labels.as<int32_t>();
  const auto most = static_cast<uint32_t>(std::min<int64_t>(classes, std::numeric_limits<int32_t>::max()));
  bool inside = true;
  for (int64_t i = 0; i < labels.size(); ++i) inside &= static_cast<uint32_t>(label[i]) < most;
  if (inside) return std::nullopt;
  const auto* end = label + labels.size();
  const auto* stray = std::find_if(label, end, [&](int32_t l) { return !is_label(l, classes, ignored); });
  return stray == end ? std::nullopt : std::optional(StrayLabel{stray - label, static_cast<double>(*stray)});
}

// The op number that the words of a shuffle are drawn under; no op of a program has it.
constexpr uint32_t kShuffleOp = 0xffffffffu;

void shuffle(const Context& context, uint32_t seed, uint64_t epoch, int64_t n, int64_t* rows) {
  for (int64_t i = 0; i < n; ++i) rows[i] = i;
  // Row i swaps with row j <= i, j from 64 random bits: the bias of the multiplication is below n / 2^64.
  constexpr int64_t kPiece = 512;
  uint32_t words[2 * kPiece];
  for (int64_t begin = 0; begin < n; begin += kPiece) {
    const int64_t count = std::min(kPiece, n - begin);
    kernels_of(context).float32.philox_words({seed, kShuffleOp, epoch}, 2 * begin, 2 * count, words);
    for (int64_t i = 0; i < count; ++i) {
      const uint64_t bits = uint64_t{words[2 * i]} << 32 | words[2 * i + 1];
      const auto j =
          static_cast<int64_t>((static_cast<__uint128_t>(bits) * static_cast<uint64_t>(begin + i + 1)) >> 64);
      std::swap(rows[begin + i], rows[j]);
    }
  }
}

}  // namespace

const GatherOps gather_ops{gather, stray_label, stray_gathered, shuffle};

}  // namespace lamella::cpu
