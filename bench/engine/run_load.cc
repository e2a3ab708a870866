#include "bench/engine/run_load.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <future>
#include <thread>

#include "bench/engine/recorder.h"
#include "bench/model/errors.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kConnectTime = 15s;
constexpr Nanoseconds kLongestDrain = 10s;
constexpr auto kCountEvery = 10ms;
constexpr Nanoseconds kReportEvery = 250ms;
constexpr Nanoseconds kHeadStart = 20ms;  // from "all connected" to the schedule's zero

Nanoseconds thread_cpu_time() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  const auto of = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

// `total` dealt out to workers as evenly as it goes, at least one each.
int share_of(int64_t total, int worker, int workers) {
  return int(std::max<int64_t>(1, total / workers + (worker < total % workers ? 1 : 0)));
}

WorkerOptions worker_options(const Load& load, int worker) {
  return {load.timeout, std::min(load.timeout, kLongestDrain),
          size_t(share_of(load.max_queued, worker, load.workers))};
}

// A worker and its thread. Everything but `connected`, `begin` and `loop.post` belongs to the
// thread until it is joined.
class WorkerThread {
 public:
  WorkerThread(const Scenario& scenario, const Traffic& traffic, int number)
      : load_(scenario.load),
        number_(number),
        worker_(loop_, traffic,
                Schedule(load_.arrivals, scenario.seed, load_.warmup + load_.measure,
                         unsigned(number), unsigned(load_.workers)),
                worker_options(load_, number), recorder_) {}

  void launch(const Traffic& traffic, const SessionFactory& postgres, const SessionFactory& redis) {
    const int sql = traffic.sql_calls().empty() ? 0 : load_.postgres_connections;
    const int commands = traffic.redis_calls().empty() ? 0 : load_.redis_connections;
    thread_ = std::thread([this, sql, commands, &postgres, &redis] {
      open(worker_.postgres(), sql, postgres);
      open(worker_.redis(), commands, redis);
      loop_.run_until([this] {
        connected_ = worker_.postgres().all_available() && worker_.redis().all_available();
        return connected_ || stopped_;
      });
      loop_.run_until([this] { return begun_ || stopped_; });
      const Nanoseconds before = thread_cpu_time();
      if (begun_) loop_.run_until([this] { return worker_.finished(); });
      cpu_ = thread_cpu_time() - before;
      finished_ = true;
    });
  }

  void begin(Nanoseconds origin) {
    loop_.post([this, origin] {
      begun_ = true;
      worker_.start(origin);
    });
  }

  void stop() {
    loop_.post([this] {
      stopped_ = true;
      if (begun_) worker_.stop();
    });
  }

  // Asks the thread why a connection is missing.
  std::string problem() {  // once
    std::future<std::string> text = problem_.get_future();
    loop_.post([this] {
      std::string sql = worker_.postgres().problem();
      problem_.set_value(sql.empty() ? worker_.redis().problem() : sql);
    });
    return text.wait_for(1s) == std::future_status::ready ? text.get() : "no answer";
  }

  void join() {
    if (thread_.joinable()) thread_.join();
  }

  bool connected() const { return connected_; }
  bool finished() const { return finished_ || !thread_.joinable(); }
  Recorder& recorder() { return recorder_; }
  AsioLoop& loop() { return loop_; }
  Worker& worker() { return worker_; }  // after join()
  Nanoseconds cpu() const { return cpu_; }

 private:
  void open(Pool& pool, int connections, const SessionFactory& factory) {
    if (connections == 0) return;
    const int mine = share_of(connections, number_, load_.workers);
    for (int i = 0; i < mine; ++i) pool.add(factory(loop_));
  }

  const Load& load_;
  int number_;
  std::promise<std::string> problem_;
  AsioLoop loop_;
  Recorder recorder_;
  Worker worker_;
  bool begun_ = false, stopped_ = false;
  std::atomic<bool> connected_ = false, finished_ = false;
  Nanoseconds cpu_{};
  std::thread thread_;
};

class Team {
 public:
  Team(const Scenario& scenario, const Traffic& traffic) {
    for (int i = 0; i < scenario.load.workers; ++i) threads_.emplace_back(scenario, traffic, i);
  }
  // The records of a run that is given up are thrown away, so that no worker waits for room.
  ~Team() {
    stop();
    while (!finished()) {
      for (WorkerThread& thread : threads_) thread.recorder().take([](const RequestRecord&) {});
      std::this_thread::sleep_for(kCountEvery);
    }
    for (WorkerThread& thread : threads_) thread.join();
  }

