#include "tools/compare/null_check.h"

#include <cmath>

#include "tools/compare/comparison_fixture.h"

namespace tare {
namespace {

const NullCheck& of_page(const Comparison& comparison) {
  static const NullCheck none;
  for (const NullCheck& check : comparison.null_check) {
    if (check.operation == "page" && check.metric == "response_time_tm95") return check;
  }
  ADD_FAILURE() << "the gating row has no entry";
  return none;
}

TEST(NullCheck, ComparesBaselinesAlone) {
  // ln(11 / 10) and, the other way round, ln(10 / 11) less: +10 % and -10 % in logs, then 0.
  const Comparison comparison = compare(paired({10, 11, 10, 11}, {50, 50, 50, 50}), {});
  const NullCheck& check = of_page(comparison);
  EXPECT_EQ(check.couples, 2);
  EXPECT_NEAR(check.change, 0, 1e-12) << "each second couple the other way round";
  ASSERT_TRUE(check.low && check.high);
  EXPECT_NEAR(std::log1p(*check.high), 12.706 * std::log(1.1), 0.01) << "t with 1 degree";
  EXPECT_LT(*check.low, 0);
}

TEST(NullCheck, ATrendLeansOnNeither) {
  const double step = 1.02;
  std::vector<double> times;
  for (int i = 0; i < 8; ++i) times.push_back(10 * std::pow(step, i));
  EXPECT_NEAR(of_page(compare(paired(times, times), {})).change, 0, 1e-9);
}

TEST(NullCheck, SaysNoMoreThanItKnows) {
  EXPECT_TRUE(compare(paired({10}, {10}), {}).null_check.empty());
  const Comparison couple = compare(paired({10, 12, 11}, {10, 10, 10}), {});
  EXPECT_EQ(of_page(couple).couples, 1);
  EXPECT_NEAR(of_page(couple).change, 0.2, 1e-9);
  EXPECT_FALSE(of_page(couple).low || of_page(couple).high);
  for (const NullCheck& check : couple.null_check) EXPECT_NE(check.metric, "failed_share");
}

}  // namespace
}  // namespace tare
