#include "bench/engine/worker.h"

#include <gtest/gtest.h>

#include <set>

#include "bench/engine/engine_fixture.h"
#include "bench/model/rows_digest.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

// 1,000 requests a second for 60 s, 0.2 ms of service, one stall of 3 s: what the field gets wrong.
class StallTest : public ::testing::Test {
 protected:
  OperationResult run(int connections) {
    Scenario scenario = one_call_scenario(1000, 60s);
    WorkerFixture fixture(scenario, connections);
    fixture.redis.stall_begin = 20s;
    fixture.redis.stall_end = 23s;
    fixture.run();
    EXPECT_EQ(fixture.records.size(), 60'000u);
    const Stalls stalls = fixture.stats.stalls().value();
    EXPECT_EQ(stalls.count, 1);
    EXPECT_NEAR(double(stalls.longest_ns), 3000e6, 3e6);
    EXPECT_EQ(stalls.total_ns, stalls.longest_ns);
    return fixture.result();
  }
};

TEST_F(StallTest, OneConnectionTellsTheWholeWait) {
  const OperationResult result = run(1);
  EXPECT_EQ(result.requests.ok, 60'000);
  EXPECT_NEAR(double(result.response_time_ns.p99), 2520e6, 2520e6 * 0.003);
  EXPECT_NEAR(double(result.service_time_ns.p99), 0.2e6, 0.2e6 * 0.003);
  EXPECT_NEAR(double(result.response_time_ns.max), 3000e6, 3000e6 * 0.003);
}

TEST_F(StallTest, ThirdsTellWhenItWas) {
  const std::vector<ThirdResult> thirds = run(1).thirds;
  ASSERT_EQ(thirds.size(), 3u);
  for (const ThirdResult& third : thirds) EXPECT_NEAR(double(third.count), 20'000, 1);
  EXPECT_NEAR(thirds[0].tm95_ns, 0.2e6, 0.2e6 * 0.01);
  EXPECT_GT(thirds[1].tm95_ns, 50e6) << "the stall begins with the second third";
  EXPECT_NEAR(thirds[2].tm95_ns, 0.2e6, 0.2e6 * 0.01);
}

TEST_F(StallTest, EightConnectionsTellTheWholeWait) {
  const OperationResult result = run(8);
  EXPECT_EQ(result.requests.ok, 60'000);
  EXPECT_NEAR(double(result.response_time_ns.p99), 2415e6, 2415e6 * 0.003);
  EXPECT_NEAR(double(result.service_time_ns.p99), 0.2e6, 0.2e6 * 0.003);
}

TEST(Worker, ResponseIsWaitPlusLagPlusService) {
  Scenario scenario = one_call_scenario(6000, 1s);  // one connection serves 5,000 a second
  WorkerFixture fixture(scenario, 1);
  fixture.run();
  Nanoseconds last_wait{};
  for (const RequestRecord& record : fixture.records) {
    EXPECT_EQ(record.service, 200us);
    EXPECT_EQ(record.lag(), 0ns) << "a clock held still is never late";
    EXPECT_GE(record.wait, last_wait) << "the queue only grows";
    last_wait = record.wait;
  }
  EXPECT_NEAR(double(last_wait.count()), 0.2e9, 0.01e9);
}

TEST(Worker, LateGeneratorIsLagNotService) {
  Scenario scenario = one_call_scenario(1000, 1s);
  WorkerFixture fixture(scenario, 1);
  fixture.run(500ms, [&] { fixture.loop.advance_to(fixture.loop.now() + 100ms); });
  Nanoseconds longest_lag{};
  for (const RequestRecord& record : fixture.records) {
    longest_lag = std::max(longest_lag, record.lag());
  }
  EXPECT_GE(longest_lag, 99ms);
  EXPECT_EQ(fixture.result().requests.ok, 1000);
}

TEST(Worker, HitMissAndBypassTakeTheirPaths) {
  Scenario scenario = cached_scenario(1000, 10s, 50, 0.1);
  WorkerFixture fixture(scenario, 4);
  std::set<std::string> cache;
  fixture.postgres.answer = [](Call& call) {
    call.reply.rows = 1;
    if (call.capture) *call.capture = "row of " + std::string(call.request->values[0]);
  };
  fixture.redis.answer = [&](Call& call) {
    const std::string key(call.request->values[0]);
    const bool get = call.index == 0;
    call.reply.type = !get                  ? ReplyType::status
                      : cache.contains(key) ? ReplyType::string
                                            : ReplyType::nil;
    if (!get) {
      EXPECT_EQ(call.payload, "row of " + key);
      cache.insert(key);
    } else if (call.capture && cache.contains(key)) {
      *call.capture = "row of " + key;
    }
  };
  fixture.run();
  const OperationResult result = fixture.result();
  EXPECT_EQ(result.paths.at("hit").count + result.paths.at("miss").count +
                result.paths.at("bypass").count,
            10'000);
  EXPECT_NEAR(double(result.paths.at("bypass").count), 1000, 100);
  EXPECT_GE(result.paths.at("miss").count, 50);
  EXPECT_LE(result.paths.at("miss").count, 60) << "a few may miss while the first is on its way";
  EXPECT_EQ(result.steps.at("page.get").calls,
            result.paths.at("hit").count + result.paths.at("miss").count);
  EXPECT_EQ(result.steps.at("page.set").calls, result.paths.at("miss").count);
  EXPECT_EQ(result.steps.at("page.query").calls,
            result.paths.at("miss").count + result.paths.at("bypass").count);
  ASSERT_FALSE(fixture.worker.hit_samples().empty());
  for (const HitSample& sample : fixture.worker.hit_samples()) {
    Request request;
    fixture.traffic.make(sample.number, 0ns, request);
    const std::string row = "row of " + std::string(request.values[0]);
    EXPECT_EQ(sample.rows_digest, rows_digest(row));
  }
}

TEST(Worker, WrongAnswerIsAFailureNotAFastSuccess) {
  Scenario scenario = one_call_scenario(100, 1s);
  std::get<RedisStep>(scenario.operations[0].steps[0]).expect.type = ReplyType::status;
  WorkerFixture fixture(scenario, 1);
  fixture.redis.answer = [n = 0](Call& call) mutable {
    call.reply.type = n++ % 4 == 0 ? ReplyType::nil : ReplyType::status;
  };
  fixture.run();
  EXPECT_EQ(fixture.result().failed.at("wrong_answer"), 25);
  EXPECT_EQ(fixture.result().requests.ok, 75);
  EXPECT_EQ(fixture.result().response_time_ns.count, 75);
}

TEST(Worker, ServerErrorIsCountedWithItsFirstText) {
  Scenario scenario = one_call_scenario(100, 1s);
  WorkerFixture fixture(scenario, 1);
  fixture.redis.answer = [](Call& call) {
    call.reply.status = CallStatus::server_error;
    call.set_error("OOM command not allowed");
  };
  fixture.run();
  EXPECT_EQ(fixture.result().failed.at("server_error"), 100);
  EXPECT_EQ(fixture.worker.first_error(0), "OOM command not allowed");
}

TEST(Worker, TimeoutCountsFromTheIntendedStartAndFreesTheConnection) {
  Scenario scenario = one_call_scenario(1000, 4s);
  scenario.load.timeout = 500ms;
  WorkerFixture fixture(scenario, 2);
  fixture.redis.stall_begin = 1s;
  fixture.redis.stall_end = 3s;
  fixture.run();
  const RequestCounts requests = fixture.result().requests;
  // Meant to start between 1 s and 2.5 s: given up, and those that expire until a connection is
  // back. Later ones are answered after the stall.
  EXPECT_GE(requests.timed_out, 1495);
  EXPECT_LE(requests.timed_out, 1560);
  EXPECT_EQ(requests.ok + requests.timed_out, 4000);
  EXPECT_GE(fixture.redis.abandoned, 2);
  for (const RequestRecord& record : fixture.records) {
    if (record.status == Status::timed_out) {
      EXPECT_EQ(record.response, 500ms);
    }
  }
}

TEST(Worker, FullQueueDropsAndCounts) {
  Scenario scenario = one_call_scenario(1000, 2s);
  WorkerFixture fixture(scenario, 1, 100);
  fixture.redis.stall_begin = 500ms;
  fixture.redis.stall_end = 1500ms;
  fixture.run();
  const RequestCounts requests = fixture.result().requests;
  EXPECT_NEAR(double(requests.dropped), 900, 5);
  EXPECT_EQ(requests.scheduled, 2000);
  EXPECT_EQ(requests.ok, 2000 - requests.dropped);
}

TEST(Worker, LostConnectionFailsItsRequestAndComesBack) {
  Scenario scenario = one_call_scenario(1000, 2s);
  WorkerFixture fixture(scenario, 1);
  fixture.run(1s, [&] { fixture.redis_sessions[0]->break_off(); });
  const OperationResult result = fixture.result();
  EXPECT_LE(result.requests.failed, 1);
  EXPECT_EQ(result.requests.ok, 2000 - result.requests.failed);
  EXPECT_GE(result.response_time_ns.max, 49'000'000) << "those after it waited for the connection";
  EXPECT_EQ(fixture.worker.redis().reconnects(), 1);
}

TEST(Worker, StopLeavesUnfinishedRequestsCounted) {
  Scenario scenario = one_call_scenario(1000, 10s);
  WorkerFixture fixture(scenario, 1);
  fixture.redis.stall_begin = 1s;
  fixture.redis.stall_end = 60s;
  fixture.run(2s, [&] { fixture.worker.stop(); });
  const RequestCounts requests = fixture.result().requests;
  EXPECT_NEAR(double(requests.unfinished), 1000, 5);
  EXPECT_EQ(requests.scheduled, requests.ok + requests.unfinished);
}

TEST(Worker, WarmUpDoesNotCount) {
  Scenario scenario = one_call_scenario(100, 1s);
  scenario.load.warmup = 3s;
  WorkerFixture fixture(scenario, 1);
  fixture.run();
  EXPECT_EQ(fixture.records.size(), 400u);
  EXPECT_EQ(fixture.result().requests.scheduled, 100);
}

}  // namespace
}  // namespace tare
