// The servers an arm works on: tare's own sandbox, a person's target, or one server of each.
// Level: experiment. One thread per object. Owns its sandbox; a target is only borrowed.
#pragma once

#include <optional>
#include <set>
#include <stop_token>
#include <string>

#include "bench/drivers/target.h"
#include "tools/experiment/sandbox.h"

namespace tare {

class Servers {
 public:
  explicit Servers(Sandbox sandbox);

  // A server that the target does not name is the sandbox's, which is then needed. `claims` are
  // what the person allowed tare to write into although it is not empty, by public_text() or the
  // name of the database.
  Servers(Target target, std::optional<Sandbox> sandbox, std::set<std::string> claims);

  // Where databases are made, and where keys live.
  PostgresEndpoint postgres() const;
  RedisEndpoint redis() const;

  bool owns_postgres() const { return !target_.postgres; }  // else it is a target
  bool owns_redis() const { return !target_.redis; }
  bool own() const { return owns_postgres() && owns_redis(); }

  // Whether the person named this: a database of the target, or public_text() of an endpoint.
  bool claimed(const std::string& name) const { return claims_.contains(name); }
  const std::set<std::string>& claims() const { return claims_; }

  // Stops and starts what is tare's own, and empties its Redis where that is asked. A target stays
  // as it is. Errors as Sandbox::restart.
  void restart(std::stop_token stop, RedisData redis_data = RedisData::kept);

  // Cheap: nullopt while the servers of the sandbox run. A target is seen by its connections.
  std::optional<std::string> failure();

  std::string file_system() const;    // of the data; "unknown" for a target
  bool kept() const;                  // whether something outlives this process
  const SandboxSetup* setup() const;  // null when PostgreSQL is a target

 private:
  Target target_;
  std::optional<Sandbox> sandbox_;
  std::set<std::string> claims_;
};

}  // namespace tare
