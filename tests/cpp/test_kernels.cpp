// Runs every registered test: lamella_kernel_tests [--full] [name ...]. --full sweeps every float32 value.
#include <cstring>

#include "kernel_test.h"
#include "test_math.h"

using namespace lamella::testing;

int main(int argc, char** argv) {
  std::vector<std::string> wanted;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--full") == 0)
      full_sweep = true;
    else
      wanted.push_back(argv[i]);
  }
  return run_tests(wanted);
}
