// Counter-based random numbers, Philox4x32-10: Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3"
// (SC11); and dropout with them.
#pragma once
#include "kernels/vec.h"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

constexpr int kBlocks = lanes<double>;    // Philox blocks computed together, one a 64-bit lane
constexpr int kGroupWords = 4 * kBlocks;  // their words: two vectors of 32-bit lanes
constexpr int kHalfWords = kGroupWords / 2;

struct PhiloxWords {
  U32 low, high;  // words 0 .. kHalfWords - 1 and the rest, in order
};

// The counter words of kBlocks blocks from `block` on, each in the low half of a 64-bit lane. What is in the
// high halves never matters: products read low halves only, and xor keeps the halves apart. Neighbouring
// lanes hold blocks kBlocks / 2 apart, which is the order in which interleave_low and _high undo.
LAMELLA_INLINE U64 block_counters(uint64_t block) {
  U64 counter{};
  for (int i = 0; i < kBlocks; ++i) counter[i] = static_cast<uint64_t>(i / 2 + i % 2 * (kBlocks / 2));
  return counter + block;
}

LAMELLA_INLINE PhiloxWords philox(PhiloxKey key, uint64_t block) {
  const U64 multiplier0 = U64{} + 0xD2511F53u, multiplier1 = U64{} + 0xCD9E8D57u;
  U64 c0 = block_counters(block), c1 = c0 >> 32, c2 = U64{} + key.step, c3 = c2 >> 32;
  uint32_t key0 = key.seed, key1 = key.op;
  for (int round = 0; round < 10; ++round) {
    const U64 product0 = mul_even_u32(c0, multiplier0), product1 = mul_even_u32(c2, multiplier1);
    c0 = (product1 >> 32) ^ c1 ^ (U64{} + key0);
    c2 = (product0 >> 32) ^ c3 ^ (U64{} + key1);
    c1 = product1;
    c3 = product0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  const U64 words01 = (c0 & 0xffffffffu) | (c1 << 32), words23 = (c2 & 0xffffffffu) | (c3 << 32);
  return {(U32)interleave_low(words01, words23), (U32)interleave_high(words01, words23)};
}

// Words as memory holds them, for kernels that want less than a group.
LAMELLA_INLINE void store_words(uint32_t* out, U32 words) { __builtin_memcpy(out, &words, sizeof words); }

template <class T>
void philox_words(PhiloxKey key, int64_t begin, int64_t n, uint32_t* out) {
  for (int64_t i = 0; i < n; i += kGroupWords) {
    const PhiloxWords words = philox(key, static_cast<uint64_t>((begin + i) / 4));
    if (n - i >= kGroupWords) {
      store_words(out + i, words.low);
      store_words(out + i + kHalfWords, words.high);
    } else {
      uint32_t group[kGroupWords];
      store_words(group, words.low);
      store_words(group + kHalfWords, words.high);
      for (int64_t j = i; j < n; ++j) out[j] = group[j - i];
    }
  }
}

// y = bit ? x * scale + shift : dropped for count <= 32 elements.
template <class T>
LAMELLA_INLINE void keep_values(int64_t count, uint32_t bits, const DropoutValues<T>& v, const T* x, T* y) {
  for_each_vector<T>(count, [&](int64_t i, auto span) {
    const Vec<T> kept = mul_add(load(x + i, span), splat(v.scale), splat(v.shift - v.dropped));
    store(y + i, keep(kept, bits >> i) + v.dropped, span);
  });
}

// y = bit ? x * scale : 0 for count <= 32 elements.
template <class T>
LAMELLA_INLINE void keep_scaled(int64_t count, uint32_t bits, T scale, const T* x, T* y) {
  for_each_vector<T>(
      count, [&](int64_t i, auto span) { store(y + i, keep(load(x + i, span) * scale, bits >> i), span); });
}

// The lines of N elements that a pass comes to 2 KB later: with so much arithmetic between them, or on three
// arrays, the machine does not foresee them far enough.
template <int N, class T>
LAMELLA_INLINE void fetch_ahead(const T* p) {
  constexpr int kLine = 64 / static_cast<int>(sizeof(T)), kAhead = 2048 / static_cast<int>(sizeof(T));
  for (int i = 0; i < N; i += kLine) __builtin_prefetch(p + kAhead + i);
}

template <class T>
void dropout_forward(PhiloxKey key, int64_t begin, int64_t n, uint32_t threshold,
                     const DropoutValues<T>& values, const T* x, T* y, uint8_t* mask) {
  for (int64_t i = 0; i < n; i += kGroupWords) {
    fetch_ahead<kGroupWords>(x + i);
    fetch_ahead<kGroupWords>(y + i);
    const PhiloxWords words = philox(key, static_cast<uint64_t>((begin + i) / 4));
    uint32_t bits = bits_of((Int<float>)(words.low >= threshold));
    bits |= bits_of((Int<float>)(words.high >= threshold)) << kHalfWords;
    if (n - i >= kGroupWords) {
      keep_values<T>(kGroupWords, bits, values, x + i, y + i);
      __builtin_memcpy(mask + i / 8, &bits, kGroupWords / 8);
    } else {
      bits &= (1u << (n - i)) - 1;
      keep_values<T>(n - i, bits, values, x + i, y + i);
      __builtin_memcpy(mask + i / 8, &bits, static_cast<size_t>(n - i + 7) / 8);
    }
  }
}

template <class T>
void dropout_backward(int64_t n, T scale, const uint8_t* mask, const T* dy, T* dx) {
  int64_t i = 0;
  for (; i + 32 <= n; i += 32) {
    fetch_ahead<32>(dy + i);
    fetch_ahead<32>(dx + i);
    uint32_t bits;
    __builtin_memcpy(&bits, mask + i / 8, 4);
    keep_scaled<T>(32, bits, scale, dy + i, dx + i);
  }
  if (i == n) return;
  uint32_t bits = 0;
  for (int64_t byte = i / 8; byte < (n + 7) / 8; ++byte) bits |= uint32_t{mask[byte]} << (byte - i / 8) * 8;
  keep_scaled<T>(n - i, bits, scale, dy + i, dx + i);
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
