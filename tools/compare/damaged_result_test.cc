#include "tools/compare/damaged_result.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "tools/compare/comparison_fixture.h"

namespace tare {
namespace {

// What is said of a sound trial after `spoil`.
std::string after(const std::function<void(Result&)>& spoil) {
  Result result = trial(10).result;
  result.stalls = Stalls{1, 20'000'000, 20'000'000};
  result.jobs["import"].runs = {3, 3};
  spoil(result);
  return why_damaged(result);
}

TEST(DamagedResult, ASoundOneIsNone) {
  EXPECT_EQ(after([](Result&) {}), "");
  EXPECT_EQ(why_damaged(trial(10, 4000, 4000).result), "");  // all failed
  EXPECT_EQ(why_damaged(Result()), "");
}

TEST(DamagedResult, NamesTheFigure) {
  const auto said = after([](Result& result) { result.operations["page"].requests.failed = -1; });
  EXPECT_TRUE(said.starts_with("operations.page.requests.failed is -1, which no trial measures"))
      << said;
}

TEST(DamagedResult, IsFoundWhereverAVerdictLooks) {
  const double tiny = std::numeric_limits<double>::denorm_min();
  const std::function<void(Result&)> spoilers[] = {
      [tiny](Result& result) { result.operations["page"].response_time_ns.tm95 = tiny; },
      [](Result& result) { result.operations["page"].service_time_ns.mean = 1e300; },
      [](Result& result) { result.operations["page"].response_time_ns.p99 = -1; },
      [](Result& result) { result.operations["page"].requests.ok = 4001; },
      [](Result& result) { result.operations["page"].paths["plain"].count = -5; },
      [](Result& result) {
        result.operations["page"].paths["plain"].tm95_part = TrimmedPart{1.5, 10};
      },
      [](Result& result) {
        result.operations["page"].steps["query"].calls = std::numeric_limits<int64_t>::max();
      },
      [](Result& result) { result.operations["page"].cache_check.different = -1; },
      [](Result& result) { result.jobs["import"].runs.timed_out = -1; },
      [](Result& result) { result.jobs["import"].duration_ns.mean = -2; },
      [](Result& result) { result.measured_s = -1; },
      [](Result& result) { result.achieved_rate_per_s = 1e308; },
      [](Result& result) { result.stalls->total_ns = -1; },
      [](Result& result) { result.generator.lag_ns.tm95 = 1e308; }};
  for (const auto& spoil : spoilers) EXPECT_NE(after(spoil), "");
}

}  // namespace
}  // namespace tare
