#include "bench/engine/traffic.h"

#include <gtest/gtest.h>

#include <map>
#include <tuple>

#include "bench/engine/engine_fixture.h"
#include "bench/model/problem.h"

namespace tare {
namespace {

Scenario drawing_scenario() {
  Scenario scenario = one_call_scenario(100, std::chrono::seconds(1));
  Operation& operation = scenario.operations[0];
  operation.draws = {{"name", ColumnDraw{"package", "name", WeightSkew{"popularity"}}},
                     {"page", IntegerDraw{-5, 4, UniformSkew{}}},
                     {"editor", ShareDraw{0.25}}};
  return scenario;
}

TEST(Traffic, ARequestIsAFunctionOfSeedAndNumber) {
  const Scenario scenario = drawing_scenario();
  const Traffic one(scenario, {{{"apt", "bash", "curl"}, {1, 2, 7}}});
  const Traffic two(scenario, {{{"apt", "bash", "curl"}, {1, 2, 7}}});
  for (uint64_t number : {0u, 1u, 2u, 77u, 100'000u}) {
    Request first, second;
    one.make(number, Nanoseconds(5), first);
    two.make(number, Nanoseconds(5), second);
    EXPECT_EQ(Traffic::digest(first), Traffic::digest(second));
    EXPECT_EQ(first.values[0], second.values[0]);
  }
}

TEST(Traffic, DrawsFollowTheirSkew) {
  const Traffic traffic(drawing_scenario(), {{{"apt", "bash", "curl"}, {1, 2, 7}}});
  std::map<std::string, int> names, pages, editors;
  Request request;
  for (uint64_t number = 0; number < 100'000; ++number) {
    traffic.make(number, Nanoseconds(0), request);
    ++names[std::string(request.values[0])];
    ++pages[std::string(request.values[1])];
    ++editors[std::string(request.values[2])];
    EXPECT_EQ(request.values[1].data()[request.values[1].size()], '\0') << "libpq needs the NUL";
  }
  EXPECT_NEAR(names["apt"], 10'000, 500);
  EXPECT_NEAR(names["curl"], 70'000, 700);
  EXPECT_EQ(pages.size(), 10u);
  EXPECT_NEAR(pages["-5"], 10'000, 500);
  EXPECT_NEAR(editors["1"], 25'000, 700);
}

TEST(Traffic, TheMixChangesWithThePhase) {
  Scenario scenario = one_call_scenario(100, std::chrono::seconds(10));
  scenario.operations.push_back(scenario.operations[0]);
  scenario.operations[1].name = "other";
  scenario.load.mix = {1, 0};
  scenario.load.phases = {{std::chrono::seconds(4), {0, 1}}, {std::chrono::seconds(8), {1, 1}}};
  const Traffic traffic(scenario, {});
  Request request;
  std::map<int64_t, int> others;  // by second
  for (uint64_t number = 0; number < 10'000; ++number) {
    const int64_t second = int64_t(number / 1000);
    traffic.make(number, std::chrono::seconds(second), request);
    others[second] += request.operation == 1;
  }
  EXPECT_EQ(others[0] + others[3], 0);
  EXPECT_EQ(others[4], 1000) << "from its first moment on";
  EXPECT_EQ(others[7], 1000);
  EXPECT_NEAR(others[8] + others[9], 1000, 100);
  const auto shares = expected_shares(scenario.load, Nanoseconds(0), std::chrono::seconds(10));
  EXPECT_NEAR(shares.at(1), 0.5, 1e-9);
  EXPECT_TRUE(traffic.make_in_any_phase(7, 1, request));
  EXPECT_EQ(request.operation, 1u);
}

TEST(Traffic, ABatchIsAFunctionOfSeedJobRunAndBatch) {
  Scenario scenario = one_call_scenario(100, std::chrono::seconds(1));
  scenario.operations[0].draws = {{"run", JobDraw{JobDraw::Count::run}},
                                  {"batch", JobDraw{JobDraw::Count::batch}},
                                  {"any", IntegerDraw{1, 1'000'000, UniformSkew{}}}};
  Job job;
  job.name = "import";
  job.every = std::chrono::seconds(1);
  scenario.load.jobs = {job, job};
  const Traffic traffic(scenario, {});
  Request one, same, other;
  traffic.make_batch(0, 4, 7, Nanoseconds(0), one);
  traffic.make_batch(0, 4, 7, Nanoseconds(0), same);
  EXPECT_EQ(one.values[0], "5") << "runs are counted from 1 for people";
  EXPECT_EQ(one.values[1], "7");
  EXPECT_EQ(one.values[2], same.values[2]);
  for (const auto& [number, run, batch] : {std::tuple(0u, 4u, 8u), {0u, 5u, 7u}, {1u, 4u, 7u}}) {
    traffic.make_batch(number, run, batch, Nanoseconds(0), other);
    EXPECT_NE(one.values[2], other.values[2]) << number << " " << run << " " << batch;
  }
}

TEST(Traffic, DigestTellsRequestsApart) {
  const Traffic traffic(drawing_scenario(), {{{"apt", "bash", "curl"}, {}}});
  Request one, other, later;
  traffic.make(1, Nanoseconds(5), one);
  traffic.make(2, Nanoseconds(5), other);
  traffic.make(1, Nanoseconds(6), later);
  EXPECT_NE(Traffic::digest(one), Traffic::digest(other));
  EXPECT_NE(Traffic::digest(one), Traffic::digest(later));
  EXPECT_EQ(Traffic::digest(one, Traffic::Times::left_out),
            Traffic::digest(later, Traffic::Times::left_out));
}

TEST(Traffic, CachedStepBecomesThreeCalls) {
  const Traffic traffic(cached_scenario(1, std::chrono::seconds(1), 10, 0), {});
  const OperationTraffic& operation = traffic.operations()[0];
  EXPECT_EQ(operation.call_names, (std::vector<std::string>{"page.get", "page.query", "page.set"}));
  EXPECT_EQ(traffic.redis_calls()[1].payload_argument, 2u);
  EXPECT_EQ(traffic.redis_calls()[1].arguments.back().text, "300");
}

TEST(Traffic, PathOfAnOperationWithoutCache) {
  Scenario scenario = one_call_scenario(1, std::chrono::seconds(1));
  EXPECT_EQ(Traffic(scenario, {}).operations()[0].path, Path::plain);
  std::get<RedisStep>(scenario.operations[0].steps[0]).writes = true;
  EXPECT_EQ(Traffic(scenario, {}).operations()[0].path, Path::write);
}

TEST(Traffic, RefusesTooManyCallsAndEmptyColumns) {
  Scenario scenario = drawing_scenario();
  EXPECT_THROW(Traffic(scenario, {{{}, {}}}), FileProblems);
  Scenario many = one_call_scenario(1, std::chrono::seconds(1));
  many.operations[0].steps.assign(kMaxCalls + 1, many.operations[0].steps[0]);
  EXPECT_THROW(Traffic(many, {}), FileProblems);
}

}  // namespace
}  // namespace tare
