// Update rules of optimizers, as contracts and kernels call them.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace lamella {

enum class UpdateRule : int32_t {
#define LAMELLA_UPDATE_RULE(name) name,
#include "base/update_rules.inc"
#undef LAMELLA_UPDATE_RULE
};

// What a rule computes with in one step, and what it keeps of every parameter: at most so many.
constexpr size_t kMostUpdateNumbers = 6, kMostUpdateSlots = 3;

using UpdateNumbers = std::array<double, kMostUpdateNumbers>;

}  // namespace lamella
