#include "bench/model/result_file_groups.h"

#include <gtest/gtest.h>

#include "bench/model/result_file.h"

namespace tare {
namespace {

EnvironmentGroups made_up() {
  EnvironmentGroups groups;
  groups["schema"].details = {{"index public.t a", "CREATE INDEX a ON public.t (x)"}};
  groups["schema"].left_out = 3;
  groups["schema"].left_out_digest = "00000000000000aa";
  groups["redis"].not_read = "NOPERM";
  return groups;
}

TEST(ResultFileGroups, ComeBackAsTheyWere) {
  EXPECT_EQ(groups_from_json(groups_to_json(made_up())), made_up());
  EXPECT_EQ(groups_to_json({}), "{}");
}

TEST(ResultFileGroups, ArePartOfAResult) {
  Result result;
  EXPECT_EQ(result_to_json(result).find("\"groups\""), std::string::npos);
  result.environment.groups = made_up();
  const std::string text = result_to_json(result);
  EXPECT_NE(text.find("\"digest\": \"" + digest_of(made_up().at("schema"))), std::string::npos);
  EXPECT_EQ(result_from_json(text, "x").environment, result.environment);
}

TEST(ResultFileGroups, BytesThatAreNoTextAreReplaced) {
  EnvironmentGroups groups;
  groups["schema"].details = {{"comment \xff", "\xfe"}};
  EXPECT_EQ(groups_from_json(groups_to_json(groups)).at("schema").details.size(), 1u);
}

}  // namespace
}  // namespace tare
