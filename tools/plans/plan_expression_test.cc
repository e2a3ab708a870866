#include <gtest/gtest.h>

#include <chrono>

#include "tools/plans/fingerprint.h"

namespace tare {
namespace {

struct Case {
  const char* text;
  const char* normalized;
};

TEST(NormalizedExpression, ForgetsLiterals) {
  for (const auto& [text, normalized] : std::initializer_list<Case>{
           {"(id = 5)", "(id = ?)"},
           {"(id = '-5'::integer)", "(id = ?)"},
           {"(id = $1)", "(id = ?)"},
           {"(x > ($1)::double precision)", "(x > ?)"},
           {"(x > 1.5e-3)", "(x > ?)"},
           {"(x > .5)", "(x > ?)"},
           {"(x = -5)", "(x = ?)"},
           {"(x = (- 5))", "(x = ?)"},
           {"((x - 5) > y)", "((x - ?) > y)"},
           {"((x)[1] - 5 > y)", "((x)[?] - ? > y)"},
           {"(s = 'it''s (a) $1'::text)", "(s = ?)"},
           {"(s = E'it\\'s \\\\'::text)", "(s = ?)"},
           {"(b = B'101'::\"bit\")", "(b = ?)"},
           {"(b = X'1F')", "(b = ?)"},
           {"(d = 'x'::character varying(10))", "(d = ?)"},
           {"(d = 'x'::timestamp(3) without time zone)", "(d = ?)"},
           {"(d < (now() - '1 day'::interval day to second))", "(d < (now() - ?))"},
           {"(d = ('x'::text)::bpchar)", "(d = ?)"},
           {"(c = NULL::text)", "(c = ?)"},
           {"(flag = true)", "(flag = ?)"},
           {"(data ? 'key'::text)", "(data ? ?)"}}) {
    EXPECT_EQ(normalized_expression(text), normalized) << text;
  }
}

TEST(NormalizedExpression, KeepsWhatIsStructure) {
  for (const char* text :
       {"((id)::text = ?)", "((id)::character varying(10) = ?)", "(ids)::integer[]",
        "((d)::timestamp(3) without time zone < now())", "(c IS NULL)", "(c IS NOT NULL)",
        "(flag IS NOT TRUE)", "(flag IS TRUE)", "(lower(s) ~~ ?)", "(f(?, ?) = x)",
        "created DESC NULLS LAST", "(s COLLATE \"C\")", "(\"Odd \"\"name\"\"\" = ?)",
        "((a)::\"My Type\"[] = b)", "((a)::public.mood = b)", "COALESCE(a, ?)",
        "(f(?) AND (NOT g))", "count(*)", "CASE WHEN (a > ?) THEN b ELSE c END"}) {
    EXPECT_EQ(normalized_expression(text), text);
  }
}

TEST(NormalizedExpression, ListsAreOneWhateverTheirLength) {
  for (const char* text :
       {"(id = ANY ('{1,2}'::integer[]))", "(id = ANY ('{1,2,3}'::integer[]))", "(id = ANY ($1))",
        "(id = ANY (ARRAY[$1, $2]))", "(id = ANY (ARRAY[1, '2'::integer, $3]))",
        "(id = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))"}) {
    EXPECT_EQ(normalized_expression(text), "(id = ANY ?)") << text;
  }
  EXPECT_EQ(normalized_expression("(ROW(a, b) = ANY (ARRAY[ROW(1, 2), ROW(3, 4)]))"),
            "(ROW (a, b) = ANY ?)");
  EXPECT_EQ(normalized_expression("(a IN (1, 2, 3))"), "(a IN ?)");
  EXPECT_EQ(normalized_expression("(id = ANY (ARRAY[x, 1, 2]))"),
            normalized_expression("(id = ANY (ARRAY[x, 1]))"));
  EXPECT_NE(normalized_expression("(id = ANY ('{1}'::integer[]))"),
            normalized_expression("(id = 1)"));
}

TEST(NormalizedExpression, ReplacesAliases) {
  const std::map<std::string, std::string> aliases = {
      {"o", "orders#1"}, {"My \"o\"", "orders#2"}, {"only", ""}, {"$0", "(InitPlan 1).col1"}};
  for (const auto& [text, normalized] : std::initializer_list<Case>{
           {"(o.id = x.o)", "(orders#1.id = x.o)"},
           {"(o = f(o.*))", "(o = f(orders#1.*))"},
           {"(\"My \"\"o\"\"\".id > o.id)", "(orders#2.id > orders#1.id)"},
           {"(only.id = 5)", "(id = ?)"},
           {"(o.id = $0)", "(orders#1.id = (InitPlan 1).col1)"},
           {"(o.id = (InitPlan 1).col1)", "(orders#1.id = (InitPlan 1).col1)"}}) {
    EXPECT_EQ(normalized_expression(text, aliases), normalized) << text;
  }
}

TEST(NormalizedExpression, TellsHashedFromPlainSubPlansInEveryVersion) {
  for (const auto& [text, normalized] : std::initializer_list<Case>{
           {"(NOT (hashed SubPlan 1))", "(NOT (hashed SubPlan 1))"},
           {"(NOT (ANY (customer_id = (hashed SubPlan 1).col1)))", "(NOT (hashed SubPlan 1))"},
           {"(NOT (SubPlan 1))", "(NOT (SubPlan 1))"},
           {"(NOT (ANY (customer_id = (SubPlan 1).col1)))", "(NOT (SubPlan 1))"},
           {"(ALL ((a < (SubPlan 2).col1) AND (b < (SubPlan 2).col2)))", "(SubPlan 2)"},
           {"(a AND EXISTS(SubPlan 1))", "(a AND (SubPlan 1))"},
           {"(a = (SubPlan 1))", "(a = (SubPlan 1))"},
           {"(alternatives: SubPlan 1 or hashed SubPlan 2)",
            "(alternatives : SubPlan 1 or hashed SubPlan 2)"}}) {
    EXPECT_EQ(normalized_expression(text), normalized) << text;
  }
}

TEST(NormalizedExpression, WindowsAreWindows) {
  EXPECT_EQ(normalized_expression("(row_number() OVER (?) <= 3)"), "(row_number() OVER ? <= ?)");
  EXPECT_EQ(normalized_expression("(row_number() OVER w1 <= 3)"), "(row_number() OVER ? <= ?)");
}

TEST(NormalizedExpression, AConditionThatIsAConstantStays) {
  EXPECT_EQ(normalized_expression("false"), "false");
  EXPECT_EQ(normalized_expression("(NULL::boolean)"), "NULL");
  EXPECT_EQ(normalized_expression("$1"), "?");
}

// Nothing here is SQL; it must end, and quickly, and say the same each time.
TEST(NormalizedExpression, BearsAnything) {
  using namespace std::chrono_literals;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(normalized_expression(""), "");
  EXPECT_EQ(normalized_expression("'never closed"), "?");
  EXPECT_EQ(normalized_expression("E'\\"), "?");
  EXPECT_EQ(normalized_expression("a)]b"), "a)] b");
  EXPECT_EQ(normalized_expression("a::"), "a::");
  EXPECT_EQ(normalized_expression("::varchar("), "::varchar (");
  for (const std::string part : {"(", "[", "(ANY ", "ARRAY[", "1,", "(1,", "a.", "::", "'", "$1",
                                 "\"", "(ANY (SubPlan 1 ", "- ", "OVER ", "NOT "}) {
    std::string text;
    while (text.size() < 100'000) text += part;
    EXPECT_EQ(normalized_expression(text), normalized_expression(text)) << part;
    EXPECT_EQ(normalized_expression(text + std::string(30'000, ')')).empty(), false);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, 60s);
}

}  // namespace
}  // namespace tare
