#include "tools/experiment/probe_machine.h"

#include <gtest/gtest.h>

#include "bench/drivers/test_servers.h"
#include "bench/model/errors.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

TEST(ProbeMachine, MeasuresEverythingAndLeavesNothing) {
  TestFolder folder;
  MachineFacts facts = probe_machine(folder.path(), {});
  ASSERT_TRUE(facts.oversleep_100us && facts.oversleep_1ms && facts.clock_read_ns && facts.fsync);
  EXPECT_GT(facts.oversleep_100us->median_ns, 0) << "nobody is woken before the time";
  EXPECT_GT(*facts.clock_read_ns, 0);
  EXPECT_GE(facts.allowed_cores, 1);
  EXPECT_GE(facts.online_cores, facts.allowed_cores);
  EXPECT_GT(facts.memory_bytes.value_or(0), facts.available_bytes.value_or(0));
  EXPECT_FALSE(facts.file_system.empty());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  std::chrono::nanoseconds left = 1h;
  probe_noise(
      100ms, [&](std::chrono::nanoseconds told) { left = told; }, {}, facts);
  ASSERT_TRUE(facts.noise);
  EXPECT_GE(facts.noise->count, 2);
  EXPECT_GE(facts.noise->worst_ns, facts.noise->median_ns);
  EXPECT_GE(facts.noise_s, 0.1);
  EXPECT_LT(left, 100ms);
}

TEST(ProbeMachine, AFolderThatCannotBeWrittenHasNoFsync) {
  EXPECT_FALSE(probe_machine("/proc", {}).fsync);
}

TEST(ProbeMachine, StopsAtOnce) {
  std::stop_source stop;
  stop.request_stop();
  MachineFacts facts;
  EXPECT_THROW(probe_machine("/tmp", stop.get_token()), Interrupted);
  EXPECT_THROW(probe_noise(1h, {}, stop.get_token(), facts), Interrupted);
}

}  // namespace
}  // namespace tare
