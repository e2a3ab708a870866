#include "bench/model/plan_values_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace tare {
namespace {

TEST(PlanValuesJson, ComeBackExactly) {
  const Parameters parameters = {"", std::nullopt, "NULL", "\xC3\xA4'\"\\"};
  EXPECT_EQ(parameters_from_json(parameters_to_json(parameters)), parameters);
  EXPECT_EQ(parameters_to_json({"a", std::nullopt}).dump(), R"(["a",null])");
  const WorkVector work{1, 2, 1e15 / 3, 4, 5, 6};
  EXPECT_EQ(work_from_json(nlohmann::ordered_json::parse(work_to_json(work).dump())), work);
}

TEST(PlanValuesJson, OtherFormsAreRefused) {
  EXPECT_THROW(parameters_from_json({1, 2}), nlohmann::json::exception);
  EXPECT_THROW(work_from_json({{"rows", 1}}), nlohmann::json::exception);
}

}  // namespace
}  // namespace tare
