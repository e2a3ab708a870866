#include "tools/experiment/counter_watch.h"

#include <gtest/gtest.h>

#include <functional>

#include "bench/drivers/index_use.h"
#include "bench/drivers/test_servers.h"
#include "bench/drivers/test_versions.h"
#include "tools/experiment/observation.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

// One operation: a cached row of a table.
Scenario page_scenario() {
  Scenario scenario;
  scenario.name = "test";
  scenario.seed = 7;
  scenario.cache_rules = {{"page", "page:{id}", 300, "", "", {}, {}}};
  CachedStep step;
  step.name = "page";
  step.key = Template{"page:{id}", {{"page:", std::nullopt}, {"", 0}}};
  step.on_miss = {"page", "SELECT title FROM post WHERE id = $1", {0}, {}, false};
  scenario.operations = {{"view", {{"id", IntegerDraw{1, 100, UniformSkew{}}}}, {step}}};
  scenario.load.arrivals = {ArrivalKind::constant, 1000};
  scenario.load.mix = {1};
  scenario.load.measure = std::chrono::seconds(1);
  return scenario;
}

class CounterWatchTest : public testing::TestWithParam<TestVersion> {
 protected:
  CounterWatchTest() {
    PostgresControl(server_.endpoint(), {}).execute("CREATE EXTENSION pg_stat_statements");
    PostgresControl(server_.endpoint(), {}).execute("CREATE DATABASE work");
    working_.database = "work";
    control_.emplace(working_, std::stop_token());
    control_->execute("CREATE TABLE post (id int PRIMARY KEY, title text)");
    control_->execute("INSERT INTO post SELECT n, 't' FROM generate_series(1, 100) n");
  }

  ServerCounters count(const std::function<void()>& warm_up, const std::function<void()>& window) {
    read_use(*control_);
    CounterWatch counted({server_.endpoint(), "work", *control_, redis_control_}, traffic_, true,
                         {});
    Observation observation(*control_, redis_control_, redis_.endpoint());
    warm_up();
    counted.window_begins();
    observation.begin();
    window();
    observation.end();
    counted.window_ended();
    EXPECT_EQ(await_other_sessions_end(*control_, 5s), 0);
    read_use(*control_);
    ServerCounters counters = counted.finish();
    observed_ = observation.finish();
    return counters;
  }

  void ask(int times) {
    PostgresControl session(working_, {});
    session.execute("SET application_name = 'tare load'");
    RedisControl client(redis_.endpoint());
    for (int i = 0; i < times; ++i) {
      session.query("SELECT title FROM post WHERE id = $1", {"5"});
      client.command({"GET", "page:5"});
    }
  }

  static std::map<std::string, int64_t> values(const ServerCounters& counters,
                                               const std::string& name) {
    std::map<std::string, int64_t> all;
    for (const CounterSource& source : counters.sources) {
      if (source.name != name) continue;
      EXPECT_EQ(source.missing, "");
      for (const CounterValue& value : source.values) {
        all[value.object + (value.object.empty() ? "" : " ") + value.name] = value.value;
      }
    }
    return all;
  }

  TestPostgres server_{
      TestPostgres::Setup{GetParam().bin, {"shared_preload_libraries=pg_stat_statements"}}};
  TestRedis redis_;
  PostgresEndpoint working_ = server_.endpoint();
  std::optional<PostgresControl> control_;
  RedisControl redis_control_{redis_.endpoint()};
  Traffic traffic_{page_scenario(), {}};
  std::optional<Observed> observed_;
};

TEST_P(CounterWatchTest, TheWindowIsTheWindowAndTheLoadIsTheLoad) {
  const ServerCounters counters = count([this] { ask(30); }, [this] { ask(70); });
  auto statements = values(counters, "statements");
  EXPECT_EQ(statements["view/page.query calls"], 70);
  EXPECT_EQ(statements["view/page.query rows"], 70);
  EXPECT_EQ(statements["(other statements) calls"], 1) << "SET; tare's own looks are left out";
  EXPECT_GE(values(counters, "tables")["public.post idx_blks_hit"], 100) << "with the warm-up";
  EXPECT_EQ(values(counters, "redis commands")["get calls"], 70);
  ASSERT_TRUE(observed_ && observed_->redis);
  EXPECT_EQ(observed_->redis->commands, 71)
      << "and the client's PING at connecting; nor does one kind of look count the other";
  EXPECT_EQ(counters.waits.missing, "");
}

TEST_P(CounterWatchTest, ItsConnectionsHinderNobody) {
  read_use(*control_);
  CounterWatch counted({server_.endpoint(), "work", *control_, redis_control_}, traffic_, true, {});
  counted.window_begins();
  EXPECT_EQ(await_other_sessions_end(*control_, 0ms), 0);
  control_.reset();
  PostgresControl maintenance(server_.endpoint(), {});
  maintenance.execute("DROP DATABASE work");  // it is not connected to it
}

TEST_P(CounterWatchTest, WaitsAreLeftAloneWhereNobodyWantsThem) {
  CounterWatch counted({server_.endpoint(), "work", *control_, redis_control_}, traffic_, false,
                       {});
  counted.window_begins();
  counted.window_ended();
  const ServerCounters counters = counted.finish();
  EXPECT_EQ(counters.waits.looks, 0);
  EXPECT_NE(counters.waits.missing.find("sample_waits"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, CounterWatchTest, testing::ValuesIn(test_versions()),
                         [](const auto& each) { return version_name(each.param); });

}  // namespace
}  // namespace tare
