// Named targets with the real binary: what is not tare's is not touched.
#include <gtest/gtest.h>

#include "tools/cli/target_fixture.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

TEST_F(TargetTest, ADatabaseThatIsNotTaresIsNotReplaced) {
  admin().execute("CREATE DATABASE tare_shop");
  const TareOutcome refused = tare_.run(ab(change(), postgres_uri()));
  EXPECT_EQ(refused.code, 4) << refused.out;
  expect_says(refused.errors, "has a database tare_shop that tare has not made");
  expect_says(refused.errors, "--claim tare_shop");
  auto slipped = ab(change(), postgres_uri());
  slipped.insert(slipped.end(), {"--claim", "tare_shopp"});
  const TareOutcome slip = tare_.run(slipped);
  EXPECT_EQ(slip.code, 4) << slip.out;
  expect_says(slip.errors, "--claim tare_shopp names nothing that needs one here");
  auto claimed = ab(change(), postgres_uri());
  claimed.insert(claimed.end(), {"--claim", "tare_shop"});
  EXPECT_LE(tare_.run(claimed).code, 2);
}

TEST_F(TargetTest, KeysThatAreNotTaresAreNotCleared) {
  redis().command({"SET", "shop:order:7", "from the real shop"});
  const TareOutcome refused = tare_.run(ab(change(), postgres_uri()));
  EXPECT_EQ(refused.code, 4) << refused.out;
  expect_says(refused.errors, "holds keys like this scenario's that tare has not made");
  expect_says(refused.errors, "--claim " + redis_uri());
  EXPECT_EQ(redis().command({"GET", "shop:order:7"}).text, "from the real shop");
  auto claimed = ab(change(), postgres_uri());
  claimed.insert(claimed.end(), {"--claim", redis_uri()});
  EXPECT_LE(tare_.run(claimed).code, 2);
  expect_theirs_untouched();
}

// That tare has been here before says nothing of what others have put there since.
TEST_F(TargetTest, KeysThatCameAfterAnEarlierRunAreNotCleared) {
  const std::vector<std::string> run = {"run",          scenario_, "--postgres",
                                        postgres_uri(), "--redis", redis_uri()};
  ASSERT_LE(tare_.run(run).code, 2);
  redis().command({"SET", "shop:order:7", "from the real shop"});
  const TareOutcome refused = tare_.run(run);
  EXPECT_EQ(refused.code, 4) << refused.out;
  EXPECT_EQ(redis().command({"GET", "shop:order:7"}).text, "from the real shop");
}

TEST_F(TargetTest, AChangeMayNotTouchWhatIsNotTheScenarios) {
  struct Case {
    const char* apply;
    const char* says;
  };
  for (const auto& [apply, says] :
       {Case{R"j([{"redis": ["DEL", "theirs:1"]}])j",
             "\"theirs:1\" is none of the scenario's keys"},
        Case{R"j([{"redis": ["EVAL", "return redis.call('DEL','theirs:1')", "0"]}])j",
             "EVAL may touch any key"},
        Case{R"j([{"redis": ["CONFIG", "SET", "maxmemory", "1mb"]}])j",
             "CONFIG reaches beyond this scenario's keys"},
        Case{R"j([{"redis": ["MEMORY", "PURGE"]}])j", "MEMORY reaches beyond"},
        Case{R"j([{"redis": ["WAIT", "0", "1"]}])j", "WAIT names no key"},
        Case{R"j([{"redis": ["INCR"]}])j", "Redis does not know INCR with 0 arguments"},
        Case{R"j([{"redis": ["HELLO", "3"]}])j", "HELLO is refused"},
        Case{R"j([{"sql": "DO 'BEGIN END'"}])j", "does not look into DO"},
        Case{R"j([{"sql": "ALTER DATABASE theirs SET work_mem = '1MB'"}])j", "ALTER DATABASE"},
        Case{R"j([{"sql": "ALTER DATABASE theirs RENAME TO stolen"}])j", "the whole server"},
        Case{R"j([{"sql": "SELECT pg_stat_reset()"}])j", "pg_stat_reset()"},
        Case{R"j([{"sql": "COMMENT ON DATABASE theirs IS 'mine'"}])j", "the whole server"},
        Case{R"j([{"sql": "UPDATE pg_index SET indisvalid = false"}])j",
             "it writes to PostgreSQL's own tables"},
        Case{R"j([{"sql": "CREATE SERVER s FOREIGN DATA WRAPPER w"}])j",
             "may reach beyond tare's own database"}}) {
    const TareOutcome outcome = tare_.run(ab(change(apply, "[]"), postgres_uri()));
    EXPECT_EQ(outcome.code, 4) << apply << outcome.out;
    expect_says(outcome.errors, says);
  }
  std::string wide = shop_change(kIndex, kDropIndex);
  const std::string pattern = "\"shop:order:*\"";
  wide.replace(wide.find(pattern), pattern.size(), "\"sho*\"");
  const TareOutcome outcome = tare_.run(ab(tare_.write("change.json", wide), postgres_uri()));
  EXPECT_EQ(outcome.code, 4) << outcome.out;
  expect_says(outcome.errors, "\"sho*\" may match keys that are not the scenario's");
  expect_theirs_untouched();
}

