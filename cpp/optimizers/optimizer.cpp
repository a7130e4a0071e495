#include "optimizers/optimizer.h"

#include "base/error.h"
#include "optimizers/adadelta.h"
#include "optimizers/adagrad.h"
#include "optimizers/adam.h"
#include "optimizers/adamax.h"
#include "optimizers/ftrl.h"
#include "optimizers/lion.h"
#include "optimizers/nadam.h"
#include "optimizers/rmsprop.h"
#include "optimizers/sgd.h"

namespace lamella::optimizers {

OptimizerPtr make_optimizer(const std::string& name, const Attributes& attributes) {
  if (name == "adadelta") return std::make_shared<Adadelta>(attributes);
  if (name == "adagrad") return std::make_shared<Adagrad>(attributes);
  if (name == "adam") return std::make_shared<Adam>(attributes);
  if (name == "adamax") return std::make_shared<Adamax>(attributes);
  if (name == "ftrl") return std::make_shared<Ftrl>(attributes);
  if (name == "lion") return std::make_shared<Lion>(attributes);
  if (name == "nadam") return std::make_shared<Nadam>(attributes);
  if (name == "rmsprop") return std::make_shared<RmsProp>(attributes);
  if (name == "sgd") return std::make_shared<Sgd>(attributes);
  fail("Unknown optimizer '", name, "'.");
}

}  // namespace lamella::optimizers
