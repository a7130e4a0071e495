// Runs every registered test: lamella_kernel_tests [--full] [name ...]. --full sweeps every float32 value.
#include <algorithm>
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
  for (const Test& test : tests()) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), test.name) == wanted.end()) continue;
    const int before = failures;
    context = test.name;
    test.run();
    std::printf("%s %s\n", failures == before ? "ok    " : "FAILED", test.name);
  }
  return failures == 0 ? 0 : 1;
}
