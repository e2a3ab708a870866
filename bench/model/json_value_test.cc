#include "bench/model/json_value.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(JsonValue, LooksFallBackOnAnotherType) {
  JsonValue number;
  number.kind = JsonKind::integer;
  number.integer = 3;
  number.number = 3;
  JsonValue object = json_object();
  object.set("count", number);
  object.set("name", json_text("x"));
  EXPECT_EQ(integer_in(object, "count", 9), 3);
  EXPECT_EQ(number_in(object, "count", 9), 3);
  EXPECT_EQ(integer_in(object, "name", 9), 9);
  EXPECT_EQ(text_in(object, "name"), "x");
  EXPECT_EQ(text_in(object, "count", "none"), "none");
  EXPECT_TRUE(texts_in(object, "name").empty());
  EXPECT_TRUE(object_in(object, "missing").names.empty());
  EXPECT_EQ(json_text("x").find("name"), nullptr);
}

TEST(JsonValue, EscapesPointers) {
  EXPECT_EQ(pointer_token("a/b~c"), "a~1b~0c");
}

}  // namespace
}  // namespace tare
