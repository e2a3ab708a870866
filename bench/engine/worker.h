// A worker: starts each request of its share of the schedule at its time, carries it through its
// steps over the pooled connections, and leaves a record of it. The main loop of the measurement.
// Level: engine. One thread. Between sent and done it neither allocates, locks, logs nor throws;
// slots are made when more requests are under way than ever before.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "bench/engine/clients.h"
#include "bench/engine/flow.h"
#include "bench/engine/pool.h"
#include "bench/engine/schedule.h"
#include "bench/engine/traffic.h"

namespace tare {

struct WorkerOptions {
  Nanoseconds timeout{};    // of a request, from its intended start
  Nanoseconds drain{};      // after the last intended start; what is under way then is unfinished
  size_t max_requests = 1;  // under way at once; more are dropped and counted
  std::optional<ClientOptions> clients = {};  // a closed loop: the schedule is empty
  // The worker carries out the runs of this job (in Traffic::jobs()): one after the other, one
  // more waiting; what falls due beyond that is dropped.
  std::optional<size_t> job = {};
  Traffic::Times times = Traffic::Times::digested;
};

// A cache hit to be held against SQL after the window: everything else follows from the number.
struct HitSample {
  uint64_t number = 0;
  Nanoseconds intended{};
  size_t get = 0;    // in Traffic::redis_calls()
  size_t query = 0;  // in Traffic::sql_calls()
  size_t operation = 0;
  uint64_t rows_digest = 0;  // of the cached value
};

class Worker final : private Clients::Host {
 public:
  Worker(Loop& loop, const Traffic& traffic, Schedule schedule, WorkerOptions options,
         RecordSink& sink);
  ~Worker();

  Pool& postgres() { return postgres_; }
  Pool& redis() { return redis_; }

  // The schedule's zero is at `origin`; call when the connections are there.
  void start(Nanoseconds origin);

  // No further request; those under way become unfinished. For Ctrl-C and dead servers.
  void stop();

  bool finished() const {
    return started_ && !next_ && !waiting_run_ && oldest_ == nullptr &&
           (!clients_ || clients_->finished());
  }
  uint64_t scheduled() const { return scheduled_; }
  uint64_t digest() const { return digest_; }
  const std::vector<HitSample>& hit_samples() const { return hit_samples_; }
  std::string first_error(size_t operation) const;  // empty: none

 private:
  struct Slot;
  struct Assignment;
  struct Asking;
  using ErrorText = std::array<char, 240>;

  class Bell final : public Alarm {
   public:
    Bell(Worker& worker, void (Worker::*action)()) : worker_(worker), action_(action) {}
    void ring() override { (worker_.*action_)(); }

   private:
    Worker& worker_;
    void (Worker::*action_)();
  };

  void arrive();
  void begin(const Arrival& arrival) { begin(arrival, 0); }
  void begin(const Arrival& arrival, size_t client) override;
  void settle() override { ready_.drain(); }
  void make(const Arrival& arrival, Request& request) const;
  RequestRecord record_of(const Arrival& arrival, const Request& request) const;
  void leave(const Arrival& arrival, Status status);
  void begin_run(const Arrival& arrival);
  void begin_waiting_run();
  bool goes_on(Slot& slot);
  Slot* free_slot();
  Flow serve(Slot& slot);
  Asking ask(Slot& slot, const PlannedCall& planned, std::string_view payload,
             std::string* capture);
  bool accept(Slot& slot, const PlannedCall& planned);
  bool wants_check(const Slot& slot) const;
  void note_hit(const Slot& slot, const CacheStep& step);
  void finish(Slot& slot);
  void give_up(Slot& slot, Status status);
  void expire();
  void end_drain();
  void note_error(size_t operation, std::string_view text);

  Loop& loop_;
  const Traffic& traffic_;
  Schedule schedule_;
  WorkerOptions options_;
  RecordSink& sink_;
  ReadyCalls ready_;
  Pool postgres_, redis_;
  Bell arrival_bell_{*this, &Worker::arrive};
  Bell deadline_bell_{*this, &Worker::expire};
  Bell drain_bell_{*this, &Worker::end_drain};
  Bell run_bell_{*this, &Worker::begin_waiting_run};

  std::deque<Slot> slots_;
  Slot* free_ = nullptr;    // a stack
  Slot* oldest_ = nullptr;  // under way, in the order of intended start
  Slot* newest_ = nullptr;
  bool started_ = false;
  bool deadline_armed_ = false;
  std::optional<Arrival> next_;
  std::optional<Arrival> waiting_run_;  // of a job
  std::optional<Clients> clients_;
  Nanoseconds origin_{};
  Nanoseconds last_intended_{};
  Request not_begun_;  // where one that is dropped is made for its digest
  uint64_t scheduled_ = 0;
  uint64_t digest_ = 0;
  std::vector<HitSample> hit_samples_;  // its room is reserved
  std::vector<ErrorText> first_errors_;
};

}  // namespace tare
