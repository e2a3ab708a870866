#include "tools/experiment/postgres_setting.h"

#include <gtest/gtest.h>

#include "bench/drivers/test_servers.h"

namespace tare {
namespace {

class PostgresSettingTest : public ::testing::Test {
 protected:
  // What a session sees after ALTER DATABASE has set it so.
  std::string in_force(const std::string& name, const std::string& value) {
    postgres_.execute("ALTER DATABASE postgres SET " + setting_assignment(postgres_, name, value));
    return PostgresControl(server_.endpoint(), {}).value("SELECT current_setting($1)", {name});
  }

  std::string all_settings() {
    return postgres_.value(
        "SELECT string_agg(one, '; ' ORDER BY one) FROM pg_db_role_setting, unnest(setconfig) one");
  }

  TestPostgres server_;
  PostgresControl postgres_{server_.endpoint(), {}};
};

TEST_F(PostgresSettingTest, OneValueIsOneText) {
  EXPECT_EQ(in_force("work_mem", "9MB"), "9MB");
  EXPECT_EQ(in_force("Work_Mem", "10MB"), "10MB");
  EXPECT_EQ(in_force("DateStyle", "SQL, DMY"), "SQL, DMY");
  EXPECT_EQ(in_force("app.note", "it's, \"so\""), "it's, \"so\"");
}

TEST_F(PostgresSettingTest, AListOfNamesIsItsNames) {
  EXPECT_EQ(in_force("search_path", "shop, public"), "shop, public");
  EXPECT_EQ(in_force("search_path", R"( Shop ,"My, ""Own""", "$user")"),
            R"(shop, "My, ""Own""", "$user")");
  EXPECT_EQ(in_force("search_path", ""), R"("")");
}

TEST_F(PostgresSettingTest, TheWayBackIsToWhatTheDatabaseHad) {
  postgres_.execute("ALTER DATABASE postgres SET search_path = \"My, Own\", public");
  postgres_.execute("ALTER DATABASE postgres SET work_mem = '9MB'");
  postgres_.execute("ALTER ROLE ALL SET enable_sort = off");  // of every database: not this one's
  const std::string before = all_settings();
  const DatabaseSettings settings(
      postgres_, {{"search_path", "shop"}, {"Work_Mem", "7MB"}, {"enable_sort", "on"}});
  for (const std::string& statement : settings.statements()) postgres_.execute(statement);
  EXPECT_EQ(PostgresControl(server_.endpoint(), {}).value("SHOW work_mem"), "7MB");
  EXPECT_NE(all_settings(), before);
  for (const std::string& statement : settings.undo()) postgres_.execute(statement);
  EXPECT_EQ(all_settings(), before);
}

}  // namespace
}  // namespace tare
