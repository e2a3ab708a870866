// One call to a server: what is asked, what came back, and who waits for it.
// Level: engine. Lives in its request's slot; never allocated on the measured path.
#pragma once

#include <array>
#include <coroutine>
#include <cstdint>
#include <string>
#include <string_view>

#include "bench/engine/request.h"
#include "bench/model/scenario.h"

namespace tare {

class Pool;
class Session;

enum class CallStatus : uint8_t { ok, server_error, connection_lost, given_up };

// Valid until the call's slot makes its next call.
struct Reply {
  CallStatus status = CallStatus::ok;
  ReplyType type = ReplyType::none;  // Redis
  int64_t rows = 0;                  // SQL: rows returned or changed; Redis: elements of an array
  Nanoseconds sent{};
  Nanoseconds done{};
};

enum class CallState : uint8_t { idle, waiting, in_flight, ready };

struct Call {
  // Asked. `index` is a place in Traffic::sql_calls() or redis_calls().
  size_t index = 0;
  const Request* request = nullptr;
  std::string_view payload;        // for calls that store one
  std::string* capture = nullptr;  // where to put the rows (as JSON) or the string; null: nowhere

  // Answered.
  Reply reply;
  std::array<char, 200> error{};  // the server's words, cut short, with a NUL

  void set_error(std::string_view text) { error[text.copy(error.data(), error.size() - 1)] = '\0'; }

  // Kept by pool and worker.
  CallState state = CallState::idle;
  Pool* pool = nullptr;
  Session* session = nullptr;
  Nanoseconds asked{};
  std::coroutine_handle<> waiter;
  Call* next = nullptr;
  Call* previous = nullptr;
};

// First in, first out; intrusive, so it allocates nothing. A call is in at most one list.
class CallList {
 public:
  bool empty() const { return first_ == nullptr; }
  Call* first() const { return first_; }
  Call* last() const { return last_; }

  void push(Call& call) {
    call.previous = last_;
    call.next = nullptr;
    (last_ ? last_->next : first_) = &call;
    last_ = &call;
  }

  Call& pop() {
    Call& call = *first_;
    remove(call);
    return call;
  }

  void remove(Call& call) {
    (call.previous ? call.previous->next : first_) = call.next;
    (call.next ? call.next->previous : last_) = call.previous;
    call.next = call.previous = nullptr;
  }

 private:
  Call* first_ = nullptr;
  Call* last_ = nullptr;
};

}  // namespace tare
