// What a workbench does differently on a target: settings for one database, no restart, nothing
// left behind.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "bench/model/sql_text.h"
#include "bench/model/sql_text_check.h"
#include "loaders/database_template.h"
#include "loaders/stamp.h"
#include "tools/experiment/sandbox_settings.h"
#include "tools/experiment/trial_result.h"
#include "tools/experiment/workbench.h"

namespace tare {

void Workbench::connect_for_undoing() {
  postgres_.reset();
  connect();
}

void Workbench::leave_redis() {
  if (servers_.owns_redis() || claim_.keys_noted() == KeysNoted::no) return;
  redis_.emplace(servers_.redis());
  redis_->clear_patterns(claim_.key_patterns(), stop_);
  redis_->command({"DEL", kKeysUnderWay});
}

void Workbench::leave_target() {
  leave_redis();
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
  before_settings_.emplace(working_database(), std::stop_token());
  const auto refuse = [&](const std::string& message) {
    put_settings_back();  // so nothing is under way
    connect_again();
    if (freshness() == Freshness::in_place) clear_under_way(*postgres_);
    throw FileProblems(
        {{change.file.string(), place_of<PostgresSettingsAction>(change) + "/postgres_settings",
          message}});
  };
  try {
    for (const std::string& statement : database_settings_->statements()) {
      postgres_->execute(statement);
    }
    connect_again();
    require_in_force(change, "database");
  } catch (const SqlError& error) {
    refuse(to_text(error));
  } catch (const ServerError& error) {
    refuse(std::string("with these settings nobody is let in: ") + error.what());
  } catch (const FileProblems& problems) {
    refuse(problems.problems().front().message);
  }
}

// Else the contender would be weighed without its change.
void Workbench::require_in_force(const Change& change, const std::string& source) {
  std::vector<Problem> problems;
  for (const auto& [name, value] : settings_made<PostgresSettingsAction>(change)) {
    const SqlRows found =
        postgres_->query("SELECT source FROM pg_settings WHERE lower(name) = lower($1)", {name});
    std::string other = found.empty() ? "" : found[0][0].value_or("server");
    if (found.empty() && name.find('.') != std::string::npos) {  // a setting of one's own
      const std::string now =
          postgres_->value("SELECT coalesce(current_setting($1, true), '')", {name});
      other = now == value ? source : "role or the connection";
    }
    if (other.empty() || other == source) continue;
    problems.push_back(
        {change.file.string(), place_of<PostgresSettingsAction>(change) + "/postgres_settings",
         fmt::format("{} is set by the {} for tare's sessions, which goes before what the change "
                     "sets: take that away, or weigh this in the sandbox",
                     name, other)});
  }
  if (!problems.empty()) throw FileProblems(std::move(problems));
}

bool Workbench::put_settings_back() {
  if (const SandboxSetup* setup = servers_.setup()) return put_postgres_settings_back(*setup);
  if (!database_settings_) return false;
  if (freshness() == Freshness::in_place) {  // else they go with the working copy
    for (const std::string& statement : database_settings_->undo()) {
      before_settings_->execute(statement);
    }
  }
  before_settings_.reset();
  database_settings_.reset();
  return true;
}

// Where data is not restored and the traffic writes too, nobody can tell whether the rollback
// brought every row back.
std::vector<Problem> Workbench::rows_that_would_stay(const Change& change) {
  static const std::set<std::string> kAlterRows = {"InsertStmt", "UpdateStmt",   "DeleteStmt",
                                                   "MergeStmt",  "TruncateStmt", "SelectStmt",
                                                   "CopyStmt"};
  std::vector<Problem> problems;
  if (freshness() != Freshness::in_place || !writes_sql(scenario_)) return problems;
  for (size_t i = 0; i < change.apply.size(); ++i) {
    const auto* sql = std::get_if<SqlAction>(&change.apply[i]);
    const bool shell = std::holds_alternative<ShellAction>(change.apply[i]);
    const SqlFacts facts = sql ? inspect_sql(sql->sql) : SqlFacts();
    if (!shell && (!sql || !facts.writes || !kAlterRows.contains(facts.kind))) continue;
    problems.push_back(
        {change.file.string(), fmt::format("/apply/{}/{}", i, shell ? "shell" : "sql"),
         fmt::format(
             "{} is not restored, and the traffic writes as well, so rows that stay altered "
             "could not be told: weigh this in the sandbox, or let tare make databases "
             "there (ALTER ROLE ... CREATEDB)",
             public_text(working_database()))});
  }
  return problems;
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
  for (Problem& problem : rows_that_would_stay(change)) problems.push_back(std::move(problem));
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
