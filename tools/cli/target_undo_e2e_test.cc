// Changes in place on a named target, with the real binary: whatever goes wrong, they are undone.
#include <gtest/gtest.h>

#include "tools/cli/target_fixture.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

class TargetUndo : public TargetTest {
 protected:
  TargetUndo() { make_narrow_role(); }

  std::string in_place() const { return postgres_uri("staging", "narrow"); }

  TareOutcome weigh_settings(const std::string& settings) const {
    return tare_.run(
        ab(change(R"j([{"postgres_settings": )j" + settings + "}]", "[]"), in_place()));
  }

  // No setting, no key and no note is left, and the next experiment begins as if nothing had been.
  void expect_as_before() {
    EXPECT_EQ(admin().value("SELECT count(*) FROM pg_db_role_setting"), "0");
    EXPECT_EQ(redis().command({"DBSIZE"}).integer, 1) << "theirs alone";
    const TareOutcome next = tare_.run(ab(change(), in_place()));
    EXPECT_LE(next.code, 2) << next.errors;
    expect_theirs_untouched();
  }
};

TEST_F(TargetUndo, ASettingThatLetsNobodyIn) {
  const TareOutcome outcome = weigh_settings(R"j({"local_preload_libraries": "nosuch"})j");
  EXPECT_EQ(outcome.code, 4) << outcome.out;
  expect_says(outcome.errors, "with these settings nobody is let in");
  expect_says(outcome.errors, "/apply/0/postgres_settings");
  expect_as_before();
}

TEST_F(TargetUndo, ASettingThatForbidsWriting) {
  const TareOutcome outcome = weigh_settings(R"j({"default_transaction_read_only": true})j");
  EXPECT_NE(outcome.code, 1) << "nothing is left to be undone by hand: " << outcome.errors;
  expect_as_before();
}

TEST_F(TargetUndo, AChangeWithASlip) {
  const TareOutcome outcome = tare_.run(
      ab(change(R"j([{"sql": "CREATE INDEX orders_customer ON orders (customer_id)"},
                               {"sql": "CREATE INDEX other ON ordersx (customer_id)"}])j",
                R"j([{"sql": "DROP INDEX other"}, {"sql": "DROP INDEX orders_customer"}])j"),
         in_place()));
  EXPECT_EQ(outcome.code, 4) << outcome.out;
  expect_says(outcome.errors, "ordersx");
  EXPECT_EQ(outcome.errors.find("is still on"), std::string::npos) << outcome.errors;
  EXPECT_EQ(indexes_of("staging"), "0");
  expect_as_before();
}

TEST_F(TargetUndo, AStopWhileItRollsBack) {
  const std::string slow = change(kIndex, R"j([{"sql": "SELECT pg_sleep(3)"},
                                              {"sql": "DROP INDEX orders_customer"}])j");
  const TareOutcome outcome = tare_.run(ab(slow, in_place()), 0s, [](Subprocess& process) {
    const auto limit = std::chrono::steady_clock::now() + 60s;
    while (process.error_tail().find("roll back") == std::string::npos &&
           std::chrono::steady_clock::now() < limit) {
      process.wait_for(20ms, {});  // reads what it prints
    }
    process.send(SIGINT);
  });
  EXPECT_EQ(outcome.code, 130) << outcome.errors;
  EXPECT_EQ(indexes_of("staging"), "0");
  expect_as_before();
}

// Rows that the change alters and those that the traffic alters could not be told apart.
TEST_F(TargetUndo, RowsThatWouldStayAreRefused) {
  std::string text = shop_scenario();
  const std::string query = "SELECT id FROM orders WHERE customer_id = $1 ORDER BY id";
  text.replace(text.find(query), query.size(),
               "UPDATE orders SET amount = amount + 1 WHERE customer_id = $1 RETURNING id");
  scenario_ = tare_.write("writing.json", text);
  const TareOutcome outcome =
      tare_.run(ab(change(R"j([{"sql": "UPDATE orders SET amount = -1"}])j", "[]"), in_place()));
  EXPECT_EQ(outcome.code, 4) << outcome.out;
  expect_says(outcome.errors, "rows that stay altered could not be told");
}

// Loading writes no key, so it claims none for later.
TEST_F(TargetUndo, LoadingTakesNoKeys) {
  const TareOutcome loaded =
      tare_.run({"load", scenario_, "--postgres", postgres_uri(), "--redis", redis_uri()});
  ASSERT_EQ(loaded.code, 0) << loaded.errors;
  redis().command({"SET", "shop:order:7", "from the real shop"});
  const TareOutcome outcome = tare_.run(ab(change(), postgres_uri()));
  EXPECT_EQ(outcome.code, 4) << outcome.out;
  EXPECT_EQ(redis().command({"GET", "shop:order:7"}).text, "from the real shop");
}

TEST_F(TargetUndo, RightsThatAreMissingAreNamedBeforeAnythingIsDone) {
  redis().command({"ACL", "SETUSER", "shopper", "on", ">pw", "~shop:*", "+@all"});
  tare_.set_environment("REDISCLI_AUTH", "pw");
  std::string uri = redis_uri();
  uri.insert(uri.find("//") + 2, "shopper:@");
  const TareOutcome outcome =
      tare_.run({"run", scenario_, "--postgres", postgres_uri(), "--redis", uri});
  EXPECT_EQ(outcome.code, 4) << outcome.out;
  expect_says(outcome.errors, "ACL SETUSER shopper ~tare:* ~shop:order:* ~shop:views");
  EXPECT_EQ(admin().value("SELECT count(*) FROM pg_database WHERE datname LIKE 'tare%'"), "0");
}

TEST(SandboxSettings, ThatLetNobodyInAreTakenBackFromAKeptSandbox) {
  TareRunner tare;
  const std::string dir = (tare.temporary() / "kept").string();
  const std::string scenario = tare.write("shop.json", shop_scenario());
  const std::string change = tare.write(
      "change.json",
      shop_change(R"j([{"postgres_settings": {"session_preload_libraries": "nosuch"}}])j", "[]"));
  ASSERT_EQ(tare.run({"sandbox", "start", "--dir", dir}).code, 0);
  const TareOutcome outcome =
      tare.run({"ab", scenario, "--change", change, "--pairs", "2", "--sandbox", dir});
  EXPECT_EQ(outcome.code, 4) << outcome.out;
  expect_says(outcome.errors, "does not start, or lets nobody in");
  const TareOutcome next = tare.run({"run", scenario, "--sandbox", dir});
  EXPECT_EQ(next.code, 0) << next.errors;
  EXPECT_EQ(tare.run({"sandbox", "stop", "--dir", dir}).code, 0);
}

// PGOPTIONS would go before what the change sets.
TEST(SandboxSettings, AreNotOverruledByTheEnvironment) {
  TareRunner tare;
  tare.set_environment("PGOPTIONS", "-c work_mem=5MB");
  const std::string scenario = tare.write("shop.json", shop_scenario());
  const std::string change = tare.write(
      "change.json", shop_change(R"j([{"postgres_settings": {"work_mem": "9MB"}}])j", "[]"));
  const TareOutcome outcome =
      tare.run({"ab", scenario, "--change", change, "--pairs", "2", "--set", "measure_s=1"});
  EXPECT_LE(outcome.code, 2) << outcome.errors;
}

}  // namespace
}  // namespace tare
