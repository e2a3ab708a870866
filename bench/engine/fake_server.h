// A server for tests: every connection answers after a fixed service time, except while the server
// stands still; what it answers is up to the test. Runs on a loop whose clock is held still.
// Level: engine, tests only. One thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "bench/engine/session.h"

namespace tare {

struct FakeServer {
  Nanoseconds service_time = std::chrono::microseconds(200);
  Nanoseconds stall_begin{}, stall_end{};  // nothing is answered in between
  std::function<void(Call&)> answer = [](Call&) {};
  int abandoned = 0;
  int64_t calls = 0;
};

class FakeSession final : public Session, private Alarm {
 public:
  FakeSession(Loop& loop, FakeServer& server) : loop_(loop), server_(server) {}
  ~FakeSession() override { loop_.disarm(*this); }

  void open(SessionOwner& owner) override {
    owner_ = &owner;
    owner_->available(*this);
  }

  void start(Call& call) override {
    ++server_.calls;
    call_ = &call;
    call.reply.sent = loop_.now();
    Nanoseconds begins = loop_.now();
    if (begins >= server_.stall_begin && begins < server_.stall_end) begins = server_.stall_end;
    Nanoseconds ends = begins + server_.service_time;
    // A call caught by the stall in the middle gets its answer when the stall is over.
    if (begins < server_.stall_begin && ends > server_.stall_begin) {
      ends += server_.stall_end - server_.stall_begin;
    }
    loop_.arm(*this, ends);
  }

  void abandon(Call&) override {
    ++server_.abandoned;
    call_ = nullptr;
    loop_.arm(*this, loop_.now() + kReconnect);
  }

  // The connection breaks now; it is back after 50 ms.
  void break_off() {
    if (!call_) {
      owner_->lost(*this);
    } else {
      Call& call = *std::exchange(call_, nullptr);
      call.reply.done = loop_.now();
      call.reply.status = CallStatus::connection_lost;
      owner_->finished(*this, call);
    }
    loop_.arm(*this, loop_.now() + kReconnect);
    owner_->settle();
  }

  const std::string& problem() const override { return problem_; }

 private:
  // Off the grid of the tests' schedules, so that nothing happens at the very same moment.
  static constexpr Nanoseconds kReconnect = std::chrono::microseconds(50'300);

  void ring() override {
    if (!call_) {
      owner_->available(*this);
    } else {
      Call& call = *std::exchange(call_, nullptr);
      call.reply.done = loop_.now();
      server_.answer(call);
      owner_->finished(*this, call);
    }
    owner_->settle();
  }

  Loop& loop_;
  FakeServer& server_;
  SessionOwner* owner_ = nullptr;
  Call* call_ = nullptr;
  std::string problem_;
};

}  // namespace tare
