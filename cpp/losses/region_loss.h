// Losses of a whole batch as one region: Dice and Tversky. They have no value for single rows.
#pragma once
#include "losses/loss.h"

namespace lamella::losses {

// Null where the name is neither.
LossPtr make_region_loss(const std::string& name, const Attributes& attributes);

}  // namespace lamella::losses
