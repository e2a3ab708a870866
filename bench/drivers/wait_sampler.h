// Looks again and again at what PostgreSQL's sessions are waiting for, while a load runs.
// Level: drivers. Owns a thread and a connection of its own; begin() and end() from one other
// thread. Not on the measured path.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include "bench/drivers/statement_names.h"
#include "bench/model/endpoint.h"
#include "bench/model/server_counters.h"

namespace tare {

// What one look costs the server stays far below what a load does; see bench/ARCHITECTURE.md.
inline constexpr std::chrono::milliseconds kWaitsEvery{100};

class WaitSampler {
 public:
  // Connects, to any database of the server. `database` is the one whose sessions are looked at.
  // What it may not do makes profile().missing; it never throws.
  WaitSampler(const PostgresEndpoint& endpoint, const std::string& database, StatementNames names,
              std::stop_token stop, std::chrono::milliseconds every = kWaitsEvery);
  ~WaitSampler();
  WaitSampler(const WaitSampler&) = delete;
  WaitSampler& operator=(const WaitSampler&) = delete;

  // The first look is one period after begin(); end() waits for the last one, and closes the
  // connection.
  void begin();
  void end();

  WaitProfile profile() const;  // after end()

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace tare
