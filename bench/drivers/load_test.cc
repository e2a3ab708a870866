// The measured path on real servers: sessions, run_load, allocations, faults.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <new>
#include <thread>

#include "bench/drivers/hit_check.h"
#include "bench/drivers/postgres_control.h"
#include "bench/drivers/postgres_session.h"
#include "bench/drivers/redis_control.h"
#include "bench/drivers/redis_session.h"
#include "bench/drivers/test_servers.h"
#include "bench/engine/run_load.h"
#include "bench/model/errors.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

Template text(const std::string& fixed) {
  return Template{fixed, {{fixed, std::nullopt}}};
}

Scenario base_scenario(double rate_per_s, Nanoseconds length) {
  Scenario scenario;
  scenario.name = "test";
  scenario.seed = 7;
  scenario.load.arrivals = {ArrivalKind::constant, rate_per_s};
  scenario.load.mix = {1};
  scenario.load.measure = length;
  scenario.load.postgres_connections = 2;
  scenario.load.redis_connections = 4;
  return scenario;
}

Scenario cache_scenario(double rate_per_s, Nanoseconds length) {
  Scenario scenario = base_scenario(rate_per_s, length);
  scenario.cache_rules.push_back({"page", "page:{id}", 300, "", "", {}, {}});
  CachedStep step;
  step.name = "page";
  step.key = Template{"page:{id}", {{"page:", std::nullopt}, {"", 0}}};
  step.on_miss = {"page",
                  "SELECT id, title, 'x\"y' AS quote FROM post WHERE id = $1::int",
                  {0},
                  {1, 1, std::nullopt},
                  false};
  scenario.operations = {{"view", {{"id", IntegerDraw{1, 40, ZipfSkew{1.0}}}}, {step}}};
  return scenario;
}

class LoadTest : public ::testing::Test {
 protected:
  LoadOutcome drive(const Scenario& scenario, const std::function<void()>& beside = {}) {
    traffic_ = std::make_unique<Traffic>(scenario, std::vector<ValueSet>{});
    const auto templates = redis_templates(*traffic_);
    std::thread helper;
    if (beside) helper = std::thread(beside);
    LoadWatch watch;
    watch.failure = [] { return std::nullopt; };
    watch.window_begins = [this] { window_ += "begins"; };
    watch.window_ended = [this] { window_ += ", ended"; };
    auto join = [&] {
      if (helper.joinable()) helper.join();
    };
    try {
      LoadOutcome outcome = run_load(
          scenario, *traffic_,
          [&](AsioLoop& loop, const SessionPlace& place) {
            return make_postgres_session(loop, postgres_.endpoint(), traffic_->sql_calls(),
                                         {place.timeout, scenario.load.protocol});
          },
          [&](AsioLoop& loop, const SessionPlace&) {
            return make_redis_session(loop, redis_.endpoint(), templates,
                                      scenario.load.arrivals.closed.pipeline);
          },
          watch, {});
      join();
      return outcome;
    } catch (...) {
      join();
      throw;
    }
  }

  void make_posts() {
    PostgresControl control(postgres_.endpoint(), {});
    control.execute(
        "CREATE TABLE post AS SELECT i AS id, 'Post ' || i AS title FROM generate_series(1, 40) i");
  }

  TestPostgres postgres_;
  TestRedis redis_;
  std::unique_ptr<Traffic> traffic_;
  std::string window_;
};

TEST_F(LoadTest, MissesStoreTheRealRowAndHitsAreChecked) {
  make_posts();
  const LoadOutcome outcome = drive(cache_scenario(2000, 1s));
  const OperationResult view = outcome.stats.operations().at("view");
  EXPECT_EQ(view.requests.ok, 2000);
  EXPECT_EQ(view.paths.at("hit").count + view.paths.at("miss").count, 2000);
  EXPECT_EQ(window_, "begins, ended");
  EXPECT_GT(outcome.busiest_worker_cpu_share, 0.001);
  EXPECT_LE(outcome.busiest_worker_cpu_share, 1.1);
  EXPECT_EQ(view.steps.at("page.query").calls, view.paths.at("miss").count);

  RedisControl redis(redis_.endpoint());
  EXPECT_EQ(redis.command({"GET", "page:1"}).text,
            "[{\"id\":\"1\",\"title\":\"Post 1\",\"quote\":\"x\\\"y\"}]");
  EXPECT_NEAR(double(redis.command({"TTL", "page:1"}).integer), 298, 3);

  ASSERT_FALSE(outcome.hit_samples.empty());
  auto checks = check_hits(postgres_.endpoint(), *traffic_, outcome.hit_samples, {});
  EXPECT_EQ(checks.at(0).checked, int64_t(outcome.hit_samples.size()));
  EXPECT_EQ(checks.at(0).different, 0);
  PostgresControl(postgres_.endpoint(), {}).execute("UPDATE post SET title = 'other' WHERE id = 1");
  checks = check_hits(postgres_.endpoint(), *traffic_, outcome.hit_samples, {});
  EXPECT_GT(checks.at(0).different, 0);
  EXPECT_EQ(checks.at(0).example_key, "page:1");
}

