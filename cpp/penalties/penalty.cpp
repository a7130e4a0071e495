#include "penalties/penalty.h"

#include "base/error.h"
#include "penalties/l1_l2.h"

namespace lamella::penalties {

PenaltyPtr make_penalty(const std::string& name, const Attributes& attributes) {
  if (name == "l1_l2") return std::make_shared<L1L2>(attributes);
  fail("Unknown regularizer '", name, "'.");
}

}  // namespace lamella::penalties
