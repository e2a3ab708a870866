#include "bench/engine/clients.h"

#include <gtest/gtest.h>

#include <set>

#include "bench/engine/engine_fixture.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

// On fake servers that take 200 us for a call.
Scenario closed_scenario(int clients, int pipeline, Nanoseconds think_time) {
  Scenario scenario = one_call_scenario(0, 1s);
  scenario.load.arrivals = {};
  scenario.load.arrivals.kind = ArrivalKind::closed;
  scenario.load.arrivals.closed = {clients, pipeline, ClosedLoop::ThinkTime::constant, think_time};
  return scenario;
}

class ClosedLoopFixture : public WorkerFixture {
 public:
  ClosedLoopFixture(const Scenario& scenario, int connections)
      : WorkerFixture(scenario, connections, options_of(scenario)) {}

 private:
  static WorkerOptions options_of(const Scenario& scenario) {
    WorkerOptions options{10s, 10s, 1000};
    options.clients = {scenario.load.arrivals.closed, scenario.seed,
                       scenario.load.warmup + scenario.load.measure, 0, 1};
    return options;
  }
};

TEST(Clients, OneClientAsksAsOftenAsItIsAnswered) {
  ClosedLoopFixture fixture(closed_scenario(1, 1, 0ns), 4);
  fixture.run();
  EXPECT_EQ(fixture.result().requests.ok, 5000) << "1 s of 200 us each";
  EXPECT_LE(fixture.stats.wait().max, 1) << "one request at a time never waits";
  std::set<uint64_t> numbers;
  for (const RequestRecord& record : fixture.records) {
    EXPECT_EQ(record.response, 200us) << "response time counts from when the client was ready";
    numbers.insert(record.number);
  }
  EXPECT_EQ(numbers.size(), 5000u);
  EXPECT_EQ(*numbers.rbegin(), 4999u) << "no request is left out";
}

TEST(Clients, ThinkTimeLiesBetweenAnAnswerAndTheNextRequest) {
  ClosedLoopFixture fixture(closed_scenario(3, 1, 1800us), 4);
  fixture.run();
  EXPECT_EQ(fixture.result().requests.ok, 3 * 500) << "each client takes 2 ms a round";
}

TEST(Clients, ExponentialThinkTimesHaveTheirMean) {
  Scenario scenario = closed_scenario(20, 1, 1800us);
  scenario.load.arrivals.closed.think = ClosedLoop::ThinkTime::exponential;
  ClosedLoopFixture fixture(scenario, 20);
  fixture.run();
  EXPECT_NEAR(double(fixture.result().requests.ok), 20 * 500, 4 * 100) << "four standard errors";
  std::set<Nanoseconds> gaps;
  for (const RequestRecord& record : fixture.records) gaps.insert(record.intended);
  EXPECT_GT(gaps.size(), 9000u) << "they do not march in step";
}

TEST(Clients, MoreClientsThanConnectionsWait) {
  ClosedLoopFixture fixture(closed_scenario(4, 1, 0ns), 1);
  fixture.run();
  EXPECT_NEAR(double(fixture.result().requests.ok), 5000, 5) << "the connection is the bound";
  EXPECT_NEAR(double(fixture.result().response_time_ns.p50), 800e3, 800e3 * 0.001);
}

TEST(Clients, APipelineIsAskedTogetherAndAnsweredBeforeTheNext) {
  ClosedLoopFixture fixture(closed_scenario(1, 8, 0ns), 8);
  fixture.run();
  EXPECT_EQ(fixture.result().requests.ok, 8 * 5000);
  std::map<Nanoseconds, int> begun;
  for (const RequestRecord& record : fixture.records) ++begun[record.intended];
  for (const auto& [intended, count] : begun) EXPECT_EQ(count, 8);
}

TEST(Clients, AStalledServerIsAskedLess) {
  ClosedLoopFixture fixture(closed_scenario(2, 1, 0ns), 2);
  fixture.redis.stall_begin = 300ms;
  fixture.redis.stall_end = 800ms;
  fixture.run();
  EXPECT_NEAR(double(fixture.result().requests.ok), 2 * 2500, 4)
      << "a closed loop hides the stall: half the requests, two of them slow";
}

TEST(Clients, StoppingEndsTheLoop) {
  ClosedLoopFixture fixture(closed_scenario(2, 1, 100us), 2);
  fixture.run(200ms, [&] { fixture.worker.stop(); });
  EXPECT_TRUE(fixture.worker.finished());
  EXPECT_LT(fixture.result().requests.ok, 2000);
}

}  // namespace
}  // namespace tare
