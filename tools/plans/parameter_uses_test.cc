#include "tools/plans/parameter_uses.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

PlanTree scan_with(const std::string& field, const std::string& condition) {
  PlanTree tree;
  PlanNode node;
  node.type = "Seq Scan";
  node.schema = "public";
  node.relation = "orders";
  node.alias = "o";
  node.conditions = {{field, condition}};
  tree.nodes = {node};
  return tree;
}

std::string in_words(const PlanTree& tree) {
  std::string words;
  for (const ParameterColumn& each : parameter_columns(tree)) {
    words += each.schema + "." + each.table + "." + each.column + " " + each.comparison + " $" +
             std::to_string(each.parameter) + ";";
  }
  return words;
}

TEST(ParameterUses, AreFoundInConditions) {
  EXPECT_EQ(in_words(scan_with("Index Cond", "(o.customer_id = $1)")),
            "public.orders.customer_id = $1;");
  EXPECT_EQ(in_words(scan_with("Filter", "((o.created >= $2) AND (o.created < $1))")),
            "public.orders.created < $1;public.orders.created >= $2;");
}

TEST(ParameterUses, SeeThroughCastsAndArrays) {
  EXPECT_EQ(in_words(scan_with("Filter", "((o.status)::text = ($1)::text)")),
            "public.orders.status = $1;");
  EXPECT_EQ(in_words(scan_with("Filter", "(o.customer_id = ANY ($3))")),
            "public.orders.customer_id = ANY $3;");
  EXPECT_EQ(in_words(scan_with("Filter", "((o.\"Odd \"\"Name\")::character varying(10) = $1)")),
            "public.orders.Odd \"Name = $1;");
}

TEST(ParameterUses, TurnComparisonsAround) {
  EXPECT_EQ(in_words(scan_with("Filter", "($1 < o.amount)")), "public.orders.amount > $1;");
}

TEST(ParameterUses, OfExpressionsAreNone) {
  EXPECT_EQ(in_words(scan_with("Filter", "(lower(o.status) = $1)")), "");
  EXPECT_EQ(in_words(scan_with("Filter", "(o.status <> $1)")), "");
  EXPECT_EQ(in_words(scan_with("Filter", "(x.status = $1)")), "");
  EXPECT_EQ(in_words(scan_with("Filter", "((o.amount + o.customer_id) = $1)")), "");
  EXPECT_EQ(in_words(scan_with("Filter", "(COALESCE(o.amount, o.customer_id) = $1)")), "");
  EXPECT_EQ(in_words(scan_with("Filter", "(o.amount = ($1 + 5))")), "");
}

TEST(ParameterUses, StandOnce) {
  PlanTree tree = scan_with("Recheck Cond", "(o.customer_id = $1)");
  tree.nodes.push_back(tree.nodes.front());
  EXPECT_EQ(in_words(tree), "public.orders.customer_id = $1;");
}

TEST(ParameterUses, OfAVeryLongConditionAreLeftOut) {
  EXPECT_EQ(in_words(scan_with("Filter", "(o.a = $1)" + std::string(50'000, 'x'))), "");
}

}  // namespace
}  // namespace tare
