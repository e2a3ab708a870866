#include "bench/engine/worker_thread.h"

#include <pthread.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>

namespace tare {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kLongestDrain = 10s;

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

void open_pool(AsioLoop& loop, Pool& pool, int connections, SessionPlace place,
               const SessionFactory& factory) {
  place.pool = connections;
  for (place.number = 0; place.number < connections; ++place.number) {
    pool.add(factory(loop, place));
  }
}

std::string problem_of(Worker& worker) {
  std::string sql = worker.postgres().problem();
  return sql.empty() ? worker.redis().problem() : sql;
}

}  // namespace

WorkerThread::WorkerThread(const Scenario& scenario, const Traffic& traffic, int number)
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

void WorkerThread::launch(const SessionFactory& postgres, const SessionFactory& redis) {
  thread_ = std::thread([this, &postgres, &redis] { run(postgres, redis); });
}

void WorkerThread::run(const SessionFactory& postgres, const SessionFactory& redis) {
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
}

void WorkerThread::begin(Nanoseconds origin) {
  loop_.post([this, origin] {
    begun_ = true;
    for (Worker& job : jobs_) job.start(origin);
    worker_.start(origin);
  });
}

void WorkerThread::stop() {
  loop_.post([this] {
    stopped_ = true;
    if (!begun_) return;
    worker_.stop();
    for (Worker& job : jobs_) job.stop();
  });
}

std::string WorkerThread::problem() {
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

void WorkerThread::join() {
  if (thread_.joinable()) thread_.join();
}

void WorkerThread::note_window_begins() {
  if (!finished_) cpu_before_window_ = cpu_time_of(thread_);
}

std::vector<SessionReport> WorkerThread::postgres_reports(Nanoseconds patience) {
  const Nanoseconds until = loop_.now() + patience;
  std::vector<SessionReport> reports = worker_.postgres().reports(patience);
  for (Worker& job : jobs_) {
    for (SessionReport& report : job.postgres().reports(until - loop_.now())) {
      reports.push_back(std::move(report));
    }
  }
  return reports;
}

void WorkerThread::open(const SessionFactory& postgres, const SessionFactory& redis) {
  const auto share = [this](bool needed, int connections) {
    return needed ? share_of(connections, number_, load_.workers) : 0;
  };
  const SessionPlace readers{load_.timeout, SessionPlace::Of::readers, number_};
  open_pool(loop_, worker_.postgres(),
            share(!traffic_.sql_calls().empty(), load_.postgres_connections), readers, postgres);
  open_pool(loop_, worker_.redis(), share(!traffic_.redis_calls().empty(), load_.redis_connections),
            readers, redis);
  for (size_t i = 0; i < jobs_.size(); ++i) {
    const JobTraffic& job = traffic_.jobs()[i];
    const Connections needed = needed_by(traffic_.operations()[job.operation]);
    const SessionPlace place{job.timeout, SessionPlace::Of::job, number_};
    open_pool(loop_, jobs_[i].postgres(), needed.postgres, place, postgres);
    open_pool(loop_, jobs_[i].redis(), needed.redis, place, redis);
  }
}

bool WorkerThread::all_available() {
  const auto available = [](Worker& worker) {
    return worker.postgres().all_available() && worker.redis().all_available();
  };
  return available(worker_) && std::all_of(jobs_.begin(), jobs_.end(), available);
}

bool WorkerThread::all_finished() const {
  return worker_.finished() &&
         std::all_of(jobs_.begin(), jobs_.end(), [](const Worker& job) { return job.finished(); });
}

}  // namespace tare
