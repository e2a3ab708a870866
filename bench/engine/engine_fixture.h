// Scenarios built in code and a worker on fake servers, for the engine's tests.
// Level: engine, tests only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/engine/fake_loop.h"
#include "bench/engine/fake_server.h"
#include "bench/engine/load_stats.h"
#include "bench/engine/worker.h"

namespace tare {

inline Template text_template(const std::string& text) {
  return Template{text, {TemplatePart{text, std::nullopt}}};
}

// One operation that makes one Redis call.
inline Scenario one_call_scenario(double rate_per_s, Nanoseconds length) {
  Scenario scenario;
  scenario.name = "test";
  scenario.seed = 7;
  RedisStep step{"ping", {text_template("PING")}, {}, false};
  scenario.operations.push_back({"ping", {}, {step}});
  scenario.load.mix = {1};
  scenario.load.arrivals = {ArrivalKind::constant, rate_per_s};
  scenario.load.measure = length;
  return scenario;
}

// One operation with one cached step keyed by an integer draw, 1 to `keys`; a second draw bypasses
// the cache for `bypass_share` of the requests.
inline Scenario cached_scenario(double rate_per_s, Nanoseconds length, int64_t keys,
                                double bypass_share) {
  Scenario scenario = one_call_scenario(rate_per_s, length);
  scenario.cache_rules.push_back({"page", "page:{id}", 300, "editor", "", {}, {}});
  CachedStep step;
  step.name = "page";
  step.key = Template{"page:{id}", {{"page:", std::nullopt}, {"", 0}}};
  step.bypass = 1;
  step.on_miss = {"page", "SELECT $1", {0}, {}, false};
  Draw id{"id", IntegerDraw{1, keys, UniformSkew{}}};
  Draw editor{"editor", ShareDraw{bypass_share}};
  scenario.operations = {{"view", {id, editor}, {step}}};
  return scenario;
}

// A worker with fake connections; run() lets the virtual time pass until it is done.
class WorkerFixture : public RecordSink {
 public:
  WorkerFixture(const Scenario& scenario, int connections, size_t max_requests = 1'000'000)
      : WorkerFixture(scenario, connections,
                      {scenario.load.timeout, scenario.load.timeout, max_requests}) {}

  WorkerFixture(const Scenario& scenario, int connections, const WorkerOptions& options)
      : WorkerFixture(scenario, connections, options,
                      Schedule(scenario.load.arrivals, scenario.seed,
                               scenario.load.warmup + scenario.load.measure, 0, 1)) {}

  WorkerFixture(const Scenario& scenario, int connections, const WorkerOptions& options,
                Schedule schedule)
      : traffic(scenario, {}),
        stats(traffic, scenario.load.warmup, scenario.load.measure),
        worker(loop, traffic, std::move(schedule), options, *this) {
    for (int i = 0; i < connections; ++i) {
      auto redis_session = std::make_unique<FakeSession>(loop, redis);
      redis_sessions.push_back(redis_session.get());
      worker.redis().add(std::move(redis_session));
      worker.postgres().add(std::make_unique<FakeSession>(loop, postgres));
    }
  }

  void add(const RequestRecord& record) override {
    records.push_back(record);
    stats.add(record);
  }

  // `at` is called once, when the clock has reached `when`.
  void run(Nanoseconds when = Nanoseconds::max(), const std::function<void()>& at = {}) {
    worker.start(loop.now());
    bool called = false;
    while (!worker.finished() && loop.step()) {
      if (!called && loop.now() >= when) {
        called = true;
        at();
      }
    }
    stats.finish();
  }

  OperationResult result() const { return stats.operations().begin()->second; }

  FakeLoop loop;
  FakeServer redis, postgres;
  Traffic traffic;
  LoadStats stats;
  Worker worker;
  std::vector<FakeSession*> redis_sessions;
  std::vector<RequestRecord> records;
};

}  // namespace tare
