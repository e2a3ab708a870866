#include "bench/model/plan_values_json.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(PlanValuesJson, ComeBackExactly) {
  const Parameters parameters = {"", std::nullopt, "NULL", "\xC3\xA4'\"\\"};
  EXPECT_EQ(parameters_from_json(parameters_to_json(parameters)), parameters);
  EXPECT_EQ(parameters_to_json({"a", std::nullopt}), R"(["a",null])");
  EXPECT_EQ(parameters_to_json({"\xFF"}), "[\"\xEF\xBF\xBD\"]");
  const WorkVector work{1, 2, 1e15 / 3, 4, 5, 6};
  EXPECT_EQ(work_from_json(work_to_json(work)), work);
}

TEST(PlanValuesJson, OtherFormsAreRefused) {
  EXPECT_THROW(parameters_from_json("[1, 2]"), std::exception);
  EXPECT_THROW(work_from_json(R"({"rows": 1})"), std::exception);
}

}  // namespace
}  // namespace tare
