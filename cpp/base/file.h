// Reading from an open file.
#pragma once
#include <cstdint>
#include <span>

namespace lamella {

// Fills all bytes from this offset on; throws where the file ends before or cannot be read.
void read_at(int descriptor, int64_t offset, std::span<char> bytes);

}  // namespace lamella
