// The measured path allocates nothing of ours once it is under way: every `operator new` of this
// thread is counted. (libpq and hiredis use malloc; what they allocate is their own.)
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/postgres_session.h"
#include "bench/drivers/redis_session.h"
#include "bench/drivers/test_servers.h"
#include "bench/engine/asio_loop.h"
#include "bench/engine/worker.h"

// GCC 12 takes our delete for one that does not belong to our new.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace {
thread_local int64_t allocations = 0;
}

void* operator new(size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

namespace tare {
namespace {

using namespace std::chrono_literals;

// Notes how many allocations had been made when the request in the middle and the last one ended.
class CountingSink final : public RecordSink {
 public:
  explicit CountingSink(uint64_t half) : half_(half) {}
  void add(const RequestRecord& record) override {
    ok_ += record.status == Status::ok;
    if (++count_ == half_) at_half_ = allocations;
    at_end_ = allocations;
  }

  uint64_t half_, count_ = 0, ok_ = 0;
  int64_t at_half_ = 0, at_end_ = 0;
};

Scenario cached_pages() {
  Scenario scenario;
  scenario.seed = 7;
  scenario.load.arrivals = {ArrivalKind::poisson, 2000};
  scenario.load.mix = {1};
  scenario.load.measure = 2s;
  scenario.cache_rules.push_back({"page", "page:{id}", 300, "editor", "", {}, {}});
  CachedStep step;
  step.name = "page";
  step.key = Template{"page:{id}", {{"page:", std::nullopt}, {"", 0}}};
  step.bypass = 1;
  step.on_miss = {"page", "SELECT $1::int AS id, 'some text' AS title", {0}, {1, 1, {}}, false};
  scenario.operations = {
      {"view",
       {{"id", IntegerDraw{1, 100'000, ZipfSkew{1.0}}}, {"editor", ShareDraw{0.05}}},
       {step}}};
  return scenario;
}

// One connection is told every plan, one is its control.
SessionRole role_of(int connection) {
  return connection == 0   ? SessionRole::canary
         : connection == 1 ? SessionRole::control
                           : SessionRole::plain;
}

class MeasuredPath : public ::testing::TestWithParam<Protocol> {};

TEST_P(MeasuredPath, AllocatesNothingOnceUnderWay) {
  TestPostgres postgres;
  TestRedis redis;
  const Scenario scenario = cached_pages();
  const Traffic traffic(scenario, {});
  const auto templates = redis_templates(traffic);
  AsioLoop loop;
  CountingSink sink(2000);
  Worker worker(loop, traffic,
                Schedule(scenario.load.arrivals, scenario.seed, scenario.load.measure, 0, 1),
                {10s, 10s, 10'000}, sink);
  for (int i = 0; i < 12; ++i) {  // more than Asio recycles handlers for
    worker.postgres().add(make_postgres_session(loop, postgres.endpoint(), traffic.sql_calls(),
                                                {10s, GetParam(), {role_of(i), 1}}));
    worker.redis().add(make_redis_session(loop, redis.endpoint(), templates, 1));
  }
  loop.run_until(
      [&] { return worker.postgres().all_available() && worker.redis().all_available(); });
  worker.start(loop.now());
  loop.run_until([&] { return worker.finished(); });
  EXPECT_EQ(sink.ok_, sink.count_);
  EXPECT_GT(sink.count_, 3500u);
  EXPECT_EQ(sink.at_end_ - sink.at_half_, 0);
  EXPECT_GT(worker.postgres().reports(1s).at(0).plans_told, 10);
  EXPECT_GT(sink.at_half_, 0) << "the counter counts";
}

INSTANTIATE_TEST_SUITE_P(EachProtocol, MeasuredPath,
                         ::testing::Values(Protocol::prepared, Protocol::extended,
                                           Protocol::simple),
                         [](const auto& each) { return kProtocolNames[size_t(each.param)]; });

}  // namespace
}  // namespace tare
