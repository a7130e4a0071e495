// XXH64, a checksum of bytes: Yann Collet, xxHash specification 0.1.1. It finds damage, not forgery.
#pragma once
#include <cstdint>
#include <span>

namespace lamella {

uint64_t checksum(std::span<const unsigned char> bytes, uint64_t seed);

}  // namespace lamella
