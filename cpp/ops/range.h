// Whole numbers from begin up to, but not with, end.
#pragma once
#include <algorithm>
#include <cstdint>

namespace lamella::ops {

struct Range {
  int64_t begin, end;

  int64_t size() const { return end - begin; }
  bool contains(int64_t i) const { return begin <= i && i < end; }
};

inline Range intersection(const Range& a, const Range& b) {
  const int64_t begin = std::max(a.begin, b.begin);
  return {begin, std::max(begin, std::min(a.end, b.end))};
}

}  // namespace lamella::ops
