#include "tools/plans/plan_shape.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tare {
namespace {

std::string explained(const std::string& node) {
  return "[{\"Plan\":" + node + "}]";
}

const char kSeqScan[] = R"json({"Node Type":"Gather","Parallel Aware":false,"Total Cost":5000.5,
  "Actual Rows":12,"Shared Hit Blocks":100,"Shared Read Blocks":20,"Local Hit Blocks":3,
  "Local Read Blocks":4,"Temp Read Blocks":9,"Workers Planned":2,"Workers Launched":2,
  "Plans":[{"Node Type":"Seq Scan","Parent Relationship":"Outer","Parallel Aware":true,
  "Relation Name":"relation","Alias":"r","Filter":"(target = 'libc6'::text)"}]})json";
const char kIndexScan[] = R"json({"Node Type":"Index Scan","Parallel Aware":false,
  "Scan Direction":"Forward","Index Name":"relation_target","Relation Name":"relation",
  "Index Cond":"(target = 'libc6'::text)","Alias":"r","Actual Rows":12.00,
  "Shared Hit Blocks":7})json";

TEST(PlanShape, SaysTheScansAndTheWork) {
  const PlanShape shape = plan_shape(explained(kSeqScan));
  EXPECT_EQ(shape.summary, "Parallel Seq Scan on relation; Gather");
  EXPECT_EQ(shape.blocks, 127);
  EXPECT_EQ(shape.rows, 12);
  EXPECT_EQ(shape.fingerprint.size(), 16u);
  EXPECT_EQ(plan_shape(explained(kIndexScan)).summary,
            "Index Scan using relation_target on relation");
}

// LIKE over another collation than "C" still names the index, and reads all of it.
TEST(PlanShape, TellsAnIndexReadWholeFromOneAskedForAPart) {
  std::string whole = kIndexScan;
  whole.replace(whole.find("Index Cond"), 10, "Filter");
  const PlanShape before = plan_shape(explained(kIndexScan)), after = plan_shape(explained(whole));
  EXPECT_NE(before.fingerprint, after.fingerprint);
  EXPECT_EQ(describe_plan_change(before, after),
            "Index Scan using relation_target on relation -> Full Index Scan using "
            "relation_target");
}

TEST(PlanShape, KnowsThatTriggersFired) {
  EXPECT_TRUE(plan_shape(explained(kIndexScan)).triggers.empty());
  EXPECT_TRUE(
      plan_shape("[{\"Plan\":" + std::string(kIndexScan) + ",\"Triggers\":[]}]").triggers.empty());
  const std::string fired =
      R"j(,"Triggers":[{"Trigger Name":"t"},{"Trigger Name":"RI_ConstraintTrigger_c_16411"}]}])j";
  EXPECT_EQ(plan_shape("[{\"Plan\":" + std::string(kIndexScan) + fired).triggers,
            (std::set<std::string>{"RI_ConstraintTrigger_c_", "t"}))
      << "the number is another on another server";
}

TEST(PlanShape, ForgetsCostsRowsLiteralsAliasesAndWorkers) {
  std::string other = kSeqScan;
  const std::pair<std::string, std::string> changes[] = {
      {"5000.5", "1.25"},
      {"\"Actual Rows\":12", "\"Actual Rows\":99"},
      {"libc6", "bash"},
      {"\"Alias\":\"r\"", "\"Alias\":\"other\""},
      {"Launched\":2", "Launched\":0"}};
  for (const auto& [what, with] : changes) other.replace(other.find(what), what.size(), with);
  EXPECT_EQ(plan_shape(explained(kSeqScan)).fingerprint, plan_shape(explained(other)).fingerprint);
  EXPECT_EQ(describe_plan_change(plan_shape(explained(kSeqScan)), plan_shape(explained(other))),
            "");
}

TEST(PlanShape, TellsTreesApart) {
  const std::string nested =
      R"({"Node Type":"A","Plans":[{"Node Type":"B","Plans":[{"Node Type":"C"}]}]})";
  const std::string flat = R"({"Node Type":"A","Plans":[{"Node Type":"B"},{"Node Type":"C"}]})";
  const std::string swapped = R"({"Node Type":"A","Plans":[{"Node Type":"C"},{"Node Type":"B"}]})";
  EXPECT_NE(plan_shape(explained(nested)).fingerprint, plan_shape(explained(flat)).fingerprint);
  EXPECT_NE(plan_shape(explained(flat)).fingerprint, plan_shape(explained(swapped)).fingerprint);
  EXPECT_NE(describe_plan_change(plan_shape(explained(flat)), plan_shape(explained(swapped))), "");
}

