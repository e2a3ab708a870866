#include "bench/engine/run_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <thread>

#include "bench/engine/worker_thread.h"
#include "bench/model/errors.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kConnectTime = 15s;
constexpr auto kCountEvery = 10ms;
constexpr Nanoseconds kReportEvery = 250ms;
constexpr Nanoseconds kReportTime = 3s;   // for asking all connections at the end
constexpr Nanoseconds kHeadStart = 20ms;  // from "all connected" to the schedule's zero

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

  void launch(const SessionFactory& postgres, const SessionFactory& redis) {
    for (WorkerThread& thread : threads_) thread.launch(postgres, redis);
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

  Nanoseconds begin(const LoadWatch& watch) {
    Nanoseconds origin = threads_.front().loop().now() + kHeadStart;
    if (watch.begins) origin = watch.begins(origin);
    for (WorkerThread& thread : threads_) thread.begin(origin);
    return origin;
  }

  void stop() {
    for (WorkerThread& thread : threads_) thread.stop();
  }

  void note_window_begins() {
    for (WorkerThread& thread : threads_) thread.note_window_begins();
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

uint64_t digest_of_first(const Traffic& traffic) {
  constexpr uint64_t kFirst = 1000;
  uint64_t digest = 0;
  Request request;
  for (uint64_t number = 0; number < kFirst; ++number) {
    traffic.make(number, Nanoseconds(0), request);
    digest += Traffic::digest(request);
  }
  return digest;
}

int64_t reconnects_of(Worker& worker) {
  return worker.postgres().reconnects() + worker.redis().reconnects();
}

void sum_up(Team& team, const Scenario& scenario, const Traffic& traffic, LoadOutcome& outcome) {
  const bool closed = scenario.load.arrivals.kind == ArrivalKind::closed;
  const double asking = scenario.load.arrivals.in_turns ? 0.5 : 1;  // of the window
  Nanoseconds cpu{};
  outcome.first_errors.resize(traffic.operations().size());
  outcome.first_job_errors.resize(traffic.jobs().size());
  if (closed) outcome.digest = digest_of_first(traffic);
  const Nanoseconds until = team.now() + kReportTime;
  for (WorkerThread& thread : team.threads()) {
    Worker& worker = thread.worker();
    cpu += thread.cpu();
    const double share = double(thread.cpu_in_window().count()) /
                         (asking * double(std::max(scenario.load.measure, 1ns).count()));
    outcome.busiest_worker_cpu_share = std::max(outcome.busiest_worker_cpu_share, share);
    if (!closed) outcome.digest += worker.digest();
    outcome.scheduled += worker.scheduled();
    outcome.reconnects += reconnects_of(worker);
    outcome.hit_samples.insert(outcome.hit_samples.end(), worker.hit_samples().begin(),
                               worker.hit_samples().end());
    for (size_t i = 0; i < outcome.first_errors.size(); ++i) {
      if (outcome.first_errors[i].empty()) outcome.first_errors[i] = worker.first_error(i);
    }
    for (SessionReport& report : thread.postgres_reports(until - thread.loop().now())) {
      outcome.postgres_sessions.push_back(std::move(report));
    }
    for (size_t i = 0; i < thread.jobs().size(); ++i) {
      Worker& job = thread.jobs()[i];
      outcome.digest += job.digest();
      outcome.reconnects += reconnects_of(job);
      outcome.first_job_errors[i] = job.first_error(traffic.jobs()[i].operation);
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
  const Load& load = scenario.load;
  LoadOutcome outcome{LoadStats(traffic, load.warmup, load.measure), 0, 0, 0, 0, 0, {}, {}, {}};
  Team team(scenario, traffic);
  team.launch(postgres, redis);
  team.connect(watch, stop);

  const Nanoseconds origin = team.begin(watch);
  Nanoseconds reported = origin;
  bool in_window = false;
  while (!team.finished()) {
    std::this_thread::sleep_for(kCountEvery);
    team.count_into(outcome.stats);
    const Nanoseconds now = team.now();
    if (!in_window && now - origin >= load.warmup) {
      in_window = true;
      team.note_window_begins();
      if (watch.window_begins) watch.window_begins();
    }
    if (now - reported < kReportEvery) continue;
    report(watch, outcome.stats, now - origin, length, now - reported);
    reported = now;
    if (stop.stop_requested()) throw Interrupted();
    if (auto failure = watch.failure()) throw ServerError(*failure);
  }
  if (stop.stop_requested()) throw Interrupted();
  if (auto failure = watch.failure()) throw ServerError(*failure);
  if (in_window && watch.window_ended) watch.window_ended();
  for (WorkerThread& thread : team.threads()) thread.join();
  team.count_into(outcome.stats);
  outcome.stats.finish();
  sum_up(team, scenario, traffic, outcome);
  return outcome;
}

}  // namespace tare
