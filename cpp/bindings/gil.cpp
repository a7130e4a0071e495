#include "bindings/gil.h"

#include <unistd.h>

namespace lamella::bindings {

void stop_this_thread() {
  for (;;) ::pause();
}

}  // namespace lamella::bindings
