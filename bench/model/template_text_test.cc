#include "bench/model/template_text.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

std::string joined(std::string_view text) {
  const SplitText split = split_template(text);
  if (!split.problem.empty()) return "problem";
  std::string all;
  for (const TextPiece& piece : split.pieces) {
    all += piece.draw.empty() ? "[" + piece.literal + "]" : "<" + piece.draw + ">";
  }
  return all;
}

bool makes(std::string_view text, std::string_view key,
           const std::vector<std::string>& integers = {}) {
  return template_makes(split_template(text).pieces, key, integers);
}

bool meets(std::string_view pattern, std::string_view text) {
  return pattern_may_meet(pattern, split_template(text).pieces);
}

TEST(TemplateText, SplitsLiteralsDrawsAndBraces) {
  EXPECT_EQ(joined("site:{a}:x:{b}"), "[site:]<a>[:x:]<b>");
  EXPECT_EQ(joined("{{\"id\": {a}}}"), "[{\"id\": ]<a>[}]");
  EXPECT_EQ(joined("{a}{b}"), "<a><b>");
  EXPECT_EQ(joined(""), "");
}

TEST(TemplateText, TellsUnbalancedBraces) {
  for (const char* text : {"{", "a{b", "a}", "{}", "{a{b}", "}{", "{{{"}) {
    EXPECT_EQ(joined(text), "problem") << text;
  }
}

TEST(TemplateText, KnowsTheKeysItMakes) {
  EXPECT_TRUE(makes("a:{n}", "a:x:y"));
  EXPECT_FALSE(makes("a:{n}", "a:"));
  EXPECT_TRUE(makes("a:{n}", "a:12", {"n"}));
  EXPECT_TRUE(makes("a:{n}", "a:-12", {"n"}));
  EXPECT_FALSE(makes("a:{n}", "a:-", {"n"}));
  EXPECT_FALSE(makes("a:{n}", "a:1x", {"n"}));
  EXPECT_FALSE(makes("a:{n}", "a:1:draft", {"n"}));
  EXPECT_TRUE(makes("{a}:x:{b}", "1:x:x:x:2"));
  EXPECT_FALSE(makes("a:{n}:b", "a:1:c", {"n"}));
  EXPECT_TRUE(makes("same", "same"));
  EXPECT_FALSE(makes("same", "same "));
}

TEST(TemplateText, KnowsPatternsThatMeetNoKey) {
  EXPECT_TRUE(meets("site:post:*", "site:post:{id}"));
  EXPECT_TRUE(meets("site:*", "site:post:{id}"));
  EXPECT_TRUE(meets("site:post:7", "site:post:{id}"));
  EXPECT_TRUE(meets("*", "x"));
  EXPECT_TRUE(meets("popular", "popular"));
  EXPECT_FALSE(meets("site:posts:*", "site:post:{id}"));
  EXPECT_FALSE(meets("other:*", "site:post:{id}"));
  EXPECT_FALSE(meets("popular:*", "popular"));
  EXPECT_FALSE(meets("site", "site:post:{id}"));
}

}  // namespace
}  // namespace tare
