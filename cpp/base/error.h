// Errors are for people: which layer, what was expected, what came. The core throws and never prints or
// aborts.
#pragma once
#include <sstream>
#include <stdexcept>

namespace lamella {

// Wrong value or shape (ValueError in Python): fail("layer '", name, "' expects ...").
template <class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  std::ostringstream message;
  (message << ... << parts);
  throw std::invalid_argument(message.str());
}

// Misuse of an object's protocol (RuntimeError in Python).
template <class... Parts>
[[noreturn]] void misuse(const Parts&... parts) {
  std::ostringstream message;
  (message << ... << parts);
  throw std::logic_error(message.str());
}

}  // namespace lamella
