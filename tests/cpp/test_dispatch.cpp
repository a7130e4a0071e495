#include <cstdlib>
#include <stdexcept>

#include "kernel_test.h"

namespace lamella::testing {
namespace {

TEST(available_isas_name_their_tables) {
  const auto isas = kernels::available_isas();
  CHECK(!isas.empty());
  for (const std::string& isa : isas) CHECK(kernels::kernels_for(isa).isa == isa);
}

TEST(unknown_isa_is_refused_with_the_available_ones) {
  try {
    kernels::kernels_for("mmx");
    CHECK(false);
  } catch (const std::invalid_argument& error) {
    const std::string message = error.what();
    CHECK(message.find("'mmx'") != std::string::npos);
    CHECK(message.find(kernels::available_isas().back()) != std::string::npos);
  }
}

TEST(selected_table_is_the_best_or_the_environments) {
  const char* wanted = std::getenv("LAMELLA_ISA");
  CHECK(kernels::select_kernels().isa == (wanted && *wanted ? wanted : kernels::available_isas().back()));
}

}  // namespace
}  // namespace lamella::testing
