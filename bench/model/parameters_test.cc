#include "bench/model/parameters.h"

#include <gtest/gtest.h>

#include "bench/model/json_file.h"

namespace tare {
namespace {

using Texts = std::map<std::string, std::string>;

struct Outcome {
  JsonValue document;
  Texts texts;
  std::vector<std::string> problems;
};

Outcome substitute(const std::string& text, const Texts& overrides = {}) {
  ProblemList problems("file");
  Outcome outcome;
  outcome.document = parse_json(text, problems);
  outcome.texts = substitute_parameters(outcome.document, overrides, problems);
  for (const Problem& problem : problems.sorted()) {
    outcome.problems.push_back(problem.pointer + ": " + problem.message);
  }
  return outcome;
}

constexpr const char* kText = R"({"parameters": {"n": 3, "x": 0.5, "on": true, "who": "me"},
  "whole": "${n}", "share": "${x}", "flag": "${on}", "inside": "a ${n} b ${who}${x} $1"})";

TEST(Parameters, KeepTheirTypeAsAWholeAndAreTextInside) {
  const Outcome outcome = substitute(kText);
  EXPECT_EQ(outcome.problems, std::vector<std::string>{});
  EXPECT_EQ(integer_in(outcome.document, "whole", 0), 3);
  EXPECT_EQ(outcome.document.find("whole")->pointer, "/whole");
  EXPECT_EQ(number_in(outcome.document, "share", 0), 0.5);
  EXPECT_TRUE(outcome.document.find("flag")->boolean);
  EXPECT_EQ(text_in(outcome.document, "inside"), "a 3 b me0.5 $1");
  EXPECT_EQ(outcome.texts, (Texts{{"n", "3"}, {"x", "0.5"}, {"on", "true"}, {"who", "me"}}));
}

TEST(Parameters, OverridesKeepTheDeclaredType) {
  const Outcome outcome =
      substitute(kText, {{"n", "4"}, {"x", "2"}, {"on", "false"}, {"who", "12"}});
  EXPECT_EQ(outcome.problems, std::vector<std::string>{});
  EXPECT_EQ(integer_in(outcome.document, "whole", 0), 4);
  EXPECT_EQ(number_in(outcome.document, "share", 0), 2);
  EXPECT_FALSE(outcome.document.find("flag")->boolean);
  EXPECT_EQ(text_in(outcome.document, "inside"), "a 4 b 122 $1");
  for (const char* value : {"", "four", "4x", "inf", "nan", " 4"}) {
    EXPECT_EQ(substitute(kText, {{"n", value}}).problems.size(), 1u) << value;
  }
  EXPECT_EQ(substitute(kText, {{"on", "1"}}).problems.at(0),
            "/parameters/on: --set on=1: must be true or false, as in the file");
}

TEST(Parameters, TellNamesThatAreNotDeclared) {
  const Outcome outcome =
      substitute(R"({"parameters": {"rate": 1}, "a": "${rte}", "b": "${rate"})");
  EXPECT_EQ(outcome.problems,
            (std::vector<std::string>{"/a: there is no parameter \"rte\"; did you mean \"rate\"?",
                                      "/b: \"${\" has no closing \"}\"; write \"${name}\""}));
  EXPECT_EQ(substitute(R"({"a": "${n}"})").problems.at(0),
            "/a: there is no parameter \"n\"; declare it under \"parameters\"");
}

TEST(Parameters, DoNotGrowWithoutBound) {
  std::string text = R"({"parameters": {"x": ")" + std::string(1'000'000, 'x') + R"("}, "a": ")";
  for (int i = 0; i < 100; ++i) text += "${x}";
  const Outcome outcome = substitute(text + "\"}");
  ASSERT_EQ(outcome.problems.size(), 1u);
  EXPECT_EQ(outcome.problems[0], "/a: the parameters make the file longer than 16 MiB");
}

TEST(Parameters, OneThatIsUsedNowhereIsASlip) {
  const Outcome outcome = substitute(R"({"parameters": {"n": 3, "m": 4}, "a": "${n}"})");
  EXPECT_EQ(outcome.problems,
            (std::vector<std::string>{"/parameters/m: is used nowhere; write \"${m}\" where it "
                                      "belongs, or remove it"}));
}

}  // namespace
}  // namespace tare
