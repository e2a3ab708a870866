#include "tools/experiment/change_actions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <strings.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "bench/drivers/postgres_connection.h"
#include "bench/model/problem.h"
#include "loaders/schema_text.h"
#include "loaders/stamp.h"
#include "loaders/subprocess.h"
#include "loaders/table_digest.h"
#include "tools/experiment/secrets.h"

namespace tare {
namespace {

constexpr std::chrono::minutes kShellLimit{10};

// What psql, redis-cli, migration tools and scripts look at. Nothing of ours in it may lead them to
// another server or database than tare's own connections.
std::map<std::string, std::optional<std::string>> shell_environment(
    const PostgresEndpoint& postgres, const RedisEndpoint& redis) {
  auto variables = connection_variables(postgres);
  variables["DATABASE_URL"] = public_text(postgres);
  variables["REDIS_SOCKET"] = redis.socket;
  variables["REDISCLI_AUTH"] = redis.password;
  variables["REDIS_URL"] = redis.socket.empty() ? public_text(redis) : "unix://" + redis.socket;
  for (const char* name : {"REDIS_SOCKET", "REDISCLI_AUTH"}) {
    if (variables[name]->empty()) variables[name].reset();
  }
  return variables;
}

// What the servers, or the way to them, refuse: told with the others.
void note_failure(std::vector<std::string>& failures, const std::function<void()>& work) {
  try {
    work();
  } catch (const SqlError& error) {
    failures.push_back(to_text(error));
  } catch (const std::runtime_error& error) {  // FileProblems, RedisError, ServerError
    failures.emplace_back(error.what());
  }
}

}  // namespace

void ChangeActions::apply() {
  bench_.note_under_way(change_);
  try {
    carry_out(change_.apply, "apply");
  } catch (const FileProblems& failed) {
    undo("the change failed", failed.what());
    throw;
  }
  bench_.connect_again();  // what holds for one session alone is no change
  try {
    bench_.check_statements();
  } catch (const FileProblems& broken) {
    undo("the change breaks the scenario", broken.what());
    throw FileProblems({{change_.file.string(), change_.apply.empty() ? "/scenario" : "/apply",
                         fmt::format("after it the scenario's statements do not run{}:\n{}",
                                     change_.scenario_patch ? "" : ", so the old code would fail",
                                     broken.what())}});
  }
}

void ChangeActions::undo(const std::string& why, const std::string& message) {
  if (bench_.freshness() != Freshness::in_place) {
    bench_.restore_data();
    log_.add("restored", {{"why", why}});
    return;
  }
  const Rollback rollback = roll_back({}, Applied::in_part);
  log_.add("rolled back", {{"why", why}, {"detail", rollback.detail}});
  if (rollback.status == RollbackStatus::equal) return;
  throw RollbackFailed(fmt::format("{}\n{}", message, what_is_left(rollback)));
}

std::string ChangeActions::what_is_left(const Rollback& rollback) const {
  std::string text = fmt::format(
      "the change is still on {}, in whole or in part, since its rollback {}: {}\nThe rollback's "
      "steps, to be carried out there by hand:",
      public_text(bench_.working_database()),
      rollback.status == RollbackStatus::failed ? "failed" : "did not restore the schema",
      rollback.detail);
  return text + bench_.undo_steps(change_);
}

Rollback ChangeActions::roll_back(const std::map<std::string, std::string>& rows_at_start,
                                  Applied applied) {
  std::optional<Workbench::Undoing> undoing;  // a rollback that a stop cuts short leaves the change
  const bool outlives = bench_.freshness() != Freshness::restarted;
  std::vector<std::string> failures;
  if (outlives) {
    undoing.emplace(bench_);
    note_failure(failures, [&] { put_settings_back(); });  // first: they may hinder what follows
    note_failure(failures, [&] { bench_.connect_for_undoing(); });
  }
  std::vector<std::string> steps;
  if (failures.empty()) steps = roll_back_steps(applied);
  if (!outlives) note_failure(failures, [&] { put_settings_back(); });
  // A step that undoes what was never done fails, and that is no harm.
  if (applied == Applied::wholly) failures.insert(failures.end(), steps.begin(), steps.end());
  if (!failures.empty()) {
    return {RollbackStatus::failed, fmt::format("{}", fmt::join(failures, "\n"))};
  }
  std::vector<std::string> difference;
  note_failure(failures, [&] { difference = what_differs(rows_at_start); });
  difference.insert(difference.end(), failures.begin(), failures.end());
  if (!difference.empty()) {
    difference.insert(difference.end(), steps.begin(), steps.end());
    return {RollbackStatus::different, fmt::format("{}", fmt::join(difference, "\n"))};
  }
  if (bench_.freshness() == Freshness::in_place) clear_under_way(bench_.postgres());
  return {RollbackStatus::equal, ""};
}

// What failed of it. A change that was applied in part is undone as far as every step goes.
std::vector<std::string> ChangeActions::roll_back_steps(Applied applied) {
  std::vector<std::string> failures;
  for (size_t i = 0; i < change_.rollback.size(); ++i) {
    note_failure(failures, [&] {
      carry_out(change_.rollback[i], fmt::format("/rollback/{}", i),
                fmt::format("{} of {} steps had been carried out", i, change_.rollback.size()));
    });
    if (!failures.empty() && applied == Applied::wholly) break;
  }
  return failures;
}

// From the start. Where the working copy is thrown away, its settings go with it.
std::vector<std::string> ChangeActions::what_differs(
    const std::map<std::string, std::string>& rows_at_start) {
  std::vector<std::string> difference =
      bench_.freshness() == Freshness::in_place
          ? schema_difference(bench_.schema_at_start(), schema_fingerprint(bench_.postgres()))
          : schema_changes();
  for (std::string& rows : different_rows(rows_at_start)) difference.push_back(std::move(rows));
  return difference;
}

void ChangeActions::cut_short() {
  if (bench_.freshness() == Freshness::restarted) return;
  const Rollback rollback = roll_back({}, Applied::in_part);
  log_.add("rolled back", {{"why", "cut short"}, {"detail", rollback.detail}});
  if (rollback.status != RollbackStatus::equal && bench_.freshness() == Freshness::in_place) {
    throw RollbackFailed(what_is_left(rollback));
  }
}

std::vector<std::string> ChangeActions::schema_changes() const {
  std::vector<std::string> changes =
      schema_difference(bench_.schema_at_start(), schema_fingerprint(bench_.postgres()));
  // On a target the change's settings are made for the database, and so look like a part of it.
  for (const auto& [name, value] : settings_made<PostgresSettingsAction>(change_)) {
    const std::string setting = fmt::format("setting this database every role {}=", name);
    std::erase_if(changes, [&setting](const std::string& line) {  // after "+ " or "- "
      return line.size() > 2 && strncasecmp(&line[2], setting.c_str(), setting.size()) == 0;
    });
  }
  return changes;
}

// The tables whose rows are not those of the start, where only the change can have altered them.
std::vector<std::string> ChangeActions::different_rows(
    const std::map<std::string, std::string>& at_start) {
  std::vector<std::string> difference;
  if (at_start.empty()) return difference;
  const auto after = table_digests(bench_.postgres());
  for (const auto& [table, digest] : at_start) {
    const auto found = after.find(table);
    if (found == after.end() || found->second == digest) continue;  // a missing table is told above
    const auto count = [](const std::string& text) { return text.substr(0, text.find(',')); };
    difference.push_back(fmt::format(
        "rows of {}: {} at the start, {} after the rollback{}", table, count(digest),
        count(found->second), count(digest) == count(found->second) ? ", with other values" : ""));
  }
  return difference;
}

void ChangeActions::carry_out(const std::vector<Action>& actions, const std::string& list) {
  for (size_t i = 0; i < actions.size(); ++i) {
    carry_out(actions[i], fmt::format("/{}/{}", list, i),
              fmt::format("{} of {} steps had been carried out", i, actions.size()));
  }
}

void ChangeActions::carry_out(const Action& action, const std::string& pointer,
                              const std::string& progress) {
  const auto fail = [&](const char* field, const std::string& message) {
    throw FileProblems({{change_.file.string(), fmt::format("{}/{}", pointer, field),
                         fmt::format("{}; {}. Correct it and run again{}", message, progress,
                                     bench_.freshness() == Freshness::in_place
                                         ? ""
                                         : ": every trial starts from a fresh copy of the data")}});
  };
  const char* field = "";
  try {
    if (const auto* sql = std::get_if<SqlAction>(&action)) {
      field = "sql";
      log_.add(pointer, {{field, sql->sql}});
      bench_.postgres().execute(sql->sql);
    } else if (const auto* redis = std::get_if<RedisAction>(&action)) {
      field = "redis";
      log_.add(pointer, {{field, fmt::format("{}", fmt::join(redis->arguments, " "))}});
      bench_.redis().command(redis->arguments);
    } else if (const auto* settings = std::get_if<RedisSettingsAction>(&action)) {
      field = "redis_settings";
      log_.add(pointer, {settings->values.begin(), settings->values.end()});
      set_redis(settings->values);
    } else if (const auto* shell = std::get_if<ShellAction>(&action)) {
      field = "shell";
      log_.add(pointer, {{field, shell->command}});
      run_shell(shell->command);
    }
  } catch (const SqlError& error) {
    fail(field, to_text(error));
  } catch (const RedisError& error) {
    fail(field, error.message());
  } catch (const UsageError& error) {
    fail(field, error.what());
  }
}

void ChangeActions::set_redis(const std::map<std::string, std::string>& values) {
  for (const auto& [name, value] : values) {
    const auto now = bench_.redis().config({name});
    if (!now.contains(name)) {
      throw UsageError(fmt::format("Redis has no setting \"{}\"", name));
    }
    bench_.redis().command({"CONFIG", "SET", name, value});
    redis_before_.emplace(name, now.at(name));
  }
}

// In the change file's folder, as a person would run it; what it prints goes into the log, without
// the passwords it has been given.
void ChangeActions::run_shell(const std::string& command) {
  ProcessOptions options;
  options.arguments = {"/bin/sh", "-c", command};
  options.environment = shell_environment(bench_.working_database(), bench_.redis_endpoint());
  options.working_folder = std::filesystem::absolute(change_.file).parent_path();
  options.session = ProcessSession::own;
  Secrets secrets;
  for (const char* name : {"PGPASSWORD", "REDISCLI_AUTH"}) {
    secrets.add(options.environment[name].value_or(""));
  }
  try {
    const std::string output = run_program(options, kShellLimit, bench_.stop());
    constexpr size_t kKept = 4096;
    log_.add("shell", {{"output", secrets.hidden_in(output).substr(0, kKept)}});
  } catch (const ServerError& error) {
    throw UsageError(secrets.hidden_in(error.what()));
  }
}

void ChangeActions::put_settings_back() {
  for (const auto& [name, value] : redis_before_) {
    bench_.redis().command({"CONFIG", "SET", name, value});
    log_.add("setting put back", {{name, value}});
  }
  redis_before_.clear();
  if (!bench_.put_settings_back()) return;
  if (bench_.freshness() == Freshness::restarted) {
    bench_.postgres().query("SELECT pg_reload_conf()");
  }
  log_.add("settings put back", {{"server", "PostgreSQL"}});
}

}  // namespace tare
