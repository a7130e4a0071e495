#include "check.h"
#include "engine/sharing.h"

namespace lamella::testing {
namespace {

using engine::Sharing;
using namespace std::chrono_literals;

// The share of steps that were shared in a run of this length, on a machine of these speeds.
double run(Sharing& sharing, Sharing::Duration length, Sharing::Duration shared, Sharing::Duration alone) {
  Sharing::Duration time{};
  int64_t steps = 0, of_them_shared = 0;
  while (time < length) {
    const Sharing::Duration step = sharing.shared() ? shared : alone;
    of_them_shared += sharing.shared();
    ++steps;
    time += step;
    sharing.record(step);
  }
  return static_cast<double>(of_them_shared) / static_cast<double>(steps);
}

TEST(the_faster_way_is_kept) {
  for (const auto scale : {1, 100}) {
    Sharing one, other;
    CHECK(run(one, 2s, 7us * scale, 10us * scale) > 0.95);
    CHECK(run(other, 2s, 14us * scale, 10us * scale) < 0.05);
  }
}

TEST(a_change_of_the_machine_is_noticed) {
  Sharing sharing;
  run(sharing, 1s, 70us, 100us);
  CHECK(run(sharing, 1s, 150us, 100us) < 0.1);
  CHECK(run(sharing, 1s, 70us, 100us) > 0.9);
}

TEST(long_steps_are_shared) {
  Sharing sharing;
  CHECK(run(sharing, 10s, 4ms, 8ms) == 1);
  CHECK(run(sharing, 10s, 2ms, 4ms) > 0.95);
}

}  // namespace
}  // namespace lamella::testing
