#include "bench/engine/worker.h"

#include <algorithm>
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

bool as_expected(const Expect& expect, const Reply& reply) {
  if (expect.minimum_rows && reply.rows < *expect.minimum_rows) return false;
  if (expect.maximum_rows && reply.rows > *expect.maximum_rows) return false;
  return !expect.type || reply.type == *expect.type;
}

}  // namespace

struct Worker::Slot {
  Request request;
  RequestRecord record;
  Call call;
  std::string payload;          // the row on its way to the cache; keeps its room
  Status verdict = Status::ok;  // why the request was given up
  std::coroutine_handle<> idle_flow;
  Slot* next = nullptr;  // in the free stack, or the next newer under way
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
}

Worker::~Worker() {
  loop_.disarm(arrival_bell_);
  loop_.disarm(deadline_bell_);
  loop_.disarm(drain_bell_);
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
}

// Starts what is due; a late wake-up starts several, each with its own intended time.
void Worker::arrive() {
  for (int begun = 0; begun < kMostPerTurn && next_; ++begun) {
    if (origin_ + next_->intended > loop_.now()) break;
    last_intended_ = next_->intended;
    begin(*next_);
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

void Worker::begin(const Arrival& arrival) {
  ++scheduled_;
  Slot* slot = free_slot();
  Request& request = slot ? slot->request : dropped_;
  traffic_.make(arrival.number, arrival.intended, request);
  digest_ += Traffic::digest(request);

  RequestRecord record;
  record.number = arrival.number;
  record.intended = arrival.intended;
  record.operation = uint32_t(request.operation);
  record.call_ns.fill(RequestRecord::kNotMade);
  if (!slot) {
    record.status = Status::dropped;
    sink_.add(record);
    return;
  }
  slot->record = record;
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

// The way of one request. GET; on a miss the query, then SET; or the plain calls, in turn.
Flow Worker::serve(Slot& slot) {
  for (;;) {
    co_await Assignment{slot};
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
    finish(slot);
  }
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
  return mix_bits(slot.request.number) % kHitSampleEvery == 0;
}

void Worker::note_hit(const Slot& slot, const CacheStep& step) {
  if (!wants_check(slot) || hit_samples_.size() == kMaxHitSamples) return;
  hit_samples_.push_back({slot.request.number, step.get.index, step.query.index,
                          slot.request.operation, rows_digest(slot.payload)});
}

void Worker::finish(Slot& slot) {
  slot.record.response = slot.call.reply.done - (origin_ + slot.record.intended);
  sink_.add(slot.record);
  (slot.previous ? slot.previous->next : oldest_) = slot.next;
  (slot.next ? slot.next->previous : newest_) = slot.previous;
  slot.next = free_;
  free_ = &slot;
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
