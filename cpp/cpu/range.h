// Whole numbers from begin up to, but not with, end.
#pragma once
#include <algorithm>
#include <cstdint>

namespace lamella::cpu {

struct Range {
  int64_t begin, end;

  int64_t size() const { return end - begin; }
  bool contains(int64_t i) const { return begin <= i && i < end; }
};

inline Range intersection(const Range& a, const Range& b) {
  const int64_t begin = std::max(a.begin, b.begin);
  return {begin, std::max(begin, std::min(a.end, b.end))};
}

// One of so many parts of 0 .. n - 1, of nearly one size.
inline Range part_of(int64_t n, int64_t part, int64_t parts) {
  return {part * n / parts, (part + 1) * n / parts};
}

}  // namespace lamella::cpu
