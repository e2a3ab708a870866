#include "bench/engine/run_load.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/resource.h>
#include <time.h>

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

// Of another thread, all its life long.
Nanoseconds cpu_time_of(std::thread& thread) {
  clockid_t clock{};
  timespec time{};
  if (pthread_getcpuclockid(thread.native_handle(), &clock) != 0 ||
      clock_gettime(clock, &time) != 0) {
    return Nanoseconds(0);
  }
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

// `total` dealt out to workers as evenly as it goes, at least one each.
int share_of(int64_t total, int worker, int workers) {
  return int(std::max<int64_t>(1, total / workers + (worker < total % workers ? 1 : 0)));
}

WorkerOptions worker_options(const Scenario& scenario, int worker) {
  const Load& load = scenario.load;
  WorkerOptions options{load.timeout, std::min(load.timeout, kLongestDrain),
                        size_t(share_of(load.max_queued, worker, load.workers))};
  if (load.arrivals.in_turns) options.times = Traffic::Times::left_out;
  if (load.arrivals.kind != ArrivalKind::closed) return options;
  ClientOptions& clients = options.clients.emplace();
  clients.loop = load.arrivals.closed;
  clients.loop.clients = share_of(load.arrivals.closed.clients, worker, load.workers);
  clients.seed = scenario.seed;
  clients.length = load.warmup + load.measure;
  clients.worker = uint64_t(worker);
  clients.workers = uint64_t(load.workers);
  options.max_requests =
      std::max(options.max_requests, size_t(clients.loop.clients) * size_t(clients.loop.pipeline));
  return options;
}

Schedule job_schedule(const Scenario& scenario, const JobTraffic& job) {
  Arrivals arrivals;
  arrivals.kind = ArrivalKind::timestamps;
  arrivals.timestamps_s = job.due_s;
  return Schedule(arrivals, scenario.seed, scenario.load.warmup + scenario.load.measure, 0, 1);
}

// Opens connections to the servers that the operation's calls need: `postgres` and `redis` of them.
struct Connections {
  int postgres = 0, redis = 0;
};

Connections needed_by(const OperationTraffic& operation) {
  Connections needed;
  for (const auto& step : operation.steps) {
    const auto* plain = std::get_if<PlainStep>(&step);
    if (!plain || plain->call.server == Server::postgres) needed.postgres = 1;
    if (!plain || plain->call.server == Server::redis) needed.redis = 1;
  }
  return needed;
}

// A worker and its thread; the first carries out the jobs too. Everything but `connected`, `begin`
// and `loop.post` belongs to the thread until it is joined.
class WorkerThread {
 public:
  WorkerThread(const Scenario& scenario, const Traffic& traffic, int number)
      : load_(scenario.load),
        traffic_(traffic),
        number_(number),
        worker_(loop_, traffic,
                Schedule(load_.arrivals, scenario.seed, load_.warmup + load_.measure,
                         unsigned(number), unsigned(load_.workers)),
                worker_options(scenario, number), recorder_) {
    for (size_t i = 0; number == 0 && i < traffic.jobs().size(); ++i) {
      const JobTraffic& job = traffic.jobs()[i];
      WorkerOptions options{job.timeout, std::min(job.timeout, kLongestDrain)};
      options.job = i;
      jobs_.emplace_back(loop_, traffic, job_schedule(scenario, job), options, recorder_);
    }
  }

  void launch(const SessionFactory& postgres, const SessionFactory& redis) {
    thread_ = std::thread([this, &postgres, &redis] {
      open(postgres, redis);
      loop_.run_until([this] {
        connected_ = all_available();
        return connected_ || stopped_;
      });
      loop_.run_until([this] { return begun_ || stopped_; });
      const Nanoseconds before = thread_cpu_time();
      if (begun_) loop_.run_until([this] { return all_finished(); });
      cpu_ = thread_cpu_time() - before;
      cpu_in_all_ = thread_cpu_time();
      finished_ = true;
    });
  }

  void begin(Nanoseconds origin) {
    loop_.post([this, origin] {
      begun_ = true;
      for (Worker& job : jobs_) job.start(origin);
      worker_.start(origin);
    });
  }

  void stop() {
    loop_.post([this] {
      stopped_ = true;
      if (!begun_) return;
      worker_.stop();
      for (Worker& job : jobs_) job.stop();
    });
  }

  // Asks the thread why a connection is missing.
  std::string problem() {  // once
    std::future<std::string> text = problem_.get_future();
    loop_.post([this] {
      std::string first = problem_of(worker_);
      for (Worker& job : jobs_) {
        if (first.empty()) first = problem_of(job);
      }
      problem_.set_value(first);
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
  Worker& worker() { return worker_; }          // after join()
  std::deque<Worker>& jobs() { return jobs_; }  // after join()
  Nanoseconds cpu() const { return cpu_; }

  void note_window_begins() {
    if (!finished_) cpu_before_window_ = cpu_time_of(thread_);
  }
  Nanoseconds cpu_in_window() const {  // after join()
    return std::max(cpu_in_all_ - cpu_before_window_, Nanoseconds(0));
  }

 private:
  void open(const SessionFactory& postgres, const SessionFactory& redis) {
    const auto share = [this](bool needed, int connections) {
      return needed ? share_of(connections, number_, load_.workers) : 0;
    };
    open(worker_.postgres(), share(!traffic_.sql_calls().empty(), load_.postgres_connections),
         load_.timeout, postgres);
    open(worker_.redis(), share(!traffic_.redis_calls().empty(), load_.redis_connections),
         load_.timeout, redis);
    for (size_t i = 0; i < jobs_.size(); ++i) {
      const JobTraffic& job = traffic_.jobs()[i];
      const Connections needed = needed_by(traffic_.operations()[job.operation]);
      open(jobs_[i].postgres(), needed.postgres, job.timeout, postgres);
      open(jobs_[i].redis(), needed.redis, job.timeout, redis);
    }
  }

  void open(Pool& pool, int connections, Nanoseconds timeout, const SessionFactory& factory) {
    for (int i = 0; i < connections; ++i) pool.add(factory(loop_, timeout));
  }

  bool all_available() {
    const auto available = [](Worker& worker) {
      return worker.postgres().all_available() && worker.redis().all_available();
    };
    return available(worker_) && std::all_of(jobs_.begin(), jobs_.end(), available);
  }

  bool all_finished() const {
    return worker_.finished() && std::all_of(jobs_.begin(), jobs_.end(),
                                             [](const Worker& job) { return job.finished(); });
  }

  static std::string problem_of(Worker& worker) {
    std::string sql = worker.postgres().problem();
    return sql.empty() ? worker.redis().problem() : sql;
  }

  const Load& load_;
  const Traffic& traffic_;
  int number_;
  std::promise<std::string> problem_;
  AsioLoop loop_;
  Recorder recorder_;
  Worker worker_;
  std::deque<Worker> jobs_;  // by Traffic::jobs()
  bool begun_ = false, stopped_ = false;
  std::atomic<bool> connected_ = false, finished_ = false;
  Nanoseconds cpu_{}, cpu_in_all_{}, cpu_before_window_{};
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
