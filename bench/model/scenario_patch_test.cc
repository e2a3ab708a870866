#include "bench/model/scenario_patch.h"

#include <gtest/gtest.h>

#include "bench/model/change_reader.h"
#include "bench/model/json_file.h"
#include "bench/model/reader_fixture.h"
#include "bench/model/scenario_reader.h"

namespace tare {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kDocument = R"({
  "name": "x",
  "cache_rules": [{"name": "post page", "key": "p:{id}", "ttl_s": 5}, {"name": "a/b", "ttl_s": 6}],
  "operations": {"view": {"draw": {"id": 1}, "steps": [{"sql": "SELECT 1"}, {"sql": "SELECT 2"}]}}
})";

struct Patched {
  JsonValue document;
  Lines problems;
};

Patched patched(const std::string& patch) {
  Patched out;
  out.problems = problems_of([&] {
    ProblemList problems("change");
    out.document = parse_json(kDocument, problems);
    apply_patch(out.document,
                *parse_json("{\"scenario\": " + patch + "}", problems).find("scenario"), problems);
    problems.throw_if_any();
  });
  return out;
}

TEST(ScenarioPatch, MergesObjectsAndReplacesTheRest) {
  const Patched out = patched(R"({"operations": {"view": {"draw": {"id": null, "page": 3},
      "steps": [{"sql": "SELECT 4"}]}}})");
  EXPECT_EQ(out.problems, Lines{});
  const JsonValue& view = *out.document.find("operations")->find("view");
  EXPECT_EQ(view.find("draw")->names, std::vector<std::string>{"page"});
  EXPECT_EQ(view.find("steps")->items.size(), 1u);
  EXPECT_EQ(text_in(view.find("steps")->items[0], "sql"), "SELECT 4");
  EXPECT_EQ(view.find("steps")->items[0].find("sql")->pointer, "/operations/view/steps/0/sql");
  EXPECT_EQ(view.find("draw")->find("page")->pointer, "/operations/view/draw/page");
}

TEST(ScenarioPatch, FindsCacheRulesByTheirNames) {
  const Patched out = patched(R"({"cache_rules": {"a/b": {"ttl_s": 60}}})");
  EXPECT_EQ(out.problems, Lines{});
  const JsonValue& rules = *out.document.find("cache_rules");
  EXPECT_EQ(integer_in(rules.items[0], "ttl_s", 0), 5);
  EXPECT_EQ(integer_in(rules.items[1], "ttl_s", 0), 60);
  EXPECT_EQ(place_in_patch(out.document, "/cache_rules/1/ttl_s"),
            "/scenario/cache_rules/a~1b/ttl_s");
  EXPECT_EQ(place_in_patch(out.document, "/operations/view"), "/scenario/operations/view");
}

TEST(ScenarioPatch, RefusesNamesThatTheScenarioDoesNotHave) {
  EXPECT_EQ(patched(R"({"operations": {"veiw": {}}})").problems,
            Lines{"/scenario/operations/veiw: the scenario has no operation \"veiw\"; did you mean "
                  "\"view\"?"});
  EXPECT_EQ(patched(R"({"cache_rules": {"post pgae": {"ttl_s": 1}}})").problems,
            Lines{"/scenario/cache_rules/post pgae: the scenario has no cache rule \"post pgae\"; "
                  "did you mean \"post page\"?"});
  EXPECT_EQ(patched(R"({"operations": {"view": null}})").problems,
            Lines{"/scenario/operations/view: an operation cannot be taken away: the mix asks for "
                  "it"});
}

Change change_with(const std::string& patch) {
  const TemporaryFile file(R"({"schema_version": 1, "name": "c", "owner": "o", "reason": "r",
    "variable": "scenario.x", "rollback": [], "rollback_note": "n", "scenario": )" +
                           patch + "}");
  return read_change(file.path());
}

TEST(ScenarioPatch, IsReadAsPartOfTheScenario) {
  const TemporaryFile scenario(kGoodScenario);
  const Scenario before = read_scenario(scenario.path());
  ASSERT_FALSE(before.cache_rules.empty());
  const std::string rule = before.cache_rules[0].name;
  const Scenario after = read_patched_scenario(
      scenario.path(), {}, change_with("{\"cache_rules\": {\"" + rule + "\": {\"ttl_s\": 77}}}"));
  EXPECT_EQ(after.cache_rules[0].ttl_s, 77);
  EXPECT_NE(before.cache_rules[0].ttl_s, 77);
  EXPECT_EQ(after.operations.size(), before.operations.size());
}

TEST(ScenarioPatch, OfTheLoadOnlyTheProtocolIsTheNewCodes) {
  const TemporaryFile scenario(kGoodScenario);
  const Change change = change_with(R"({"load": {"protocol": "extended"}})");
  const Scenario after = read_patched_scenario(scenario.path(), {}, change);
  EXPECT_EQ(after.load.protocol, Protocol::extended);
  EXPECT_EQ(after.load.workers, read_scenario(scenario.path()).load.workers);
  EXPECT_FALSE(problems_of([] { change_with(R"({"load": {"workers": 3}})"); }).empty());
}

TEST(ScenarioPatch, WhatItBreaksIsToldInTheChange) {
  const TemporaryFile scenario(kGoodScenario);
  const std::string rule = read_scenario(scenario.path()).cache_rules[0].name;
  const Lines lines = problems_of([&] {
    read_patched_scenario(scenario.path(), {},
                          change_with("{\"cache_rules\": {\"" + rule + "\": {\"ttl_s\": 0}}}"));
  });
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find("/scenario/cache_rules/" + rule +
                          "/ttl_s: with this patch the scenario "
                          "is not sound: must be >= 1"),
            std::string::npos)
      << lines[0];
}

}  // namespace
}  // namespace tare
