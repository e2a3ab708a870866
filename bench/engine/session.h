// One connection to one server, as the engine sees it. Drivers implement it.
// Level: engine. Used by its worker's thread only.
#pragma once

#include <string>

#include "bench/engine/call.h"
#include "bench/engine/session_report.h"

namespace tare {

class Session;

// Told by a session what became of it and of its call.
class SessionOwner {
 public:
  virtual void available(Session& session) = 0;             // connected, no call in flight
  virtual void lost(Session& session) = 0;                  // while no call was in flight
  virtual void finished(Session& session, Call& call) = 0;  // call.reply is filled
  virtual void wants_flush(Session& session) = 0;  // once what can be sent together is started
  virtual void settle() = 0;  // the session has handled its event; waiting flows may go on

 protected:
  ~SessionOwner() = default;
};

class Session {
 public:
  virtual ~Session() = default;

  // Starts connecting; available() follows. When the connection is lost, then or later, the
  // session goes on trying (first after 50 ms, at most every second) until it is destroyed.
  virtual void open(SessionOwner& owner) = 0;

  // Sends `call` and stamps its times; finished() follows, perhaps before this returns. Only when
  // available and fewer than depth() calls are in flight. With a depth of 1 it is sent at once;
  // else with the others that are started before flush().
  virtual void start(Call& call) = 0;
  virtual int depth() const { return 1; }
  virtual void flush() {}

  // Nobody waits for this call in flight any more: the connection is dropped and opened again.
  // Other calls on it are lost.
  virtual void abandon(Call& call) = 0;

  // The load is over, and nobody will start another call: what the session knows, and what its
  // server says of this connection when it is asked, for no longer than `patience`. Not on the
  // loop.
  virtual SessionReport report(Nanoseconds patience) {
    (void)patience;
    return {};
  }

  // Why the connection is not there; empty when it is. Never holds a password.
  virtual const std::string& problem() const = 0;

  int in_flight = 0;  // kept by its pool
};

}  // namespace tare