TEST_F(TargetTest, WhatAKilledTareLeftInPlaceIsTold) {
  make_narrow_role();
  auto arguments = ab(change(), postgres_uri("staging", "narrow"));
  arguments.back() = "measure_s=6";
  Subprocess process = tare_.start(arguments);
  const auto limit = std::chrono::steady_clock::now() + 60s;
  while (process.error_tail().find("contender: measure") == std::string::npos &&
         std::chrono::steady_clock::now() < limit) {
    ASSERT_FALSE(process.wait_for(20ms, {})) << process.error_tail();
  }
  process.send(SIGKILL);
  process.wait_for(30s, {});
  ASSERT_EQ(indexes_of("staging"), "1");
  const TareOutcome next = tare_.run(ab(change(), postgres_uri("staging", "narrow")));
  EXPECT_EQ(next.code, 4) << next.out;
  expect_says(next.errors,
              "a tare that was killed, or whose rollback failed, has left the change change on");
  expect_says(next.errors, "  DROP INDEX orders_customer;");
  in("staging").execute("DROP INDEX orders_customer");
  in("staging").execute("DELETE FROM tare_stamp.under_way");
  const TareOutcome keys = tare_.run(ab(change(), postgres_uri("staging", "narrow")));
  EXPECT_EQ(keys.code, 4) << "they may be its own, or others'";
  expect_says(keys.errors, "A tare that was killed has left some, but others may have come since");
  auto claimed = ab(change(), postgres_uri("staging", "narrow"));
  claimed.insert(claimed.end(), {"--claim", redis_uri()});
  const TareOutcome mended = tare_.run(claimed);
  EXPECT_LE(mended.code, 2) << mended.errors;
  expect_theirs_untouched();
}

TEST_F(TargetTest, AKeyThatMayBeAnybodysIsRefused) {
  std::string text = shop_scenario();
  const std::string key = "\"key\": \"shop:order:{id}\"";
  text.replace(text.find(key), key.size(), "\"key\": \"{id}\"");
  scenario_ = tare_.write("open.json", text);
  const std::string unclear = tare_.write("change.json", R"j({"schema_version": 1, "name": "change",
      "owner": "o", "reason": "r", "variable": "schema.index",
      "apply": [{"sql": "CREATE INDEX orders_customer ON orders (customer_id)"}],
      "rollback": [{"sql": "DROP INDEX orders_customer"}], "rollback_note": "safe"})j");
  const TareOutcome outcome = tare_.run(ab(unclear, postgres_uri()));
  EXPECT_EQ(outcome.code, 4) << outcome.out;
  expect_says(outcome.errors, "the key \"{id}\" begins with a draw");
  expect_theirs_untouched();
}

