#include "tools/report/json_line.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

constexpr const char* kText = R"({
  // "operations": {"view": 1}
  "description": "says \"limits\": {",
  "operations": {
    "view": {"steps": [1, 2]},
    /* two
       lines */
    "page": {}
  },
  "expect": [ {"operation": "page"},
    {"operation": "view",
     "at_most": 0.5}, 7,
    8 ],
  "limits": { "view": {"p99": 1},
    "page": {
      "p99": 2 } }
})";

TEST(JsonLine, FindsFieldsAndItems) {
  EXPECT_EQ(json_line(kText, {"operations"}), 4);
  EXPECT_EQ(json_line(kText, {"operations", "view"}), 5);
  EXPECT_EQ(json_line(kText, {"operations", "page"}), 8);
  EXPECT_EQ(json_line(kText, {"expect", "0"}), 10);
  EXPECT_EQ(json_line(kText, {"expect", "1"}), 11);
  EXPECT_EQ(json_line(kText, {"expect", "1", "at_most"}), 12);
  EXPECT_EQ(json_line(kText, {"expect", "2"}), 12);
  EXPECT_EQ(json_line(kText, {"expect", "3"}), 13);
  EXPECT_EQ(json_line(kText, {"limits", "page", "p99"}), 16);
}

TEST(JsonLine, GoesAsFarAsItCan) {
  EXPECT_EQ(json_line(kText, {"limits", "page", "p50"}), 15);
  EXPECT_EQ(json_line(kText, {"limits", "other", "p99"}), 14);
  EXPECT_EQ(json_line(kText, {"nothing"}), 0);
  EXPECT_EQ(json_line(kText, {}), 0);
}

TEST(JsonLine, BearsWhatIsNoJson) {
  for (const char* text : {"", "\"", "\"\\", "}}]]", "/*", "//", "{\"a", "{\"a\":[", ",,,:"}) {
    EXPECT_EQ(json_line(text, {"b"}), 0) << text;
  }
}

}  // namespace
}  // namespace tare
