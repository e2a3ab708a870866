// For tests only: one measured session by itself: connected, and what became of it; and asked call
// by call.
// Level: drivers. One thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/engine/asio_loop.h"
#include "bench/engine/session.h"

namespace tare {

class ConnectingSession final : private SessionOwner {
 public:
  using Make = std::function<std::unique_ptr<Session>(AsioLoop&)>;

  // Ends when it is connected, or has a problem and has tried again for so long.
  explicit ConnectingSession(const Make& make, std::chrono::nanoseconds patience = {})
      : session_(make(loop_)) {
    const std::string before = session_->problem();
    session_->open(*this);
    const auto until = loop_.now() + patience;
    loop_.run_until(
        [&] { return available_ || (session_->problem() != before && loop_.now() >= until); });
  }

  bool connected() const { return available_; }
  const std::string& problem() const { return session_->problem(); }

 private:
  void available(Session&) override { available_ = true; }
  void lost(Session&) override {}
  void finished(Session&, Call&) override {}
  void wants_flush(Session&) override {}
  void settle() override {}

  AsioLoop loop_;
  bool available_ = false;
  std::unique_ptr<Session> session_;
};

class CallingSession final : private SessionOwner {
 public:
  using Make = std::function<std::unique_ptr<Session>(AsioLoop&)>;

  explicit CallingSession(const Make& make) : session_(make(loop_)) {
    session_->open(*this);
    loop_.run_until([&] { return available_; });
  }

  // Makes the call with these values and waits for its answer; `rows` are its rows as JSON.
  const Call& ask(size_t index, const std::vector<std::string>& values) {
    for (size_t i = 0; i < values.size(); ++i) request_.values[i] = values[i];
    rows.clear();
    call_.index = index;
    call_.request = &request_;
    call_.capture = &rows;
    call_.reply = {};
    call_.error[0] = '\0';
    answered_ = false;
    session_->start(call_);
    loop_.run_until([&] { return answered_; });
    return call_;
  }

  Session& session() { return *session_; }

  std::string rows;

 private:
  void available(Session&) override { available_ = true; }
  void lost(Session&) override {}
  void finished(Session&, Call&) override { answered_ = true; }
  void wants_flush(Session&) override {}
  void settle() override {}

  AsioLoop loop_;
  Request request_;
  Call call_;
  bool available_ = false, answered_ = false;
  std::unique_ptr<Session> session_;
};

}  // namespace tare
