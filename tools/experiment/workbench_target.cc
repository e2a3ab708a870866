// What a workbench does differently on a target: settings for one database, no restart, nothing
// left behind.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/model/sql_text_check.h"
#include "loaders/database_template.h"
#include "loaders/stamp.h"
#include "tools/experiment/sandbox_settings.h"
#include "tools/experiment/workbench.h"

namespace tare {

void Workbench::connect_for_undoing() {
  stop_ = std::stop_token();  // the person's has been used up
  postgres_.reset();
  maintenance_.emplace(servers_.postgres(), stop_);
  postgres_.emplace(working_database(), stop_);
  redis_.emplace(servers_.redis());
}

void Workbench::leave_target() {
  if (!servers_.owns_redis()) {
    redis_->clear_patterns(claim_.key_patterns(), stop_);
    redis_->command({"DEL", kKeysUnderWay});
  }
  if (!servers_.owns_postgres() && freshness() == Freshness::restored) {
    postgres_.reset();
    drop_database(*maintenance_, database_name(scenario_));
  }
}

void Workbench::note_under_way(const Change& change) {
  if (freshness() != Freshness::in_place) return;
  tare::note_under_way(*postgres_, {change.name, undo_steps(change)});
}

std::string Workbench::undo_steps(const Change& change) {
  std::string text;
  for (const Action& action : change.rollback) {
    if (const auto* sql = std::get_if<SqlAction>(&action)) text += "\n  " + sql->sql + ";";
    if (const auto* redis = std::get_if<RedisAction>(&action)) {
      text += fmt::format("\n  redis: {}", fmt::join(redis->arguments, " "));
    }
    if (const auto* shell = std::get_if<ShellAction>(&action)) text += "\n  $ " + shell->command;
  }
  if (database_settings_) {
    for (const std::string& statement : database_settings_->undo())
      text += "\n  " + statement + ";";
  }
  return text.empty() ? "\n  nothing: the change file gives no rollback" : text;
}

// On a target the settings hold for new connections to tare's own database alone.
void Workbench::set_for_database(const Change& change,
                                 const std::map<std::string, std::string>& settings) {
  database_settings_.emplace(*postgres_, settings);
  note_under_way(change);
  const auto refuse = [&](const std::string& message) {
    put_settings_back();  // so nothing is under way
    if (freshness() == Freshness::in_place) clear_under_way(*postgres_);
    throw FileProblems(
        {{change.file.string(), place_of<PostgresSettingsAction>(change) + "/postgres_settings",
          message}});
  };
  try {
    for (const std::string& statement : database_settings_->statements()) {
      postgres_->execute(statement);
    }
  } catch (const SqlError& error) {
    refuse(to_text(error));
  }
  postgres_.emplace(working_database(), stop_);
  for (const auto& [name, value] : settings) {
    const SqlRows found =
        postgres_->query("SELECT source FROM pg_settings WHERE lower(name) = lower($1)", {name});
    if (found.empty() || found[0][0] == "database") continue;
    refuse(
        fmt::format("{} is set by the {} for tare's sessions, which goes before the database's: "
                    "take that away there, or weigh this in the sandbox",
                    name, found[0][0].value_or("server")));
  }
}

bool Workbench::put_settings_back() {
  if (const SandboxSetup* setup = servers_.setup()) return put_postgres_settings_back(*setup);
  if (!database_settings_) return false;
  if (freshness() == Freshness::in_place) {
    PostgresControl database(working_database(), stop_);
    for (const std::string& statement : database_settings_->undo()) database.execute(statement);
  }
  database_settings_.reset();  // else they go with the working copy
  return true;
}

std::vector<Problem> Workbench::unfit_for_target(const Change& change) {
  std::vector<Problem> problems;
  const auto add = [&](const std::string& pointer, const std::string& message) {
    problems.push_back({change.file.string(), pointer, message});
  };
  if (!servers_.own() && change.binaries.any()) {
    add("/binaries",
        "a target's programs are not tare's to change: weigh an upgrade in sandboxes, "
        "without --postgres and --redis");
  }
  const auto settings = settings_made<PostgresSettingsAction>(change);
  for (const auto& [name, value] : settings) {
    if (servers_.owns_postgres()) break;
    const auto rows = maintenance_->query(
        "SELECT context FROM pg_settings WHERE lower(name) = lower($1)", {name});
    const std::string context = rows.empty() ? "" : rows[0][0].value_or("");
    if (context == "postmaster") {
      add(place_of<PostgresSettingsAction>(change) + "/postgres_settings",
          fmt::format("{} needs a restart, and tare does not restart {}: weigh it in the sandbox, "
                      "without --postgres",
                      name, public_text(servers_.postgres())));
    } else if (context == "sighup" || context == "internal") {
      add(place_of<PostgresSettingsAction>(change) + "/postgres_settings",
          fmt::format("{} holds for everyone on {}, not for one database: weigh it in the sandbox, "
                      "without --postgres",
                      name, public_text(servers_.postgres())));
    }
  }
  if (!servers_.owns_postgres()) {
    for (const auto* actions : {&change.apply, &change.rollback}) {
      for (size_t i = 0; i < actions->size(); ++i) {
        const auto* sql = std::get_if<SqlAction>(&(*actions)[i]);
        const std::string why = sql ? sql_refused_on_target(sql->sql) : "";
        if (why.empty()) continue;
        add(fmt::format("/{}/{}/sql", actions == &change.apply ? "apply" : "rollback", i),
            why + ": weigh this in the sandbox, without --postgres");
      }
    }
  }
  for (Problem& problem : claim_.keys_beyond(change)) problems.push_back(std::move(problem));
  if (!servers_.owns_redis() && applies<RedisSettingsAction>(change)) {
    add(place_of<RedisSettingsAction>(change) + "/redis_settings",
        fmt::format("Redis settings hold for everyone on {}: weigh them in the sandbox, without "
                    "--redis",
                    public_text(servers_.redis())));
  }
  return problems;
}

}  // namespace tare
