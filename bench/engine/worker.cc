#include "bench/engine/worker.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "bench/model/random.h"
#include "bench/model/rows_digest.h"

namespace tare {
namespace {

constexpr int kMostPerTurn = 256;         // arrivals begun before answers are looked at again
constexpr size_t kFirstSlots = 1024;      // made before the start
constexpr size_t kFirstPayload = 1024;    // bytes of a row on its way to the cache; may grow
constexpr size_t kMaxHitSamples = 256;    // per worker
constexpr uint64_t kHitSampleEvery = 64;  // of the requests, by a hash of their number

// A request with a miss is a miss, whatever its other cached steps did; then bypass, then hit.
Path join(std::optional<Path> before, Path now) {
  if (!before) return now;
  const auto rank = [](Path path) { return path == Path::miss ? 2 : path == Path::bypass ? 1 : 0; };
  return rank(now) > rank(*before) ? now : *before;
}

// Whether a job's batch has more to look for behind it.
bool found_work(const PlannedCall& call, const Reply& reply) {
  if (call.server == Server::postgres) return reply.rows > 0;
  return reply.type == ReplyType::array ? reply.rows > 0 : reply.type != ReplyType::nil;
}

bool as_expected(const Expect& expect, const Reply& reply) {
  if (expect.minimum_rows && reply.rows < *expect.minimum_rows) return false;
  if (expect.maximum_rows && reply.rows > *expect.maximum_rows) return false;
  return !expect.type || reply.type == *expect.type;
}

uint32_t microseconds_of(Nanoseconds time) {
  constexpr int64_t kMost = std::numeric_limits<uint32_t>::max();  // more than an hour
  return uint32_t(std::clamp<int64_t>(time.count() / 1000, 0, kMost));
}

}  // namespace

struct Worker::Slot {
  Request request;
  RequestRecord record;
  Call call;
  std::string payload;          // the row on its way to the cache; keeps its room
  Status verdict = Status::ok;  // why the request was given up
  std::coroutine_handle<> idle_flow;
  size_t client = 0;           // of a closed loop
  uint32_t batch_retries = 0;  // of the batch at hand
  bool found_work = false;     // the batch's first call
  Slot* next = nullptr;        // in the free stack, or the next newer under way
  Slot* previous = nullptr;
  Flow flow;  // last, so that it is destroyed first

  Slot() { payload.reserve(kFirstPayload); }
};

// What a flow awaits between requests.
struct Worker::Assignment {
  Slot& slot;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) noexcept { slot.idle_flow = handle; }
  void await_resume() const noexcept {}
};

// What a flow awaits during a call: a connection, then the answer.
struct Worker::Asking {
  Pool& pool;
  Call& call;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    call.waiter = handle;
    pool.submit(call);
  }
  void await_resume() const noexcept {}
};

Worker::Worker(Loop& loop, const Traffic& traffic, Schedule schedule, WorkerOptions options,
               RecordSink& sink)
    : loop_(loop),
      traffic_(traffic),
      schedule_(std::move(schedule)),
      options_(options),
      sink_(sink),
      postgres_(loop, ready_),
      redis_(loop, ready_),
      first_errors_(traffic.operations().size()) {
  hit_samples_.reserve(kMaxHitSamples);
  Clients::Host& host = *this;
  if (options_.clients) clients_.emplace(loop_, *options_.clients, host);
}

Worker::~Worker() {
  loop_.disarm(arrival_bell_);
  loop_.disarm(deadline_bell_);
  loop_.disarm(drain_bell_);
  loop_.disarm(run_bell_);
}

void Worker::start(Nanoseconds origin) {
  const size_t first = std::min(kFirstSlots, options_.max_requests);
  for (size_t i = 0; i < first; ++i) {
    Slot& slot = slots_.emplace_back();
    slot.flow = serve(slot);
    slot.next = free_;
    free_ = &slot;
  }
  origin_ = origin;
  next_ = schedule_.next();
  started_ = true;
  if (next_) loop_.arm(arrival_bell_, origin_ + next_->intended);
  if (clients_) {
    clients_->start(origin_);
    loop_.arm(drain_bell_, origin_ + options_.clients->length + options_.drain);
  }
}

// Starts what is due; a late wake-up starts several, each with its own intended time.
void Worker::arrive() {
  for (int begun = 0; begun < kMostPerTurn && next_; ++begun) {
    if (origin_ + next_->intended > loop_.now()) break;
    last_intended_ = next_->intended;
    options_.job ? begin_run(*next_) : begin(*next_);
    next_ = schedule_.next();
  }
  ready_.drain();
  if (next_) {
    loop_.arm(arrival_bell_, origin_ + next_->intended);
  } else {
    loop_.arm(drain_bell_, origin_ + last_intended_ + options_.drain);
  }
}

