#include "tools/experiment/observation.h"

#include <gtest/gtest.h>

#include <thread>

#include "bench/drivers/index_use.h"
#include "bench/drivers/test_servers.h"
#include "tools/experiment/probe_processes.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

class ObservationTest : public testing::Test {
 protected:
  // What is seen of `work`, its sessions' counts handed in.
  Observed observe(const std::function<void()>& work) {
    Observation observation(control_, redis_control_, redis_.endpoint());
    observation.begin();
    work();
    observation.end();
    await_other_sessions_end(control_, 5s);
    read_use(control_);
    const auto observed = observation.finish();
    EXPECT_TRUE(observed && observed->postgres && observed->redis);
    return observed.value_or(Observed());
  }

  void in_a_session(const std::vector<std::string>& statements) {
    PostgresControl session(postgres_.endpoint(), {});
    session.execute("SET application_name = 'tare load'");
    for (const std::string& sql : statements) session.execute(sql);
  }

  TestPostgres postgres_;
  TestRedis redis_;
  PostgresControl control_{postgres_.endpoint(), {}};
  RedisControl redis_control_{redis_.endpoint()};
};

TEST_F(ObservationTest, NothingHappensInAnIdleWindow) {
  const Observed observed = observe([] { std::this_thread::sleep_for(200ms); });
  EXPECT_NEAR(observed.seconds, 0.2, 0.15);
  EXPECT_EQ(observed.redis->commands, 0) << "its own looks do not count";
  EXPECT_EQ(observed.redis->net_input_bytes, 0);
  EXPECT_EQ(observed.redis->net_output_bytes, 0);
  EXPECT_EQ(observed.redis->background_saves + observed.redis->aof_rewrites, 0);
  EXPECT_EQ(observed.postgres->checkpoints_started + observed.postgres->checkpoints_finished, 0);
  EXPECT_EQ(observed.postgres->restarts + observed.redis->restarts, 0);
  EXPECT_LT(observed.postgres->wal_bytes.value_or(-1), 100'000);
}

TEST_F(ObservationTest, CountsProcessorTimeAlsoOfSessionsThatEnded) {
  // Work, not time: on a busy machine a second holds little of it.
  const std::string spin = "DO $$ BEGIN FOR i IN 1..20000000 LOOP END LOOP; END $$";
  const Observed ended = observe([&] { in_a_session({spin}); });
  ASSERT_TRUE(ended.postgres->cpu_ns);
  EXPECT_GT(*ended.postgres->cpu_ns, 30'000'000);
  EXPECT_LT(*ended.postgres->cpu_ns, 60'000'000'000);
  PostgresControl session(postgres_.endpoint(), {});
  session.execute("SET application_name = 'tare'");
  const Observed open = observe([&] { session.execute(spin); });
  EXPECT_GT(open.postgres->cpu_ns.value_or(0), 30'000'000);
}

TEST_F(ObservationTest, CountsRedisToTheByte) {
  RedisControl client(redis_.endpoint());
  const Observed observed = observe([&] {
    client.command({"SET", "a", std::string(100, 'x')});  // 33 + 100 bytes, "+OK\r\n"
    client.command({"GET", "a"});                         // 20 bytes, "$100\r\n" + 100 + "\r\n"
  });
  EXPECT_EQ(observed.redis->commands, 2);
  EXPECT_EQ(observed.redis->net_input_bytes, 4 + 9 + 7 + 6 + 100 + 2 + 4 + 9 + 7);
  EXPECT_EQ(observed.redis->net_output_bytes, 5 + 6 + 100 + 2);
  EXPECT_TRUE(observed.redis->cpu_ns && *observed.redis->cpu_ns < 500'000'000);
}

TEST_F(ObservationTest, SeesWhatServersDoBeside) {
  control_.execute(
      "CREATE TABLE post AS SELECT n, repeat('x', 100) AS t FROM generate_series(1, "
      "5000) n");
  const Observed observed = observe([&] {
    in_a_session({"UPDATE post SET n = n", "CHECKPOINT"});
    redis_control_.command({"SET", "a", "1"});
    redis_control_.command({"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
    redis_control_.command({"BGSAVE"});
  });
  EXPECT_GE(observed.postgres->checkpoints_started, 1);
  EXPECT_EQ(observed.postgres->checkpoints_finished, 1);
  EXPECT_GT(observed.postgres->wal_bytes.value_or(0), 5000 * 100);
  EXPECT_GE(observed.redis->background_saves, 1);
  EXPECT_EQ(observed.redis->commands, 3);
}

TEST_F(ObservationTest, SeesEvictionAndTempFiles) {
  const Observed observed = observe([&] {
    redis_control_.command({"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
    redis_control_.command({"CONFIG", "SET", "maxmemory", "3mb"});
    for (int i = 0; i < 300; ++i) {
      redis_control_.command({"SET", "key:" + std::to_string(i), std::string(20'000, 'x')});
    }
    in_a_session({"SET work_mem = '64kB'",
                  "CREATE TABLE sorted AS SELECT n FROM generate_series(1, 100000) n ORDER BY -n"});
  });
  EXPECT_GT(observed.redis->evicted_keys, 10);
  EXPECT_GT(observed.postgres->temp_bytes, 500'000);
}

TEST_F(ObservationTest, ASessionWithoutAWindowHasNothingToTell) {
  Observation observation(control_, redis_control_, redis_.endpoint());
  EXPECT_FALSE(observation.finish());
}

TEST_F(ObservationTest, FindsTheServersProcessesOnThisMachineAlone) {
  EXPECT_EQ(postgres_process(control_), postgres_.pid());
  auto info = redis_control_.info("server");
  EXPECT_EQ(redis_process(redis_.endpoint(), info), redis_.pid());
  RedisEndpoint remote;
  remote.host = "192.0.2.1";
  EXPECT_FALSE(redis_process(remote, info));
  info["uptime_in_seconds"] = "86400";
  EXPECT_FALSE(redis_process(redis_.endpoint(), info)) << "a process that is not so old";
  info.erase("process_id");
  EXPECT_FALSE(redis_process(redis_.endpoint(), info));
}

}  // namespace
}  // namespace tare
