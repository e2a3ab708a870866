#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tools/plans/plan_shape.h"
#include "tools/plans/plan_tree.h"

namespace tare {
namespace {

std::string filter_in(const std::string& text) {
  const PlanTree tree = read_plan_tree(explain_json_in(text));
  return tree.nodes.front().conditions.empty() ? "" : tree.nodes.front().conditions[0].second;
}

std::string refusal(const std::string& text) {
  try {
    return "took it: " + explain_json_in(text);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

TEST(PlanText, TakesPlainJson) {
  EXPECT_EQ(explain_json_in("\xEF\xBB\xBF [{\"Plan\": 1}]\n"), "[{\"Plan\": 1}]");
  EXPECT_EQ(explain_json_in("2026-11-22 LOG:  duration: 0.5 ms  plan:\n\t{\"Plan\": [\n1]}\nmore"),
            "{\"Plan\": [\n1]}");
}

// The same plan as psql shows it without a frame, with one in three line styles, and expanded; and
// as DBeaver does. The mark of psql, and its bar, also stand inside a text.
TEST(PlanText, UndoesPsqlsFrames) {
  const char* framed[] = {
      R"frame(                 QUERY PLAN
---------------------------------------------
[                                           +
  {"Plan": {"Node Type": "Seq Scan",        +
    "Filter": "(a || '+' = 'x|y'::text)"}}  +
]
(1 row)

Time: 0.512 ms
)frame",
      R"frame(+----------------------------------------------+
|                  QUERY PLAN                  |
+----------------------------------------------+
| [                                           +|
|   {"Plan": {"Node Type": "Seq Scan",        +|
|     "Filter": "(a || '+' = 'x|y'::text)"}}  +|
| ]                                            |
+----------------------------------------------+
(1 row)
)frame",
      R"frame(╔══════════════════════════════════════════════╗
║                  QUERY PLAN                  ║
╠══════════════════════════════════════════════╣
║ [                                           ↵║
║   {"Plan": {"Node Type": "Seq Scan",        ↵║
║     "Filter": "(a || '+' = 'x|y'::text)"}}  ↵║
║ ]                                            ║
╚══════════════════════════════════════════════╝
(1 ligne)
)frame",
      R"frame(┌──────────────────────────────────────────────┐
│                  QUERY PLAN                  │
├──────────────────────────────────────────────┤
│ [                                           ↵│
│   {"Plan": {"Node Type": "Seq Scan",        ↵│
│     "Filter": "(a || '+' = 'x|y'::text)"}}  ↵│
│ ]                                            │
└──────────────────────────────────────────────┘
)frame",
      R"frame(db=# explain (format json) select 1;
-[ RECORD 1 ]-----------------------------
QUERY PLAN | [                           +
           |   {"Plan": {"Node Type": "Seq Scan", +
           |     "Filter": "(a || '+' = 'x|y'::text)"}}+
           | ]
)frame",
      R"frame(QUERY PLAN                                  |
--------------------------------------------+
[                                           |
  {"Plan": {"Node Type": "Seq Scan",        |
    "Filter": "(a || '+' = 'x|y'::text)"}}  |
]                                           |
)frame",
      "QUERY PLAN\r\n[{\"Plan\": {\"Node Type\": \"Seq Scan\",\r\n"
      "\"Filter\": \"(a || '+' = 'x|y'::text)\"}}]\r\n(1 row)\r\n"};
  for (const char* text : framed) {
    EXPECT_EQ(filter_in(text), "(a || '+' = 'x|y'::text)") << text;
  }
}

TEST(PlanText, PutsBrokenLinesTogether) {
  EXPECT_EQ(filter_in("[{\"Plan\": {\"Node Type\": \"Seq Sc\nan\", \"Filter\":\n \"(a =\n 5)\","
                      " \"Total Cost\": 12\n.5}}]"),
            "(a = 5)");
}

TEST(PlanText, UndoesQuotes) {
  EXPECT_EQ(filter_in("QUERY PLAN\n\"[\n  {\"\"Plan\"\": {\"\"Node Type\"\": \"\"Scan\"\",\n"
                      "\"\"Alias\"\": \"\"\"\", \"\"Filter\"\": \"\"(a = 5)\"\"}}\n]\"\n"),
            "(a = 5)");
  EXPECT_EQ(filter_in("\"[\"\n\"  {\"\"Plan\"\": {\"\"Node Type\"\": \"\"Scan\"\",\"\n"
                      "\"  \"\"Filter\"\": \"\"(a = 5)\"\"}}\"\n\"]\"\n"),
            "(a = 5)");
  EXPECT_EQ(filter_in("'[{\"Plan\": {\"Node Type\": \"Scan\",'\n' \"Filter\": \"(a = 5)\"}}]'"),
            "(a = 5)");
}

TEST(PlanText, RefusesOtherFormatsByName) {
  EXPECT_EQ(refusal("Seq Scan on a  (cost=0.00..1.00 rows=1 width=4)"),
            "the plan is in EXPLAIN's text format, which does not tell everything; use EXPLAIN "
            "(FORMAT JSON)");
  EXPECT_EQ(refusal("<explain xmlns=\"http://www.postgresql.org/2009/explain\">"),
            "the plan is in EXPLAIN's XML format; use EXPLAIN (FORMAT JSON)");
  EXPECT_EQ(refusal("- Plan: \n    Node Type: \"Seq Scan\"\n"),
            "the plan is in EXPLAIN's YAML format; use EXPLAIN (FORMAT JSON)");
  EXPECT_EQ(refusal("[{\"Plan\": {\"Node Type\": \"Seq"),
            "the plan's JSON is damaged, perhaps cut short: copy it whole");
  EXPECT_EQ(refusal(" \n"), "there is no plan: the text is empty");
  EXPECT_EQ(refusal("hello"), "there is no plan in this text; use EXPLAIN (FORMAT JSON)");
  EXPECT_EQ(refusal(std::string(200'000, '[')),
            "there is no plan in this text; use EXPLAIN (FORMAT JSON)");
}

// Plans other people published; TARE_REALDATA/plans is the folder that they lie in.
TEST(PlanText, ReadsOrRefusesPlansFromElsewhere) {
  const char* root = std::getenv("TARE_REALDATA");
  if (root == nullptr) GTEST_SKIP() << "TARE_REALDATA is not set: no folder of plans to try";
  const std::filesystem::path folder = std::filesystem::path(root) / "plans";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "there is no folder " << folder;
  int taken = 0, refused = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const bool is_plan = text.find("\"Node Type\"") != std::string::npos;
    try {
      const PlanTree tree = read_plan_tree(explain_json_in(text));
      ++taken;
      EXPECT_TRUE(is_plan) << entry.path();
      const PlanShape shape = plan_shape(tree);
      EXPECT_EQ(shape.fingerprint.size(), 16u) << entry.path();
      EXPECT_FALSE(shape.summary.empty()) << entry.path();
    } catch (const std::runtime_error& error) {
      ++refused;
      EXPECT_FALSE(is_plan) << entry.path() << ": " << error.what();
      EXPECT_NE(std::string(error.what()), "") << entry.path();
    }
  }
  EXPECT_GT(taken, 0);
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace tare
