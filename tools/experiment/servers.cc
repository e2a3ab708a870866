#include "tools/experiment/servers.h"

#include <utility>

namespace tare {

Servers::Servers(Sandbox sandbox) : sandbox_(std::move(sandbox)) {}

Servers::Servers(Target target, std::optional<Sandbox> sandbox, std::set<std::string> claims)
    : target_(std::move(target)), sandbox_(std::move(sandbox)), claims_(std::move(claims)) {}

PostgresEndpoint Servers::postgres() const {
  return target_.postgres ? *target_.postgres : sandbox_.value().postgres();
}

RedisEndpoint Servers::redis() const {
  return target_.redis ? *target_.redis : sandbox_.value().redis();
}

void Servers::restart(std::stop_token stop, RedisData redis_data) {
  if (sandbox_) sandbox_->restart(std::move(stop), redis_data);
}

std::optional<std::string> Servers::failure() {
  return sandbox_ ? sandbox_->failure() : std::nullopt;
}

std::string Servers::file_system() const {
  return owns_postgres() ? sandbox_.value().file_system() : "unknown";
}

bool Servers::kept() const {
  return !own() || sandbox_.value().kept();
}

const SandboxSetup* Servers::setup() const {
  return owns_postgres() ? &sandbox_.value().setup() : nullptr;
}

}  // namespace tare