Worker::Slot* Worker::free_slot() {
  if (free_) return std::exchange(free_, free_->next);
  if (slots_.size() >= options_.max_requests) return nullptr;
  Slot& slot = slots_.emplace_back();
  slot.flow = serve(slot);
  return &slot;
}

void Worker::make(const Arrival& arrival, Request& request) const {
  if (options_.job) {
    traffic_.make_batch(*options_.job, arrival.number, 1, arrival.intended, request);
  } else {
    traffic_.make(arrival.number, arrival.intended, request);
  }
}

RequestRecord Worker::record_of(const Arrival& arrival, const Request& request) const {
  RequestRecord record;
  record.number = arrival.number;
  record.intended = arrival.intended;
  record.operation = uint32_t(request.operation);
  record.job = options_.job ? uint32_t(*options_.job + 1) : 0;
  record.call_ns.fill(RequestRecord::kNotMade);
  return record;
}

// A request that is not begun at all is part of what was asked.
void Worker::leave(const Arrival& arrival, Status status) {
  ++scheduled_;
  make(arrival, not_begun_);
  digest_ += Traffic::digest(not_begun_, options_.times);
  RequestRecord record = record_of(arrival, not_begun_);
  record.status = status;
  sink_.add(record);
}

void Worker::begin(const Arrival& arrival, size_t client) {
  Slot* slot = free_slot();
  if (!slot) return leave(arrival, Status::dropped);
  ++scheduled_;
  make(arrival, slot->request);
  digest_ += Traffic::digest(slot->request, options_.times);
  slot->record = record_of(arrival, slot->request);
  slot->client = client;
  slot->batch_retries = 0;
  slot->verdict = Status::ok;
  slot->next = nullptr;
  slot->previous = newest_;
  (newest_ ? newest_->next : oldest_) = slot;
  newest_ = slot;
  if (!deadline_armed_) {
    deadline_armed_ = true;
    loop_.arm(deadline_bell_, origin_ + arrival.intended + options_.timeout);
  }
  slot->idle_flow.resume();
}

void Worker::begin_run(const Arrival& arrival) {
  if (oldest_ == nullptr && !waiting_run_) {
    begin(arrival);
  } else if (!waiting_run_) {
    waiting_run_ = arrival;
  } else {
    leave(arrival, Status::dropped);
  }
}

void Worker::begin_waiting_run() {
  if (!waiting_run_) return;
  begin(*std::exchange(waiting_run_, std::nullopt));
  ready_.drain();
}

// The way of one request. GET; on a miss the query, then SET; or the plain calls, in turn. A job's
// run goes this way batch by batch.
Flow Worker::serve(Slot& slot) {
  co_await Assignment{slot};
  for (;;) {
    const OperationTraffic& operation = traffic_.operations()[slot.request.operation];
    std::optional<Path> cache_path;
    for (const auto& step : operation.steps) {
      if (const auto* plain = std::get_if<PlainStep>(&step)) {
        co_await ask(slot, plain->call, {}, nullptr);
        if (!accept(slot, plain->call)) break;
        continue;
      }
      const auto& cached = std::get<CacheStep>(step);
      const bool bypass = cached.bypass && slot.request.values[*cached.bypass] == "1";
      if (!bypass) {
        co_await ask(slot, cached.get, {}, wants_check(slot) ? &slot.payload : nullptr);
        if (!accept(slot, cached.get)) break;
        if (slot.call.reply.type == ReplyType::string) {
          cache_path = join(cache_path, Path::hit);
          slot.record.hits |= 1u << cached.get.slot;
          note_hit(slot, cached);
          continue;
        }
      }
      cache_path = join(cache_path, bypass ? Path::bypass : Path::miss);
      co_await ask(slot, cached.query, {}, bypass ? nullptr : &slot.payload);
      if (!accept(slot, cached.query)) break;
      if (bypass) continue;
      co_await ask(slot, cached.set, slot.payload, nullptr);
      if (!accept(slot, cached.set)) break;
    }
    slot.record.path = cache_path.value_or(operation.path);
    if (goes_on(slot)) continue;
    finish(slot);
    co_await Assignment{slot};
  }
}