TEST(PlanShape, NamesOnlyWhatDiffers) {
  EXPECT_EQ(
      describe_plan_change(plan_shape(explained(kSeqScan)), plan_shape(explained(kIndexScan))),
      "Parallel Seq Scan on relation -> Index Scan using relation_target");
  const std::string join = R"({"Node Type":")";
  const std::string scans = R"(","Join Type":"Left","Plans":[)" + std::string(kIndexScan) + "]}";
  EXPECT_EQ(describe_plan_change(plan_shape(explained(join + "Hash Join" + scans)),
                                 plan_shape(explained(join + "Nested Loop" + scans))),
            "Hash Left Join -> Nested Loop Left Join");
  EXPECT_EQ(describe_plan_change(plan_shape(explained(kIndexScan)),
                                 plan_shape(explained(R"({"Node Type":"Sort","Plans":[)" +
                                                      std::string(kIndexScan) + "]}"))),
            "(nothing) -> Sort");
}

TEST(PlanShape, RefusesWhatIsNoPlan) {
  for (const std::string text :
       {"", "[", "{}", "[]", "[{}]", "[{\"Plan\":1}]", "[{\"Plan\":{}}]", "null", "3",
        "[{\"Plan\":{\"Node Type\":7}}]", "[{\"Plan\":{\"Node Type\":\"A\",\"Plans\":3}}]",
        "[{\"Plan\":{\"Node Type\":\"A\",\"Plans\":[1]}}]", "Seq Scan on a  (cost=0..1)"}) {
    EXPECT_THROW(plan_shape(text), std::runtime_error) << text;
  }
  const std::string whole = explained(kSeqScan);
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THROW(plan_shape(whole.substr(0, length)), std::runtime_error) << length;
  }
}

TEST(PlanShape, TakesOddNumbersForNone) {
  const PlanShape shape = plan_shape(explained(
      R"({"Node Type":"A","Actual Rows":-5,"Shared Hit Blocks":1e300,"Shared Read Blocks":"9"})"));
  EXPECT_EQ(shape.rows, 0);
  EXPECT_EQ(shape.blocks, 0);
}

TEST(PlanShape, BearsLargeAndDeepPlans) {
  std::string wide = R"({"Node Type":"Append","Plans":[)";
  for (int i = 0; i < 10'000; ++i) {
    wide += R"({"Node Type":"Seq Scan","Relation Name":"part)" + std::to_string(i) + "\"},";
  }
  wide.back() = ']';
  const PlanShape shape = plan_shape(explained(wide + "}"));
  EXPECT_EQ(shape.scans.size(), 10'000u);
  EXPECT_LT(shape.summary.size(), 300u);
  auto chain = [](int levels) {
    std::string text;
    for (int i = 1; i < levels; ++i) text += R"({"Node Type":"A","Plans":[)";
    text += R"({"Node Type":"A"})";
    for (int i = 1; i < levels; ++i) text += "]}";
    return explained(text);
  };
  EXPECT_EQ(plan_shape(chain(500)).others.size(), 500u);
  EXPECT_THROW(plan_shape(chain(501)), std::runtime_error);
  EXPECT_THROW(plan_shape(chain(200'000)), std::runtime_error);
}

TEST(PlanShape, FillsAPlanOrItsError) {
  Plan plan;
  plan.explain_json = explained(kIndexScan);
  describe_plan(plan);
  EXPECT_EQ(plan.blocks, 7);
  EXPECT_EQ(plan.summary, "Index Scan using relation_target on relation");
  plan.explain_json = "[";
  describe_plan(plan);
  EXPECT_FALSE(plan.error.empty());
  EXPECT_TRUE(plan.explain_json.empty());
}

TEST(PlanShape, NamesTheConditionWhenNothingElseDiffers) {
  const std::string other = R"json({"Node Type":"Index Scan","Scan Direction":"Forward",
    "Index Name":"relation_target","Relation Name":"relation","Alias":"r",
    "Index Cond":"((target = 'libc6'::text) AND (kind = 'x'::text))"})json";
  EXPECT_EQ(describe_plan_change(plan_shape(explained(kIndexScan)), plan_shape(explained(other))),
            "Index Cond (target = ?) of Index Scan using relation_target on relation -> Index Cond "
            "((target = ?) AND (kind = ?)) of Index Scan using relation_target");
}

// Who captured it knew the partitions; who reads it again does not.
TEST(PlanShape, KeepsAStoredFingerprint) {
  Plan january;
  january.explain_json = explained(R"({"Node Type":"Seq Scan","Relation Name":"ev_january"})");
  Plan february = january;
  february.explain_json = explained(R"({"Node Type":"Seq Scan","Relation Name":"ev_february"})");
  EXPECT_FALSE(is_same_plan(shape_of(january), shape_of(february)));
  const PartitionRoots roots{{{"ev_january", "ev"}, {"ev_february", "ev"}}, {}};
  describe_plan(january, roots);
  describe_plan(february, roots);
  EXPECT_EQ(january.shape, february.shape);
  EXPECT_TRUE(is_same_plan(shape_of(january), shape_of(february)));
  EXPECT_EQ(describe_plan_change(shape_of(january), shape_of(february)), "");
  Plan older = january;
  older.shape = "0123456789abcdef";  // as another version of tare computed it
  EXPECT_TRUE(is_same_plan(shape_of(older), shape_of(january)));
  EXPECT_FALSE(is_same_plan(shape_of(older), shape_of(february)));
}

}  // namespace
}  // namespace tare
