// For tests only: connects one measured session by itself and says what became of it.
// Level: drivers. One thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

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
  void settle() override {}

  AsioLoop loop_;
  bool available_ = false;
  std::unique_ptr<Session> session_;
};

}  // namespace tare