// Whether a job's run has another batch to do, or one to do again; it is then made.
bool Worker::goes_on(Slot& slot) {
  if (!options_.job || slot.verdict != Status::ok) return false;
  const JobTraffic& job = traffic_.jobs()[*options_.job];
  RequestRecord& record = slot.record;
  if (record.status == Status::failed) {
    if (slot.batch_retries == job.retries) return false;
    ++slot.batch_retries;
    ++record.retries;
    record.status = Status::ok;
    record.failure = Failure::none;
    return true;
  }
  ++record.batches;
  slot.batch_retries = 0;
  if (record.batches == job.batches) {
    record.work_left = job.until == Job::Until::empty && slot.found_work;
    return false;
  }
  if (job.until == Job::Until::empty && !slot.found_work) return false;
  traffic_.make_batch(*options_.job, record.number, record.batches + 1, record.intended,
                      slot.request);
  return true;
}

Worker::Asking Worker::ask(Slot& slot, const PlannedCall& planned, std::string_view payload,
                           std::string* capture) {
  if (capture) capture->clear();
  slot.call.index = planned.index;
  slot.call.request = &slot.request;
  slot.call.payload = payload;
  slot.call.capture = capture;
  slot.call.reply = {};
  slot.call.error[0] = '\0';
  return {planned.server == Server::postgres ? postgres_ : redis_, slot.call};
}

// Books the call just answered; false ends the request.
bool Worker::accept(Slot& slot, const PlannedCall& planned) {
  const Reply& reply = slot.call.reply;
  RequestRecord& record = slot.record;
  const Nanoseconds service = reply.done - reply.sent;
  record.wait += reply.sent - slot.call.asked;
  record.service += service;
  record.call_ns[planned.slot] = service.count();
  record.call_done_us[planned.slot] = microseconds_of(reply.done - (origin_ + record.intended));
  if (planned.slot == 0) {
    if (record.batches + record.retries == 0) {
      record.lateness = reply.sent - (origin_ + record.intended);
    }
    slot.found_work = found_work(planned, reply);
  }
  if (slot.verdict != Status::ok) {
    record.status = slot.verdict;
    return false;
  }
  if (reply.status == CallStatus::ok && as_expected(planned.expect, reply)) return true;
  record.status = Status::failed;
  record.failure = reply.status == CallStatus::ok             ? Failure::wrong_answer
                   : reply.status == CallStatus::server_error ? Failure::server_error
                                                              : Failure::connection_lost;
  note_error(slot.request.operation, slot.call.error.data());
  return false;
}

bool Worker::wants_check(const Slot& slot) const {
  return !options_.job && mix_bits(slot.request.number) % kHitSampleEvery == 0;
}

void Worker::note_hit(const Slot& slot, const CacheStep& step) {
  if (!wants_check(slot) || hit_samples_.size() == kMaxHitSamples) return;
  hit_samples_.push_back({slot.request.number, slot.request.intended, step.get.index,
                          step.query.index, slot.request.operation, rows_digest(slot.payload)});
}

void Worker::finish(Slot& slot) {
  slot.record.response = slot.call.reply.done - (origin_ + slot.record.intended);
  sink_.add(slot.record);
  (slot.previous ? slot.previous->next : oldest_) = slot.next;
  (slot.next ? slot.next->previous : newest_) = slot.previous;
  slot.next = free_;
  free_ = &slot;
  // The flow is not idle yet, so what follows waits for the next event.
  if (clients_) clients_->answered(slot.client);
  if (waiting_run_) loop_.arm(run_bell_, loop_.now());
}

void Worker::give_up(Slot& slot, Status status) {
  slot.verdict = status;
  slot.call.pool->give_up(slot.call);
}

// Requests all have the same timeout, so the oldest is always the first to expire.
void Worker::expire() {
  deadline_armed_ = false;
  const Nanoseconds now = loop_.now();
  Slot* slot = oldest_;
  while (slot && origin_ + slot->record.intended + options_.timeout <= now) {
    if (slot->verdict == Status::ok) give_up(*slot, Status::timed_out);
    slot = slot->next;
  }
  if (slot) {
    deadline_armed_ = true;
    loop_.arm(deadline_bell_, origin_ + slot->record.intended + options_.timeout);
  }
  ready_.drain();
}

void Worker::end_drain() {
  if (waiting_run_) leave(*std::exchange(waiting_run_, std::nullopt), Status::unfinished);
  if (clients_) clients_->stop();
  for (Slot* slot = oldest_; slot; slot = slot->next) give_up(*slot, Status::unfinished);
  ready_.drain();
}

void Worker::stop() {
  next_.reset();
  started_ = true;
  loop_.disarm(arrival_bell_);
  end_drain();
}

void Worker::note_error(size_t operation, std::string_view text) {
  ErrorText& first = first_errors_[operation];
  if (first[0] != '\0') return;
  std::copy_n(text.begin(), std::min(text.size(), first.size() - 1), first.begin());
}

std::string Worker::first_error(size_t operation) const {
  return first_errors_[operation].data();
}

}  // namespace tare
