// One connection to one server, as the engine sees it. Drivers implement it.
// Level: engine. Used by its worker's thread only.
#pragma once

#include <string>
#include <vector>

#include "bench/engine/call.h"

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

// How often a server ran a prepared statement on one connection, by the kind of its plan.
struct PlanUse {
  int64_t generic = 0;  // one plan for all parameters
  int64_t custom = 0;   // planned for these parameters

  friend bool operator==(const PlanUse&, const PlanUse&) = default;
};

// What a session has to tell when the load is over.
struct SessionReport {
  std::vector<PlanUse> plan_use;  // by Traffic::sql_calls(); empty: there is none to tell, or ...
  std::string plan_use_unknown;   // ... why it is not known
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

  // The load is over, and nobody will start another call: asks the server what it knows of this
  // connection, and waits for its answer no longer than `patience`. Not on the loop.
  virtual SessionReport report(Nanoseconds patience) {
    (void)patience;
    return {};
  }

  // Why the connection is not there; empty when it is. Never holds a password.
  virtual const std::string& problem() const = 0;

  int in_flight = 0;  // kept by its pool
};

}  // namespace tare
