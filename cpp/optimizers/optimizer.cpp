#include "optimizers/optimizer.h"

#include "base/error.h"
#include "optimizers/adam.h"
#include "optimizers/sgd.h"

namespace lamella::optimizers {

OptimizerPtr make_optimizer(const std::string& name, const Attributes& attributes) {
  if (name == "sgd") return std::make_shared<Sgd>(attributes);
  if (name == "adam") return std::make_shared<Adam>(attributes);
  fail("Unknown optimizer '", name, "'.");
}

}  // namespace lamella::optimizers
