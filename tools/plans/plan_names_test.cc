#include "tools/plans/plan_names.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

using Names = std::map<std::string, std::string>;

PlanNames names_of(const std::string& node, const PartitionRoots& roots = {}) {
  return plan_names(read_plan_tree("[{\"Plan\":" + node + "}]"), roots);
}

TEST(PlanNames, CountsOccurrencesInThePlansOrder) {
  const PlanNames names = names_of(R"({"Node Type":"Nested Loop","Plans":[
    {"Node Type":"Seq Scan","Relation Name":"t","Alias":"x"},
    {"Node Type":"Index Scan","Relation Name":"t","Alias":"a","Index Name":"i"},
    {"Node Type":"Function Scan","Function Name":"f","Alias":"g"},
    {"Node Type":"CTE Scan","CTE Name":"w","Alias":"v"},
    {"Node Type":"Subquery Scan","Alias":"sub"}]})");
  EXPECT_EQ(
      names.occurrences,
      (Names{{"x", "t#1"}, {"a", "t#2"}, {"g", "f#1"}, {"v", "w#1"}, {"sub", "Subquery Scan#1"}}));
  EXPECT_EQ(names.plain.at("a"), "t");
  EXPECT_EQ(names.relations, (std::vector<std::string>{"", "t", "t", "", "", ""}));
  EXPECT_EQ(names.indexes[2], "i");
}

TEST(PlanNames, LeavesOutTheOnlyRelation) {
  EXPECT_EQ(names_of(R"({"Node Type":"Seq Scan","Relation Name":"t","Alias":"x"})").occurrences,
            (Names{{"x", ""}}));
}

TEST(PlanNames, MembersOfASetCountFromWhereItBegins) {
  const PartitionRoots roots{{{"ev_jan", "ev"}, {"ev_feb", "ev"}}, {{"i_jan", "i"}}};
  const PlanNames names = names_of(R"({"Node Type":"Nested Loop","Plans":[
    {"Node Type":"Append","Plans":[
      {"Node Type":"Index Scan","Relation Name":"ev_jan","Alias":"e_1","Index Name":"i_jan"},
      {"Node Type":"Seq Scan","Relation Name":"ev_feb","Alias":"e_2"}]},
    {"Node Type":"Seq Scan","Relation Name":"ev_jan","Alias":"later"}]})",
                                   roots);
  EXPECT_EQ(names.occurrences,
            (Names{{"e", "ev#1"}, {"e_1", "ev#1"}, {"e_2", "ev#1"}, {"later", "ev#2"}}));
  EXPECT_EQ(names.indexes[2], "i");
}

TEST(PlanNames, KnowsTheTargetOfAWrite) {
  const PlanNames names = names_of(R"({"Node Type":"ModifyTable","Operation":"Update",
    "Relation Name":"t","Alias":"t","Plans":[{"Node Type":"Hash Join","Plans":[
      {"Node Type":"Seq Scan","Relation Name":"t","Alias":"t"},
      {"Node Type":"Seq Scan","Relation Name":"u","Alias":"u"}]}]})");
  EXPECT_EQ(names.occurrences, (Names{{"t", "t#1"}, {"u", "u#1"}}));
}

TEST(PlanNames, SubplansAreCalledAsIn17) {
  PlanNode node;
  node.subplan_name = "InitPlan 2 (returns $1,$3)";
  EXPECT_EQ(subplan_of(node), "InitPlan 2");
  const PlanNames names = names_of(R"json({"Node Type":"Result","Plans":[{"Node Type":"Limit",
    "Parent Relationship":"InitPlan","Subplan Name":"InitPlan 2 (returns $1,$3)"}]})json");
  EXPECT_EQ(names.occurrences, (Names{{"$1", "(InitPlan 2).col1"}, {"$3", "(InitPlan 2).col2"}}));
}

}  // namespace
}  // namespace tare