TEST_F(LoadTest, HitCheckEndsWhenAskedTo) {
  make_posts();
  const LoadOutcome outcome = drive(cache_scenario(1000, 500ms));
  ASSERT_FALSE(outcome.hit_samples.empty());
  PostgresControl control(postgres_.endpoint(), {});
  control.execute("ALTER TABLE post RENAME TO posts");  // and a view that never ends an answer
  control.execute("CREATE VIEW post AS SELECT id, title FROM posts, pg_sleep(3600)");
  std::stop_source stop;
  std::thread person([&stop] {
    std::this_thread::sleep_for(300ms);
    stop.request_stop();
  });
  EXPECT_THROW(check_hits(postgres_.endpoint(), *traffic_, outcome.hit_samples, stop.get_token()),
               Interrupted);
  person.join();
}

// So that what a connection is asked first, and the plan it keeps because of that, is a matter of
// chance as it is behind an application.
TEST_F(LoadTest, ConnectionsAreAskedUnlikeValuesInTurnFromTheWarmUpOn) {
  PostgresControl control(postgres_.endpoint(), {});
  control.execute("CREATE TABLE seen (n serial, pid int, value int)");
  Scenario scenario = base_scenario(1000, 200ms);
  scenario.load.warmup = 200ms;
  scenario.load.postgres_connections = 4;
  SqlStep step;
  step.name = "note";
  step.sql = "INSERT INTO seen (pid, value) VALUES (pg_backend_pid(), $1)";
  step.parameters = {0};
  scenario.operations = {{"note", {{"value", IntegerDraw{1, 1000, UniformSkew{}}}}, {step}}};
  const LoadOutcome outcome = drive(scenario);
  EXPECT_EQ(outcome.stats.warmup_calls(0, 0), 200);
  EXPECT_EQ(
      control.value("SELECT count(DISTINCT first_values) FROM (SELECT pid, "
                    "array_agg(value ORDER BY n) AS first_values FROM (SELECT *, row_number() "
                    "OVER (PARTITION BY pid ORDER BY n) AS place FROM seen) s WHERE place <= "
                    "10 GROUP BY pid HAVING count(DISTINCT value) > 5) t"),
      "4");
  // The connection longest idle comes first, so each gets its share.
  EXPECT_EQ(control.value("SELECT min(asked) > 50 FROM (SELECT count(*) AS "
                          "asked FROM seen GROUP BY pid) s"),
            "t");
  ASSERT_EQ(outcome.postgres_sessions.size(), 4u);
  int64_t executions = 0;
  for (const SessionReport& session : outcome.postgres_sessions) {
    EXPECT_EQ(session.plan_use_unknown, "");
    executions += session.plan_use.at(0).generic + session.plan_use.at(0).custom;
  }
  EXPECT_EQ(executions, 400);
}

// A statement that nobody waits for any more would slow the requests after it.
TEST_F(LoadTest, TimedOutStatementsEndInTheServer) {
  Scenario scenario = base_scenario(20, 300ms);
  SqlStep step;
  step.name = "sleep";
  step.sql = "SELECT pg_sleep(3600)";
  scenario.operations = {{"sleep", {}, {step}}};
  scenario.load.timeout = 200ms;
  const LoadOutcome outcome = drive(scenario);
  EXPECT_GT(outcome.stats.operations().at("sleep").requests.timed_out, 0);
  PostgresControl control(postgres_.endpoint(), {});
  const auto limit = std::chrono::steady_clock::now() + 20s;
  const auto left = [&control] {
    return control.value(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = "
        "'tare load' AND state = 'active'");
  };
  while (left() != "0" && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(50ms);
  }
  EXPECT_EQ(left(), "0");
}

