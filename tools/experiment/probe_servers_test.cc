#include "tools/experiment/probe_servers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "bench/drivers/test_servers.h"

namespace tare {
namespace {

TEST(PostgresProbe, ASuperuserSeesEverything) {
  TestPostgres server;
  PostgresProbe probe(server.endpoint(), "here", {});
  PostgresControl control(server.endpoint(), {});
  control.execute("BEGIN");
  control.execute("ROLLBACK");
  const PostgresFacts facts = probe.finish();
  EXPECT_EQ(facts.problem, "");
  EXPECT_EQ(facts.source, "here");
  EXPECT_GT(facts.round_trip->count, 0);
  EXPECT_GT(facts.round_trip->p99_ns, 0);
  EXPECT_EQ(facts.role, "postgres");
  EXPECT_EQ(facts.superuser, true);
  EXPECT_EQ(facts.settings.at("shared_buffers"), "134217728");
  EXPECT_EQ(facts.settings.at("autovacuum_naptime"), "60000");
  EXPECT_EQ(facts.settings.at("fsync"), "off");
  EXPECT_EQ(facts.max_connections, 100);
  EXPECT_EQ(facts.used_password, false);
  EXPECT_EQ(facts.on_network, false);
  EXPECT_TRUE(facts.statements_available.has_value());
  EXPECT_TRUE(facts.auto_explain_loadable.has_value());
  EXPECT_EQ(facts.open_rules, std::vector<std::string>()) << "initdb's rules are for loopback";
  EXPECT_GT(facts.counters.at("commits").total, 0);
}

TEST(PostgresProbe, SeesWhoIsHeldUp) {
  TestPostgres server;
  PostgresControl holder(server.endpoint(), {});
  holder.execute("CREATE TABLE held (id int)");
  holder.execute("BEGIN");
  holder.execute("LOCK TABLE held");
  std::stop_source stop;
  std::jthread waiter([&] {
    try {
      PostgresControl(server.endpoint(), stop.get_token()).query("SELECT * FROM held");
    } catch (const std::exception&) {  // ended below
    }
  });
  PostgresControl observer(server.endpoint(), {});
  while (observer.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") ==
         "0") {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  PostgresProbe probe(server.endpoint(), "here", {});
  const PostgresFacts facts = probe.finish();
  stop.request_stop();
  EXPECT_EQ(facts.lock_waits, 1);
  EXPECT_GT(*facts.longest_lock_wait_s, 0);
  EXPECT_GT(*facts.longest_idle_in_transaction_s, 0);
}

TEST(PostgresProbe, OwnSettingsAreNotTakenForTheServers) {
  TestPostgres server;
  const PostgresFacts facts = PostgresProbe(server.endpoint(), "here", {}).finish();
  for (const auto& [name, value] : facts.not_defaults) {
    EXPECT_NE(value, "5s") << name;
    EXPECT_NE(name, "default_transaction_read_only");
  }
}

TEST(PostgresProbe, AnOrdinaryRoleSeesLess) {
  TestPostgres server;
  PostgresControl(server.endpoint(), {}).execute("CREATE ROLE app LOGIN");
  PostgresEndpoint endpoint = server.endpoint();
  endpoint.user = "app";
  const PostgresFacts facts = PostgresProbe(endpoint, "here", {}).finish();
  EXPECT_EQ(facts.problem, "");
  EXPECT_EQ(facts.superuser, false);
  EXPECT_EQ(facts.monitor, false);
  EXPECT_EQ(facts.may_create_databases, false);
  EXPECT_FALSE(facts.open_rules);
  EXPECT_FALSE(facts.auto_explain_loadable);
}

TEST(PostgresProbe, AServerThatIsAwayIsAFact) {
  TestPostgres server;
  PostgresProbe probe(server.endpoint(), "here", {});
  server.kill_now();
  EXPECT_NE(probe.finish().problem, "");
  EXPECT_NE(PostgresProbe(server.endpoint(), "here", {}).finish().problem, "");
}

TEST(RedisProbe, SeesEverythingAndTouchesNothing) {
  TestRedis server("s3cret");
  RedisControl control(server.endpoint());
  control.command({"SET", "key", "1"});
  const auto before = control.info("stats");
  const auto changes = control.info("persistence").at("rdb_changes_since_last_save");
  const RedisFacts facts = RedisProbe(server.endpoint(), "here", {}).finish();
  const auto after = control.info("stats");
  for (const char* name : {"keyspace_hits", "keyspace_misses"}) {
    EXPECT_EQ(before.at(name), after.at(name)) << name;
  }
  EXPECT_EQ(control.info("persistence").at("rdb_changes_since_last_save"), changes);
  EXPECT_EQ(facts.problem, "");
  EXPECT_GT(facts.round_trip->count, 0);
  EXPECT_EQ(facts.slow_commands.has_value(), true);
  EXPECT_EQ(facts.persistence.at("rdb_last_bgsave_status"), "ok");
  EXPECT_EQ(facts.settings->at("save"), "");
  EXPECT_EQ(facts.permissions_known, true);
  EXPECT_TRUE(facts.refused_commands.empty());
  EXPECT_EQ(facts.open_default_user, false);
  EXPECT_EQ(facts.on_network, false);
  EXPECT_GT(facts.used_bytes.value_or(0), 0);
}

TEST(RedisProbe, NamesWhatAUserMayNotDo) {
  TestRedis server;
  RedisControl control(server.endpoint());
  control.command({"ACL", "SETUSER", "app", "on", ">pw", "~app:*", "+@read", "+ping", "+info",
                   "+acl|whoami", "+acl|dryrun", "+config|get"});
  RedisEndpoint endpoint = server.endpoint();
  endpoint.user = "app";
  endpoint.password = "pw";
  const RedisFacts facts = RedisProbe(endpoint, "here", {}).finish();
  EXPECT_EQ(facts.problem, "");
  EXPECT_EQ(facts.user, "app");
  EXPECT_EQ(facts.refused_commands, (std::vector<std::string>{"SET", "UNLINK", "RESTORE"}));
  EXPECT_FALSE(facts.open_default_user) << "GETUSER is not allowed";
  control.command({"ACL", "SETUSER", "bare", "on", ">pw"});
  endpoint.user = "bare";
  const RedisFacts bare = RedisProbe(endpoint, "here", {}).finish();
  EXPECT_EQ(bare.problem, "");
  EXPECT_FALSE(bare.settings);
  EXPECT_FALSE(bare.round_trip);
}

TEST(RedisProbe, AServerThatIsAwayIsAFact) {
  TestRedis server;
  RedisProbe probe(server.endpoint(), "here", {});
  server.kill_now();
  EXPECT_NE(probe.finish().problem, "");
  EXPECT_NE(RedisProbe(server.endpoint(), "here", {}).finish().problem, "");
}

}  // namespace
}  // namespace tare