  void launch(const Traffic& traffic, const SessionFactory& postgres, const SessionFactory& redis) {
    for (WorkerThread& thread : threads_) thread.launch(traffic, postgres, redis);
  }

  void connect(const LoadWatch& watch, const std::stop_token& stop) {
    const Nanoseconds limit = threads_.front().loop().now() + kConnectTime;
    const auto connected = [](const WorkerThread& thread) { return thread.connected(); };
    while (!std::all_of(threads_.begin(), threads_.end(), connected)) {
      if (stop.stop_requested()) throw Interrupted();
      if (auto failure = watch.failure()) throw ServerError(*failure);
      if (threads_.front().loop().now() > limit) throw ServerError(why_not_connected());
      std::this_thread::sleep_for(kCountEvery);
    }
  }

  Nanoseconds begin() {
    const Nanoseconds origin = threads_.front().loop().now() + kHeadStart;
    for (WorkerThread& thread : threads_) thread.begin(origin);
    return origin;
  }

  void stop() {
    for (WorkerThread& thread : threads_) thread.stop();
  }

  bool finished() const {
    return std::all_of(threads_.begin(), threads_.end(),
                       [](const WorkerThread& thread) { return thread.finished(); });
  }

  void count_into(LoadStats& stats) {
    for (WorkerThread& thread : threads_) {
      thread.recorder().take([&stats](const RequestRecord& record) { stats.add(record); });
    }
  }

  Nanoseconds now() { return threads_.front().loop().now(); }
  std::deque<WorkerThread>& threads() { return threads_; }

 private:
  std::string why_not_connected() {
    for (WorkerThread& thread : threads_) {
      if (!thread.connected()) {
        return fmt::format("cannot open the load's connections: {}", thread.problem());
      }
    }
    return "cannot open the load's connections";
  }

  std::deque<WorkerThread> threads_;
};

void sum_up(Team& team, size_t operations, LoadOutcome& outcome) {
  Nanoseconds cpu{};
  outcome.first_errors.resize(operations);
  for (WorkerThread& thread : team.threads()) {
    Worker& worker = thread.worker();
    cpu += thread.cpu();
    outcome.digest += worker.digest();
    outcome.scheduled += worker.scheduled();
    outcome.reconnects += worker.postgres().reconnects() + worker.redis().reconnects();
    outcome.hit_samples.insert(outcome.hit_samples.end(), worker.hit_samples().begin(),
                               worker.hit_samples().end());
    for (size_t i = 0; i < operations; ++i) {
      if (outcome.first_errors[i].empty()) outcome.first_errors[i] = worker.first_error(i);
    }
  }
  if (outcome.scheduled > 0) {
    outcome.cpu_ns_per_request = double(cpu.count()) / double(outcome.scheduled);
  }
}

void report(const LoadWatch& watch, LoadStats& stats, Nanoseconds elapsed, Nanoseconds length,
            Nanoseconds since) {
  if (!watch.progress) return;
  const Histogram live = stats.take_live();
  TrafficProgress progress{elapsed, length, 0, std::nullopt};
  progress.rate_per_s = double(live.count()) / std::chrono::duration<double>(since).count();
  if (!live.empty()) progress.p99_ns = live.value_at_percentile(99);
  watch.progress(progress);
}

}  // namespace

LoadOutcome run_load(const Scenario& scenario, const Traffic& traffic,
                     const SessionFactory& postgres, const SessionFactory& redis,
                     const LoadWatch& watch, std::stop_token stop) {
  const Nanoseconds length = scenario.load.warmup + scenario.load.measure;
  LoadOutcome outcome{LoadStats(traffic, scenario.load.warmup), 0, 0, 0, 0, {}, {}};
  Team team(scenario, traffic);
  team.launch(traffic, postgres, redis);
  team.connect(watch, stop);

  const Nanoseconds origin = team.begin();
  Nanoseconds reported = origin;
  while (!team.finished()) {
    std::this_thread::sleep_for(kCountEvery);
    team.count_into(outcome.stats);
    const Nanoseconds now = team.now();
    if (now - reported < kReportEvery) continue;
    report(watch, outcome.stats, now - origin, length, now - reported);
    reported = now;
    if (stop.stop_requested()) throw Interrupted();
    if (auto failure = watch.failure()) throw ServerError(*failure);
  }
  if (stop.stop_requested()) throw Interrupted();
  if (auto failure = watch.failure()) throw ServerError(*failure);
  for (WorkerThread& thread : team.threads()) thread.join();
  team.count_into(outcome.stats);
  outcome.stats.finish();
  sum_up(team, traffic.operations().size(), outcome);
  return outcome;
}

}  // namespace tare
