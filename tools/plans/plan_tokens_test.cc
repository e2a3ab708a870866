#include "tools/plans/plan_tokens.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

std::string words_of(const std::string& text) {
  std::string words;
  for (const PlanToken& token : plan_tokens(text)) {
    words += (words.empty() ? "" : " ~ ") + token.text;
  }
  return words;
}

TEST(PlanTokens, AreTheWordsOfAnExpression) {
  EXPECT_EQ(words_of("((o.id)::text = 'it''s'::character varying(10))"),
            "( ~ ( ~ o ~ . ~ id ~ ) ~ ::text ~ = ~ ? ~ ::character varying(10) ~ )");
  EXPECT_EQ(words_of("\"A \"\"b\"\"\" <> ALL ($12)"), "\"A \"\"b\"\"\" ~ <> ~ ALL ~ ( ~ $12 ~ )");
  EXPECT_EQ(words_of("1.5e-3 + .5"), "1.5e-3 ~ + ~ .5");
}

TEST(PlanTokens, ACastHoldsTheWholeType) {
  for (const std::string type :
       {"::text[]", "::double precision", "::timestamp(3) without time zone",
        "::time with time zone", "::interval day to second", "::public.\"My Type\"",
        "::numeric(10,2)[]", "::bit varying(3)"}) {
    const auto tokens = plan_tokens("a" + type + " AND b");
    ASSERT_EQ(tokens.size(), 4u) << type;
    EXPECT_EQ(tokens[1].text, type);
    EXPECT_EQ(tokens[1].kind, PlanToken::Kind::cast);
  }
}

TEST(ParametersIn, AreThoseOutsideOfTexts) {
  EXPECT_EQ(parameters_in("((a = $1) OR (b = $12)) AND c = '$3' AND \"$4\" = col$5"),
            (std::set<int>{1, 12}));
  EXPECT_TRUE(parameters_in("$99999999999999").empty());
}

}  // namespace
}  // namespace tare
