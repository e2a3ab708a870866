#include "tools/experiment/environment_schema.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

std::string told(const SqlRow& row) {
  const SchemaObject object = schema_object(row);
  return object.kind + " | " + object.name + " | " + object.definition;
}

TEST(EnvironmentSchema, NamesObjectsByTheTableTheyHangOn) {
  EXPECT_EQ(told({"index", "public.t", "CREATE UNIQUE INDEX \"my a\" ON public.t USING btree (x)",
                  "false", "true", "false", "false", std::nullopt, "-1"}),
            "index | public.t \"my a\" | CREATE UNIQUE INDEX \"my a\" ON public.t USING btree (x), "
            "invalid");
  EXPECT_EQ(told({"trigger", "public.t", "CREATE TRIGGER late AFTER INSERT ON public.t", "O"}),
            "trigger | public.t late | CREATE TRIGGER late AFTER INSERT ON public.t, O");
  EXPECT_EQ(told({"constraint", "t", "t_pkey", "PRIMARY KEY (id)", "true", "true"}),
            "constraint | t t_pkey | PRIMARY KEY (id), true, true");
  EXPECT_EQ(told({"statistics", "CREATE STATISTICS public.s ON a, b FROM t", "-1"}),
            "statistics | public.s | CREATE STATISTICS public.s ON a, b FROM t, -1");
}

TEST(EnvironmentSchema, SaysOfAColumnWhatIsNotUsual) {
  const SqlRow plain = {"column", "public.t",   "3",  "x", "integer", "false", std::nullopt, "",
                        "",       std::nullopt, "-1", "p", "",        "",      "",           ""};
  EXPECT_EQ(told(plain), "column | public.t x | integer, storage p");
  SqlRow other = plain;
  other[2] = "2";  // another one was dropped
  EXPECT_EQ(told(other), told(plain));
  other[5] = "true";
  other[10] = "500";
  EXPECT_EQ(told(other),
            "column | public.t x | integer, not null, statistics target 500, storage p");
}

TEST(EnvironmentSchema, KeepsNoFunctionsText) {
  const SqlRow row = {"function", "login()", "SELECT 'password=s3cret'", "owner", ""};
  EXPECT_EQ(told(row).find("s3cret"), std::string::npos);
  SqlRow other = row;
  other[2] = "SELECT 'password=other'";
  EXPECT_NE(told(row), told(other));
}

}  // namespace
}  // namespace tare
