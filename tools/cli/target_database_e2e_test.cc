// The databases that tare makes on a named target, with the real binary: whose they are, and what
// is left of a load that fails.
#include <gtest/gtest.h>

#include "tools/cli/target_fixture.h"

namespace tare {
namespace {

class TargetDatabaseTest : public TargetTest {
 protected:
  void make_role(const std::string& name) const {
    admin().execute("CREATE ROLE " + name + " LOGIN CREATEDB PASSWORD '" + kPassword + "'");
  }
};

TEST_F(TargetDatabaseTest, ATemplateOfAnotherRoleIsTold) {
  make_role("maker");
  make_role("second");
  ASSERT_LE(tare_.run(ab(change(), postgres_uri("postgres", "maker"))).code, 2);
  const TareOutcome outcome = tare_.run(ab(change(), postgres_uri("postgres", "second")));
  EXPECT_EQ(outcome.code, 4) << outcome.out << outcome.errors;
  expect_says(outcome.errors, "tare__shop of");
  expect_says(outcome.errors, "belongs to maker: drop it, or connect as that role");
}

TEST_F(TargetDatabaseTest, ALoadThatFailsLeavesNothing) {
  in("template1").execute("CREATE TABLE corp (id int)");
  std::string text = shop_scenario();
  const std::string rows = "\"rows\": 100000";
  text.replace(text.find(rows), rows.size(), "\"rows\": 99999");
  scenario_ = tare_.write("shop.json", text);
  const TareOutcome outcome = tare_.run(ab(change(), postgres_uri()));
  EXPECT_EQ(outcome.code, 4) << outcome.out << outcome.errors;
  expect_says(outcome.errors, "promises 99999 rows");
  EXPECT_EQ(admin().value("SELECT count(*) FROM pg_database WHERE datname LIKE 'tare%'"), "0");
  expect_theirs_untouched();
}

}  // namespace
}  // namespace tare
