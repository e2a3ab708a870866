// The pooled connections of one worker to one server: a call gets a free one, or waits its turn.
// Level: engine. Used by its worker's thread only; owns its sessions.
#pragma once

#include <coroutine>
#include <memory>
#include <string>
#include <vector>

#include "bench/engine/session.h"

namespace tare {

// Flows whose call is answered, to be resumed once the event at hand has been dealt with, so that
// flows never resume inside one another; and sessions whose calls go out together after that.
class ReadyCalls {
 public:
  void reserve(size_t sessions) { unsent_.reserve(unsent_.size() + sessions); }
  void push(Call& call) {
    call.state = CallState::ready;
    calls_.push(call);
  }

  void flush_later(Session& session) { unsent_.push_back(&session); }

  void drain() {
    while (!calls_.empty() || !unsent_.empty()) {
      while (!calls_.empty()) {
        Call& call = calls_.pop();
        call.state = CallState::idle;
        call.waiter.resume();
      }
      if (unsent_.empty()) return;
      Session* session = unsent_.back();
      unsent_.pop_back();
      session->flush();
    }
  }

 private:
  CallList calls_;
  std::vector<Session*> unsent_;
};

class Pool final : public SessionOwner {
 public:
  Pool(Loop& loop, ReadyCalls& ready) : loop_(loop), ready_(ready) {}

  // Adds a connection and starts opening it.
  void add(std::unique_ptr<Session> session);

  // Sends `call` on a free connection, the one longest idle first, or queues it. A connection with
  // room for more calls takes the next ones too, so that they go out together. The call's waiter is
  // resumed when it is answered or given up. call.reply.sent - call.asked is the wait.
  void submit(Call& call);

  // Takes a call back that is waiting or in flight; its waiter resumes with status given_up.
  void give_up(Call& call);

  size_t size() const { return sessions_.size(); }
  bool all_available() const { return idle_.size() == sessions_.size(); }  // nothing in flight
  int64_t reconnects() const { return opened_ - int64_t(sessions_.size()); }
  std::string problem() const;  // of the first connection that is not there

  // Each session's, in turn, all of them together within `patience`.
  std::vector<SessionReport> reports(Nanoseconds patience);

  void available(Session& session) override;
  void lost(Session& session) override;
  void finished(Session& session, Call& call) override;
  void wants_flush(Session& session) override { ready_.flush_later(session); }
  void settle() override { ready_.drain(); }

 private:
  void start(Session& session, Call& call);

  Loop& loop_;
  ReadyCalls& ready_;
  std::vector<std::unique_ptr<Session>> sessions_;
  std::vector<Session*> idle_;  // with room for a call, longest so first; its room is reserved
  CallList waiting_;
  int64_t opened_ = 0;
};

}  // namespace tare
