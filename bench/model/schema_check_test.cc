#include "bench/model/schema_check.h"

#include <gtest/gtest.h>

#include "bench/model/json_file.h"

namespace tare {
namespace {

constexpr const char* kSchema = R"({
  "type": "object", "required": ["kind", "list"], "additionalProperties": false,
  "properties": {
    "kind": {"oneOf": [
      {"type": "string", "enum": ["plain"]},
      {"type": "object", "required": ["zipf"], "additionalProperties": false,
       "properties": {"zipf": {"type": "number", "minimum": 0}}},
      {"type": "object", "required": ["weight"], "additionalProperties": false,
       "properties": {"weight": {"type": "string"}}}]},
    "list": {"type": "array", "minItems": 1, "maxItems": 3, "uniqueItems": true,
             "items": {"$ref": "#/definitions/rate"}},
    "names": {"type": "object", "additionalProperties": {"type": "integer", "maximum": 10},
              "propertyNames": {"pattern": "^[a-z]+$", "patternErrorMessage": "must be lower"}}
  },
  "definitions": {"rate": {"type": "number", "exclusiveMinimum": 0}}
})";

std::vector<std::string> check(const std::string& text) {
  ProblemList problems("file");
  const JsonValue document = parse_json(text, problems);
  check_against_schema(document, kSchema, problems);
  std::vector<std::string> lines;
  for (const Problem& problem : problems.sorted()) {
    lines.push_back(problem.pointer + ": " + problem.message);
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(SchemaCheck, AcceptsWhatFits) {
  EXPECT_EQ(check(R"({"kind": "plain", "list": [1, 2.5], "names": {"a": 1}})"), Lines{});
  EXPECT_EQ(check(R"({"kind": {"zipf": 0}, "list": [1]})"), Lines{});
}

TEST(SchemaCheck, OneMessagePerCause) {
  EXPECT_EQ(check(R"({"kind": {"zipf": -1}, "list": [0, "x"], "names": {"a": 11, "B": 1}})"),
            (Lines{"/kind/zipf: must be >= 0", "/list/0: must be > 0", "/list/1: must be a number",
                   "/names/a: must be <= 10", "/names/B: the name \"B\" must be lower"}));
  EXPECT_EQ(check(R"({"list": []})"),
            (Lines{": required field \"kind\" is missing", "/list: must hold at least 1 entry"}));
  EXPECT_EQ(check(R"({"kind": "plain", "list": [1, 1, 1]})"),
            (Lines{"/list: names the same twice; keep one"}));
}

TEST(SchemaCheck, AMisspelledFieldIsNotMissingAsWell) {
  EXPECT_EQ(check(R"({"knd": "plain", "list": [1]})"),
            Lines{": unknown field \"knd\"; did you mean \"kind\"?"});
}

TEST(SchemaCheck, SpeaksOfTheAlternativeThatWasMeant) {
  EXPECT_EQ(check(R"({"kind": "plane", "list": [1]})"), Lines{"/kind: must be \"plain\""});
  EXPECT_EQ(check(R"({"kind": {"weigth": "x"}, "list": [1]})"),
            Lines{"/kind: unknown field \"weigth\"; did you mean \"weight\"?"});
  EXPECT_EQ(check(R"({"kind": {"zipf": 1, "weight": "x"}, "list": [1]})"),
            Lines{"/kind: \"zipf\" and \"weight\" exclude each other; keep one"});
  EXPECT_EQ(check(R"({"kind": 7, "list": [1]})"),
            Lines{"/kind: must be one of: \"plain\", {\"zipf\": ...}, {\"weight\": ...}"});
  EXPECT_EQ(check(R"({"kind": {"pareto": 7}, "list": [1]})"),
            Lines{"/kind: unknown field \"pareto\"; must be one of: \"plain\", {\"zipf\": ...}, "
                  "{\"weight\": ...}"});
}

TEST(SchemaCheck, WantsAnObject) {
  EXPECT_EQ(check("[]"), Lines{": must be an object: {...}"});
}

}  // namespace
}  // namespace tare
