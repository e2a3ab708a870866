#include "tools/experiment/clock_step.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

using namespace std::chrono_literals;

TEST(ClockStep, IsWhatTheWallClockGainedOverTheSteadyOne) {
  const Moment before = Moment::now();
  EXPECT_NEAR(clock_step_s(before, {before.wall + 10s, before.steady + 10s}), 0, 1e-6);
  EXPECT_NEAR(clock_step_s(before, {before.wall + 3610s, before.steady + 10s}), 3600, 1e-6);
  EXPECT_NEAR(clock_step_s(before, {before.wall - 5s, before.steady + 10s}), -15, 1e-6);
  EXPECT_NEAR(clock_step_s(before, Moment::now()), 0, 0.5);
}

}  // namespace
}  // namespace tare