TEST_F(LoadTest, OneAndTwoWorkersAskTheSame) {
  make_posts();
  Scenario scenario = cache_scenario(1000, 1s);
  const LoadOutcome one = drive(scenario);
  scenario.load.workers = 2;
  const LoadOutcome two = drive(scenario);
  EXPECT_EQ(one.digest, two.digest);
  EXPECT_EQ(one.scheduled, two.scheduled);
  scenario.seed = 8;
  EXPECT_NE(drive(scenario).digest, one.digest);
}

TEST_F(LoadTest, WrongRowsAndServerErrorsAreFailures) {
  make_posts();
  Scenario scenario = base_scenario(200, 1s);
  SqlStep none{"none", "SELECT * FROM post WHERE id = -1", {}, {1, {}, {}}, false};
  SqlStep broken{"broken", "SELECT 1 / (id - id) FROM post", {}, {}, false};
  scenario.operations = {{"none", {}, {none}}, {"broken", {}, {broken}}};
  scenario.load.mix = {1, 1};
  const LoadOutcome outcome = drive(scenario);
  const auto operations = outcome.stats.operations();
  EXPECT_EQ(operations.at("none").failed.at("wrong_answer"),
            operations.at("none").requests.scheduled);
  EXPECT_EQ(operations.at("broken").failed.at("server_error"),
            operations.at("broken").requests.scheduled);
  EXPECT_EQ(outcome.first_errors[1], "division by zero");
}

TEST_F(LoadTest, LostConnectionsComeBack) {
  make_posts();
  const LoadOutcome outcome = drive(cache_scenario(500, 3s), [&] {
    std::this_thread::sleep_for(1s);
    PostgresControl(postgres_.endpoint(), {})
        .query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'tare load'");
    RedisControl redis(redis_.endpoint());
    redis.command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
    redis.command({"DEL", "page:1", "page:2"});  // so that PostgreSQL is asked again
  });
  const RequestCounts requests = outcome.stats.operations().at("view").requests;
  EXPECT_EQ(outcome.reconnects, 6);
  EXPECT_GE(requests.ok, 1480);
  EXPECT_EQ(requests.scheduled, 1500);
}

// Two clients with eight requests at once, on two connections: each connection has many calls in
// flight, and every answer belongs to its call.
TEST_F(LoadTest, PipelinedAnswersBelongToTheirCalls) {
  make_posts();
  Scenario scenario = cache_scenario(0, 1s);
  scenario.load.arrivals = {};
  scenario.load.arrivals.kind = ArrivalKind::closed;
  scenario.load.arrivals.closed = {2, 8};
  scenario.load.redis_connections = 2;
  const LoadOutcome outcome = drive(scenario);
  const OperationResult view = outcome.stats.operations().at("view");
  EXPECT_EQ(view.requests.ok, view.requests.scheduled);
  EXPECT_GT(view.requests.ok, 2000);
  EXPECT_GE(view.paths.at("miss").count, 40);
  ASSERT_GT(outcome.hit_samples.size(), 50u);
  const CacheCheck check =
      check_hits(postgres_.endpoint(), *traffic_, outcome.hit_samples, {}).at(0);
  EXPECT_EQ(check.different, 0) << check.example_key << ": an answer went to another call";
  EXPECT_EQ(outcome.reconnects, 0);
}

// One request that times out takes the connection with it; the others on it are lost, not mixed up.
TEST_F(LoadTest, ATimeoutInAPipelineLosesItsNeighbours) {
  Scenario scenario = base_scenario(0, 2s);
  scenario.operations = {{"sleep", {}, {RedisStep{"ping", {text("PING")}, {}, false}}}};
  scenario.load.arrivals.kind = ArrivalKind::closed;
  scenario.load.arrivals.closed = {1, 4};
  scenario.load.redis_connections = 1;
  scenario.load.timeout = 200ms;
  const LoadOutcome outcome = drive(scenario, [&] {
    std::this_thread::sleep_for(700ms);
    kill(redis_.pid(), SIGSTOP);
    std::this_thread::sleep_for(500ms);
    kill(redis_.pid(), SIGCONT);
  });
  const RequestCounts requests = outcome.stats.operations().at("sleep").requests;
  EXPECT_GT(requests.timed_out, 0);
  EXPECT_EQ(requests.scheduled, requests.ok + requests.timed_out + requests.failed);
  EXPECT_GT(outcome.reconnects, 0);
  EXPECT_GT(requests.ok, 1000) << "it goes on afterwards";
}