TEST_F(TargetTest, ForeignDataIsNotWrittenTo) {
  make_narrow_role();
  in("staging").execute("CREATE TABLE customers AS SELECT 1 AS id");
  in("staging").execute("ALTER TABLE customers OWNER TO narrow");
  const std::string uri = postgres_uri("staging", "narrow");
  const TareOutcome refused = tare_.run(ab(change(), uri));
  EXPECT_EQ(refused.code, 4) << refused.out;
  expect_says(refused.errors, "public.customers");
  expect_says(refused.errors, "--claim staging");
  EXPECT_EQ(in("staging").value("SELECT count(*) FROM pg_class WHERE relname = 'orders'"), "0");
  auto claimed = ab(change(), uri);
  claimed.insert(claimed.end(), {"--claim", "staging"});
  const TareOutcome outcome = tare_.run(claimed);
  EXPECT_LE(outcome.code, 2) << outcome.errors;
  EXPECT_EQ(in("staging").value("SELECT count(*) FROM customers"), "1");
}

TEST_F(TargetTest, ATableThatHasComeToHaveTheNameOfOursIsNotReplaced) {
  make_narrow_role();
  const std::string uri = postgres_uri("staging", "narrow");
  ASSERT_LE(tare_.run(ab(change(), uri)).code, 2);
  in("staging").execute("CREATE SCHEMA app AUTHORIZATION narrow");
  in("staging").execute("CREATE TABLE app.orders AS SELECT 'precious' AS t");
  in("staging").execute("ALTER TABLE app.orders OWNER TO narrow");
  admin().execute("ALTER ROLE narrow IN DATABASE staging SET search_path = app, public");
  const TareOutcome same = tare_.run(ab(change(), uri));
  EXPECT_EQ(same.code, 4) << same.out << same.errors;
  expect_says(same.errors, "is a table of the schema app that tare has not made");
  std::string text = shop_scenario();
  const std::string rows = "i * 7 % 1000";
  text.replace(text.find(rows), rows.size(), "i * 9 % 1000");
  scenario_ = tare_.write("shop.json", text);
  const TareOutcome changed = tare_.run(ab(change(), uri));
  EXPECT_EQ(changed.code, 4) << changed.out << changed.errors;
  EXPECT_EQ(in("staging").value("SELECT t FROM app.orders"), "precious");
}

TEST_F(TargetTest, ARollbackThatFailsSaysWhatIsLeftAndWhatUndoesIt) {
  make_narrow_role();
  const TareOutcome outcome =
      tare_.run(ab(change(kIndex, R"j([{"sql": "DROP INDEX orders_custmer"}])j"),
                   postgres_uri("staging", "narrow")));
  EXPECT_EQ(outcome.code, 1) << outcome.out << outcome.errors;
  expect_says(outcome.errors, "the change is still on " + postgres_uri("staging", "narrow"));
  expect_says(outcome.errors, "index \"orders_custmer\" does not exist");
  expect_says(outcome.errors, "  DROP INDEX orders_custmer;");
  EXPECT_EQ(indexes_of("staging"), "1") << "as it says";
}

TEST_F(TargetTest, TwoExperimentsOnOneTargetAreOneTooMany) {
  auto first = ab(change(), postgres_uri());
  first.back() = "measure_s=4";
  Subprocess process = tare_.start(first);
  const auto limit = std::chrono::steady_clock::now() + 60s;
  while (process.error_tail().find("baseline: measure") == std::string::npos &&
         std::chrono::steady_clock::now() < limit) {
    ASSERT_FALSE(process.wait_for(20ms, {})) << process.error_tail();
  }
  const TareOutcome second = tare_.run(ab(change(), postgres_uri()));
  EXPECT_EQ(second.code, 4) << second.out;
  expect_says(second.errors, "another tare, or somebody, works on");
  const auto status = process.wait_for(120s, {});
  ASSERT_TRUE(status);
  EXPECT_LE(status->code, 2) << "the first is not disturbed: " << process.error_tail();
}

}  // namespace
}  // namespace tare
