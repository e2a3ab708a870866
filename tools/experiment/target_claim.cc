#include "tools/experiment/target_claim.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "bench/model/random.h"
#include "bench/model/sql_text_check.h"
#include "loaders/database_template.h"
#include "loaders/stamp.h"
#include "tools/experiment/target_claim_held.h"

namespace tare {
namespace {

constexpr const char* kLock = "SELECT pg_try_advisory_lock(1952543333, hashtext($1))";  // "tare"
constexpr size_t kLongestName = 50;

std::string shortened(std::string name) {
  if (name.size() > kLongestName) {
    name = fmt::format("{}_{:08x}", name.substr(0, kLongestName - 9),
                       hash_bytes(name.data(), name.size()) & 0xffffffff);
  }
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// What may reach beyond tare's own database is not for a target.
void refuse_far_reaching(const Scenario& scenario) {
  const auto refuse = [](const std::string& sql, const std::string& where) {
    const std::string why = sql_refused_on_target(sql);
    if (why.empty()) return;
    throw UsageError(
        fmt::format("{}: {}; weigh this in the sandbox, without --postgres", where, why));
  };
  for (const std::string& sql : scenario.dataset.after_load) refuse(sql, "after_load");
  for (const Operation& operation : scenario.operations) {
    for (const Step& step : operation.steps) {
      const auto* sql = std::get_if<SqlStep>(&step);
      if (sql) refuse(sql->sql, "operation " + operation.name);
    }
  }
}

// A claim with a slip in it would be missed only where it is needed.
void refuse_unknown_claims(const Servers& servers, const Scenario& scenario, std::stop_token stop) {
  if (servers.claims().empty()) return;
  std::vector<std::string> known;
  if (!servers.owns_postgres()) {
    const PostgresEndpoint endpoint = servers.postgres();
    known = {public_text(endpoint),
             PostgresControl(endpoint, stop).value("SELECT current_database()"),
             database_name(scenario), template_name(scenario)};
  }
  if (!servers.owns_redis()) known.push_back(public_text(servers.redis()));
  for (const std::string& claim : servers.claims()) {
    if (std::find(known.begin(), known.end(), claim) != known.end()) continue;
    const bool tellable = claim.find('@') == std::string::npos;  // else it may hold a password
    throw UsageError(fmt::format("{} names nothing that needs one here; it may be one of: {}",
                                 tellable ? "--claim " + claim : "a --claim",
                                 fmt::join(known, ", ")));
  }
}

// Advisory locks are of one database; a session's name is seen from every one.
void require_alone(PostgresControl& postgres, const std::string& working, const std::string& source,
                   const std::string& place) {
  const std::string mine = "tare claims " + working;
  postgres.query("SELECT set_config('application_name', $1, false)", {mine.substr(0, 63)});
  const std::string lock = postgres.value(kLock, {working});
  const auto users = postgres.query(
      "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND (application_name = $1 "
      "OR (datname IN ($2, $3) AND datname <> current_database()))",
      {mine.substr(0, 63), working, source});
  if (lock == "t" && users.empty()) return;
  throw UsageError(fmt::format(
      "another tare, or somebody, works on {} of {}: wait until it has ended{}", working, place,
      users.empty() ? "" : fmt::format(" (pid {} of the server)", users[0][0].value_or("?"))));
}

}  // namespace

TargetClaim::TargetClaim(const Servers& servers, const std::vector<const Scenario*>& scenarios,
                         std::stop_token stop)
    : held_(std::make_unique<Held>()) {
  refuse_unknown_claims(servers, *scenarios.front(), stop);
  if (!servers.owns_postgres()) claim_postgres(servers, scenarios, stop);
  if (!servers.owns_redis()) claim_redis(servers, scenarios, stop);
}

TargetClaim::~TargetClaim() = default;
TargetClaim::TargetClaim(TargetClaim&&) noexcept = default;
TargetClaim& TargetClaim::operator=(TargetClaim&&) noexcept = default;

void TargetClaim::claim_postgres(const Servers& servers,
                                 const std::vector<const Scenario*>& scenarios,
                                 std::stop_token stop) {
  const PostgresEndpoint endpoint = servers.postgres();
  const std::string place = public_text(endpoint);
  for (const Scenario* scenario : scenarios) refuse_far_reaching(*scenario);
  held_->postgres = std::make_unique<PostgresControl>(endpoint, stop);
  PostgresControl& postgres = *held_->postgres;
  if (postgres.value("SELECT pg_is_in_recovery()") == "t") {
    throw UsageError(
        fmt::format("{} is a standby, which takes no writes: name its primary, or a "
                    "restored copy of it",
                    place));
  }
  const std::string working = database_name(*scenarios.front());
  const std::string source = template_name(*scenarios.front());
  const std::string named = postgres.value("SELECT current_database()");
  require_alone(postgres, working, source, place);
  lost_.push_back(fmt::format(
      "PostgreSQL at {} is not restarted between the trials: its caches and background work go "
      "over from one to the next; a checkpoint is asked for before each, where it is allowed",
      place));
  const bool may_copy =
      postgres.value("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user") ==
      "t";
  if (!may_copy) return claim_in_place(servers, place);
  freshness_ = Freshness::restored;
  if (named == working || named == source) {
    throw UsageError(
        fmt::format("tare replaces the database {} itself: name another one of {} "
                    "to connect to, \"postgres\" for example",
                    named, place));
  }
  for (const std::string& database : {working, source}) {
    if (const auto owner = owned_by_other(postgres, database)) {
      throw UsageError(
          fmt::format("{} of {} belongs to {}: drop it, or connect as that role (made by {}, it "
                      "lets nobody else in)",
                      database, place, *owner, *owner));
    }
    if (!made_by_other(postgres, database) || servers.claimed(database)) continue;
    throw UsageError(
        fmt::format("{} has a database {} that tare has not made; rename it, or say --claim {} to "
                    "let tare replace it",
                    place, database, database));
  }
}

void TargetClaim::claim_in_place(const Servers& servers, const std::string& place) {
  freshness_ = Freshness::in_place;
  PostgresControl& postgres = *held_->postgres;
  const std::string named = postgres.value("SELECT current_database()");
  lost_.push_back(fmt::format(
      "{} may not make databases there, so the data is not restored: what "
      "trials write stays, and the change is applied and rolled back in "
      "place for every pair (ALTER ROLE {} CREATEDB mends it)",
      postgres.value("SELECT current_user"), postgres.value("SELECT quote_ident(current_user)")));
  if (const auto left = read_under_way(postgres)) {
    throw UsageError(fmt::format(
        "a tare that was killed, or whose rollback failed, has left the change {} on {}, in whole "
        "or in part. Undo it there "
        "by hand:{}\n  DELETE FROM tare_stamp.under_way;\nThen run this again",
        left->change, place, left->undo));
  }
  try {
    require_ours_or_empty(postgres);
  } catch (const UsageError& refused) {
    if (!servers.claimed(place) && !servers.claimed(named)) {
      throw UsageError(fmt::format("{}; or say --claim {} to let it write there all the same",
                                   refused.what(), named));
    }
    mark_as_claimed(postgres);
  }
}

std::string database_name(const Scenario& scenario) {
  return "tare_" + shortened(scenario.name);
}

std::string template_name(const Scenario& scenario) {
  return "tare__" + shortened(scenario.name);
}

}  // namespace tare