// A queue worker, an import that is repeated, and readers, all at once on one server.
TEST_F(LoadTest, JobsRunBesideReaders) {
  make_posts();
  PostgresControl control(postgres_.endpoint(), {});
  control.execute(
      "CREATE TABLE queue AS SELECT i AS id, false AS done FROM generate_series(1, 95) i");
  control.execute("CREATE TABLE imported (id int PRIMARY KEY, runs int)");
  Scenario scenario = cache_scenario(500, 2s);
  scenario.operations.push_back(
      {"work_off",
       {},
       {SqlStep{"take",
                "UPDATE queue SET done = true WHERE id IN (SELECT id FROM queue "
                "WHERE NOT done ORDER BY id LIMIT 10 FOR UPDATE SKIP LOCKED)",
                {},
                {},
                true}}});
  scenario.operations.push_back(
      {"import",
       {{"batch", JobDraw{JobDraw::Count::batch}}},
       {SqlStep{"upsert",
                "INSERT INTO imported VALUES ($1::int, 1) ON CONFLICT (id) DO UPDATE SET runs = "
                "imported.runs + 1",
                {0},
                {1, 1, std::nullopt},
                true}}});
  scenario.load.mix = {1, 0, 0};
  Job queue{"queue", 1, 300ms, 0ns, 50, Job::Until::empty};
  Job other_worker = queue;
  other_worker.name = "queue_2";
  scenario.load.jobs = {queue, other_worker, Job{"import", 2, 800ms, 100ms, 5}};
  const LoadOutcome outcome = drive(scenario);
  const auto jobs = outcome.stats.jobs();
  EXPECT_EQ(control.value("SELECT count(*) FROM queue WHERE NOT done"), "0");
  EXPECT_GE(jobs.at("queue").batches + jobs.at("queue_2").batches, 10 + 14) << "95 rows, 10 each";
  EXPECT_EQ(jobs.at("import").runs.ok, 3);
  EXPECT_EQ(jobs.at("import").batches, 15);
  EXPECT_EQ(control.value("SELECT string_agg(runs::text, ',' ORDER BY id) FROM imported"),
            "3,3,3,3,3")
      << "each batch once in every run";
  EXPECT_EQ(outcome.stats.operations().at("view").requests.ok, 1000);
  EXPECT_EQ(outcome.reconnects, 0);
}

TEST_F(LoadTest, UnpreparableStatementSaysWhich) {
  Scenario scenario = base_scenario(10, 1s);
  scenario.operations = {{"bad", {}, {SqlStep{"bad", "SELECT nothing_here", {}, {}, false}}}};
  try {
    drive(scenario);
    FAIL() << "the connections cannot have been prepared";
  } catch (const ServerError& error) {
    EXPECT_NE(std::string(error.what()).find("nothing_here"), std::string::npos) << error.what();
  }
}

// redis-server stands still for half a second in ten, at 1,000 requests a second. What stood in the
// queue waited for the rest of the stall: the n-th slowest of them is n ms short of all of it.
TEST_F(LoadTest, StoppedServerShowsInTheTail) {
  Scenario scenario = base_scenario(1000, 10s);
  RedisStep ping{"ping", {text("PING")}, {}, false};
  scenario.operations = {{"ping", {}, {ping}}};
  Nanoseconds stall{};
  const LoadOutcome outcome = drive(scenario, [&] {
    std::this_thread::sleep_for(4s);
    const auto begin = std::chrono::steady_clock::now();
    kill(redis_.pid(), SIGSTOP);
    std::this_thread::sleep_for(500ms);
    kill(redis_.pid(), SIGCONT);
    stall = std::chrono::steady_clock::now() - begin;
  });
  const OperationResult result = outcome.stats.operations().at("ping");
  ASSERT_EQ(result.requests.ok, 10'000);
  const double stalled = double(stall.count());
  EXPECT_NEAR(double(result.response_time_ns.p99), stalled - 100e6, 0.05 * (stalled - 100e6));
  EXPECT_NEAR(double(result.response_time_ns.p999), stalled - 10e6, 0.05 * (stalled - 10e6));
  EXPECT_NEAR(double(result.response_time_ns.max), stalled, 0.05 * stalled);
  EXPECT_LT(double(result.service_time_ns.p50), stalled / 10) << "the server was fast otherwise";
}

}  // namespace
}  // namespace tare
