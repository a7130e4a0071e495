#include <array>

#include "kernel_test.h"

namespace lamella::testing {
namespace {

using Block = std::array<uint32_t, 4>;

Block philox(Block c, uint32_t key0, uint32_t key1) {
  for (int round = 0; round < 10; ++round, key0 += 0x9E3779B9u, key1 += 0xBB67AE85u) {
    const uint64_t p0 = uint64_t{0xD2511F53u} * c[0], p1 = uint64_t{0xCD9E8D57u} * c[2];
    c = {uint32_t(p1 >> 32) ^ c[1] ^ key0, uint32_t(p1), uint32_t(p0 >> 32) ^ c[3] ^ key1, uint32_t(p0)};
  }
  return c;
}

// Random123's published answers (kat_vectors, philox4x32 10).
TEST(philox_known_answers) {
  CHECK((philox({0, 0, 0, 0}, 0, 0) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  CHECK((philox({~0u, ~0u, ~0u, ~0u}, ~0u, ~0u) == Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  CHECK((philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0) ==
         Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
  for_each_table([](const Kernels& all, auto t) {
    uint32_t out[4];
    all.table<decltype(t)>().philox_words({0, 0, 0}, 0, 4, out);
    CHECK((Block{out[0], out[1], out[2], out[3]} == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  });
}

const PhiloxKey kKey = {0xa4093822, 0x299f31d0, 0x0370734413198a2e};

uint32_t word(int64_t element) {
  const uint64_t block = static_cast<uint64_t>(element) / 4;
  return philox({uint32_t(block), uint32_t(block >> 32), uint32_t(kKey.step), uint32_t(kKey.step >> 32)},
                kKey.seed, kKey.op)[element % 4];
}

const std::vector<int64_t> kBegins = {0, 32, 4096, (int64_t{1} << 34) - 64, int64_t{1} << 45};

TEST(philox_words_match_reference) {
  for_each_table([](const Kernels& all, auto t) {
    for (int64_t begin : kBegins)
      for (int64_t n : kLengths) {
        std::vector<uint32_t> out(n + 1, 7);
        all.table<decltype(t)>().philox_words(kKey, begin + 4, n, out.data());
        for (int64_t i = 0; i < n; ++i) CHECK(out[i] == word(begin + 4 + i));
        CHECK(out[n] == 7);
      }
  });
}

TEST(dropout_forward_and_backward) {
  const uint32_t threshold = 0x60000000;
  for_each_table([&](const Kernels& all, auto t) {
    using T = decltype(t);
    for (int64_t begin : kBegins)
      for (int64_t n : kLengths) {
        const std::vector<T> x = random_values<T>(n);
        std::vector<T> y(n), dx(n);
        std::vector<uint8_t> mask((n + 7) / 8 + 1, 0xee);
        all.table<T>().dropout_forward(kKey, begin, n, threshold, {T(1.6)}, x.data(), y.data(), mask.data());
        all.table<T>().dropout_backward(n, T(1.6), mask.data(), x.data(), dx.data());
        for (int64_t i = 0; i < n; ++i) {
          const bool kept = word(begin + i) >= threshold;
          CHECK((mask[i / 8] >> (i % 8) & 1) == kept);
          CHECK(y[i] == (kept ? x[i] * T(1.6) : T(0)));
          CHECK(dx[i] == y[i]);
        }
        CHECK(mask.back() == 0xee);
      }
  });
}

}  // namespace
}  // namespace lamella::testing
