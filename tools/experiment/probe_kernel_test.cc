#include "tools/experiment/probe_kernel.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(ProbeKernel, TablesHaveNamesAndNumbers) {
  const auto table = kernel_table("MemTotal:  16 kB\npswpin 3\nbroken\nnr_periods 7\n");
  EXPECT_EQ(table,
            (std::map<std::string, int64_t>{{"MemTotal", 16}, {"pswpin", 3}, {"nr_periods", 7}}));
}

TEST(ProbeKernel, StealIsAShareOfAllProcessorTime) {
  KernelCounters before, after;
  read_processor_times("cpu  10 0 10 70 0 0 0 10 5 5\ncpu0 1 2\n", before);
  read_processor_times("cpu  20 0 20 140 0 0 0 20 9 9\n", after);
  EXPECT_EQ(before.processor, 100);
  EXPECT_DOUBLE_EQ(*steal_share(before, after), 0.1);
  EXPECT_FALSE(steal_share(after, before));
  KernelCounters none;
  read_processor_times("intr 1 2 3", none);
  EXPECT_FALSE(none.steal);
  EXPECT_FALSE(steal_share(none, none));
}

TEST(ProbeKernel, Quotas) {
  EXPECT_DOUBLE_EQ(*parse_quota("150000 100000\n"), 1.5);
  EXPECT_FALSE(parse_quota("max 100000\n"));
  EXPECT_FALSE(parse_quota("-1 100000"));
  EXPECT_FALSE(parse_quota(" "));
}

TEST(ProbeKernel, ThisKernelTells) {
  const KernelCounters counters = read_kernel_counters();
  ASSERT_TRUE(counters.processor);
  EXPECT_GT(*counters.processor, 0);
}

}  // namespace
}  // namespace tare
