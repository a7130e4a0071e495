#include "base/checksum.h"

#include <bit>
#include <cstring>

namespace lamella {

namespace {

// The specification's constants.
constexpr uint64_t kPrime1 = 0x9E3779B185EBCA87, kPrime2 = 0xC2B2AE3D27D4EB4F, kPrime3 = 0x165667B19E3779F9,
                   kPrime4 = 0x85EBCA77C2B2AE63, kPrime5 = 0x27D4EB2F165667C5;

static_assert(std::endian::native == std::endian::little, "words are read as they lie in memory");

template <class Word>
uint64_t read(const unsigned char* p) {
  Word word;
  std::memcpy(&word, p, sizeof(word));
  return word;
}

uint64_t round(uint64_t lane, uint64_t word) { return std::rotl(lane + word * kPrime2, 31) * kPrime1; }

uint64_t merge(uint64_t hash, uint64_t lane) { return (hash ^ round(0, lane)) * kPrime1 + kPrime4; }

// Four lanes of 8 bytes; moves p behind the last whole stripe of 32.
uint64_t hash_stripes(const unsigned char*& p, const unsigned char* end, uint64_t seed) {
  uint64_t a = seed + kPrime1 + kPrime2, b = seed + kPrime2, c = seed, d = seed - kPrime1;
  for (; end - p >= 32; p += 32) {
    a = round(a, read<uint64_t>(p));
    b = round(b, read<uint64_t>(p + 8));
    c = round(c, read<uint64_t>(p + 16));
    d = round(d, read<uint64_t>(p + 24));
  }
  const uint64_t hash = std::rotl(a, 1) + std::rotl(b, 7) + std::rotl(c, 12) + std::rotl(d, 18);
  return merge(merge(merge(merge(hash, a), b), c), d);
}

uint64_t hash_tail(uint64_t hash, const unsigned char* p, const unsigned char* end) {
  for (; end - p >= 8; p += 8) hash = std::rotl(hash ^ round(0, read<uint64_t>(p)), 27) * kPrime1 + kPrime4;
  if (end - p >= 4) {
    hash = std::rotl(hash ^ (read<uint32_t>(p) * kPrime1), 23) * kPrime2 + kPrime3;
    p += 4;
  }
  for (; p < end; ++p) hash = std::rotl(hash ^ (*p * kPrime5), 11) * kPrime1;
  return hash;
}

}  // namespace

uint64_t xxh64(std::span<const unsigned char> bytes, uint64_t seed) {
  const unsigned char* p = bytes.data();
  const unsigned char* end = p + bytes.size();
  uint64_t hash = bytes.size() >= 32 ? hash_stripes(p, end, seed) : seed + kPrime5;
  hash = hash_tail(hash + bytes.size(), p, end);
  hash = (hash ^ (hash >> 33)) * kPrime2;
  hash = (hash ^ (hash >> 29)) * kPrime3;
  return hash ^ (hash >> 32);
}

}  // namespace lamella
