// How a statement of the traffic goes to PostgreSQL: one way for each protocol.
// Level: drivers. Belongs to one session, on its thread. What libpq allocates is its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/engine/call.h"
#include "bench/engine/traffic.h"

struct pg_conn;

namespace tare {

class StatementSender {
 public:
  virtual ~StatementSender() = default;

  // Of the statements, how many a new connection must be told before its first call, and telling it
  // one of them. False: libpq refused, and says why on the connection.
  virtual size_t to_prepare() const { return 0; }
  virtual bool prepare(pg_conn&, size_t) { return true; }

  // Of each call, on the measured path, so they allocate nothing of ours: makes ready what is sent
  // of it, before the clock is read, and sends that.
  virtual void make(pg_conn& connection, const Call& call) = 0;
  virtual bool send(pg_conn& connection, const Call& call) = 0;
};

// `calls` must outlive it.
std::unique_ptr<StatementSender> make_statement_sender(Protocol protocol,
                                                       const std::vector<SqlCall>& calls);

// What a connection calls a statement that it has prepared: by its place in Traffic::sql_calls().
std::string prepared_name(size_t index);

}  // namespace tare
