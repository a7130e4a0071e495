#include <climits>

#include "kernel_test.h"

namespace lamella::testing {
namespace {

template <class From>
void check_convert(DType type, std::vector<From> x) {
  for_each_table([&](const Kernels& all, auto t) {
    using T = decltype(t);
    for (int64_t n : kLengths) {
      std::vector<From> source(n);
      for (int64_t i = 0; i < n; ++i) source[i] = x[i % x.size()];
      std::vector<T> y(n);
      std::vector<int32_t> labels(n);
      all.table<T>().convert(type, n, source.data(), y.data());
      all.table<T>().convert_to_int32(type, n, source.data(), labels.data());
      for (int64_t i = 0; i < n; ++i) {
        CHECK(y[i] == static_cast<T>(source[i]));
        CHECK(labels[i] == static_cast<int32_t>(source[i]));
      }
    }
  });
}

TEST(convert_every_type) {
  check_convert<uint8_t>(DType::uint8, {0, 1, 127, 128, 255});
  check_convert<int8_t>(DType::int8, {0, 1, -1, 127, -128});
  check_convert<uint16_t>(DType::uint16, {0, 1, 32768, 65535});
  check_convert<int16_t>(DType::int16, {0, -1, 32767, -32768});
  check_convert<uint32_t>(DType::uint32, {0, 1, 16777217, 2147483647});
  check_convert<int32_t>(DType::int32, {0, -1, 16777217, INT_MAX, INT_MIN});
  check_convert<uint64_t>(DType::uint64, {0, 1, 16777217, 2147483647});
  check_convert<int64_t>(DType::int64, {0, -1, 16777217, INT_MAX, INT_MIN});
  check_convert<float>(DType::float32, {0, -1.75f, 3.999f, 1e9f});
  check_convert<double>(DType::float64, {0, -1.75, 3.999, 2147483647.5, 0.1});
  check_convert<long double>(DType::longdouble, {0, -1.75L, 3.999L, 0.1L});
  check_convert<uint8_t>(DType::boolean, {0, 1, 1, 0, 1});
}

TEST(rows_are_copied) {
  const std::vector<int64_t> picked = {3, 0, 3, 1};
  for (const std::string& isa : kernels::available_isas()) {
    context = isa;
    for (const int64_t bytes : {1, 2, 3, 4, 8, 12, 31, 63, 64, 65, 200, 256}) {
      const int64_t stride = bytes + 5;
      std::vector<char> source(static_cast<size_t>(4 * stride)), out(static_cast<size_t>(4 * bytes + 1), 'x');
      for (size_t i = 0; i < source.size(); ++i) source[i] = static_cast<char>(i * 7);
      for (const bool in_order : {false, true}) {
        kernels::kernels_for(isa).float32.copy_rows(source.data(), stride, in_order ? nullptr : picked.data(),
                                                    1, in_order ? 3 : 4, bytes, out.data());
        for (int64_t i = 0; i < (in_order ? 3 : 4); ++i) {
          const int64_t row = in_order ? 1 + i : picked[static_cast<size_t>(i)];
          CHECK(std::memcmp(&out[static_cast<size_t>(i * bytes)], &source[static_cast<size_t>(row * stride)],
                            static_cast<size_t>(bytes)) == 0);
        }
        CHECK(out.back() == 'x');
      }
    }
  }
}

TEST(convert_half_precision) {
  const std::vector<uint16_t> bits = {0x0000, 0x3c00, 0xc000, 0x7bff, 0x0001,
                                      0x83ff, 0x0400, 0x3555, 0x7c00, 0xfc00};
  const std::vector<double> values = {0,
                                      1,
                                      -2,
                                      65504,
                                      std::ldexp(1, -24),
                                      -std::ldexp(1023, -24),
                                      std::ldexp(1, -14),
                                      0.333251953125,
                                      HUGE_VAL,
                                      -HUGE_VAL};
  for_each_table([&](const Kernels& all, auto t) {
    using T = decltype(t);
    std::vector<T> y(bits.size());
    all.table<T>().convert(DType::float16, int64_t(bits.size()), bits.data(), y.data());
    for (size_t i = 0; i < bits.size(); ++i) CHECK(y[i] == values[i]);
    const uint16_t nan = 0x7e00;
    all.table<T>().convert(DType::float16, 1, &nan, y.data());
    CHECK(std::isnan(y[0]));
  });
}

TEST(convert_labels_out_of_range) {
  for_each_table([&](const Kernels& all, auto t) {
    using T = decltype(t);
    const double x[] = {1e20, -1e20, HUGE_VAL, std::nan("")};
    const int64_t wide[] = {int64_t{1} << 40, -(int64_t{1} << 40)};
    int32_t y[4];
    all.table<T>().convert_to_int32(DType::float64, 4, x, y);
    CHECK(y[0] == INT_MAX && y[1] == INT_MIN && y[2] == INT_MAX && y[3] == INT_MIN);
    all.table<T>().convert_to_int32(DType::int64, 2, wide, y);
    CHECK(y[0] == INT_MAX && y[1] == INT_MIN);
  });
}

}  // namespace
}  // namespace lamella::testing
