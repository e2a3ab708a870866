#include "bench/engine/pool.h"

#include <algorithm>

namespace tare {

void Pool::add(std::unique_ptr<Session> session) {
  sessions_.push_back(std::move(session));
  idle_.reserve(sessions_.size());
  ready_.reserve(sessions_.size());
  sessions_.back()->open(*this);
}

void Pool::submit(Call& call) {
  call.pool = this;
  call.asked = loop_.now();
  if (idle_.empty()) {
    call.state = CallState::waiting;
    waiting_.push(call);
    return;
  }
  Session& session = *idle_.front();
  if (session.in_flight + 1 == session.depth()) idle_.erase(idle_.begin());
  start(session, call);
}

void Pool::start(Session& session, Call& call) {
  call.state = CallState::in_flight;
  call.session = &session;
  ++session.in_flight;
  session.start(call);
}

void Pool::give_up(Call& call) {
  if (call.state == CallState::waiting) {
    waiting_.remove(call);
    call.reply.sent = call.reply.done = loop_.now();
  } else if (call.state == CallState::in_flight) {
    Session& session = *call.session;
    --session.in_flight;
    std::erase(idle_, &session);
    session.abandon(call);
    call.reply.done = loop_.now();
  } else {
    return;  // answered already
  }
  call.reply.status = CallStatus::given_up;
  ready_.push(call);
}

void Pool::available(Session& session) {
  ++opened_;
  while (!waiting_.empty() && session.in_flight < session.depth()) start(session, waiting_.pop());
  if (session.in_flight < session.depth()) idle_.push_back(&session);
}

void Pool::lost(Session& session) {
  std::erase(idle_, &session);
}

void Pool::finished(Session& session, Call& call) {
  ready_.push(call);
  const bool was_full = session.in_flight-- == session.depth();
  if (call.reply.status == CallStatus::connection_lost) {  // available() comes later
    std::erase(idle_, &session);
  } else if (!waiting_.empty()) {
    start(session, waiting_.pop());
  } else if (was_full) {
    idle_.push_back(&session);
  }
}

std::vector<SessionReport> Pool::reports(Nanoseconds patience) {
  const Nanoseconds until = loop_.now() + patience;
  std::vector<SessionReport> reports;
  for (const auto& session : sessions_) {
    reports.push_back(session->report(std::max(until - loop_.now(), Nanoseconds(0))));
  }
  return reports;
}

std::string Pool::problem() const {
  for (const auto& session : sessions_) {
    if (!session->problem().empty()) return session->problem();
  }
  return {};
}

}  // namespace tare
