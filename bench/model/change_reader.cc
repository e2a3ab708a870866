#include "bench/model/change_reader.h"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>

#include "bench/model/json_file.h"
#include "bench/model/metric.h"
#include "bench/model/near_miss.h"
#include "bench/model/parameters.h"
#include "bench/model/redis_command.h"
#include "bench/model/scenario_reader_parts.h"
#include "bench/model/schema_check.h"
#include "bench/model/sql_text_check.h"
#include "bench/model/template_text.h"
#include "embedded/change_schema.h"

namespace tare {
namespace {

// A boolean is "on" to PostgreSQL and "yes" to Redis.
std::map<std::string, std::string> read_settings(const JsonValue& settings, const char* yes,
                                                 const char* no) {
  std::map<std::string, std::string> values;
  for (size_t i = 0; i < settings.names.size(); ++i) {
    const JsonValue& value = settings.items[i];
    values.emplace(settings.names[i],
                   value.is(JsonKind::boolean) ? (value.boolean ? yes : no) : scalar_text(value));
  }
  return values;
}

// What tare says for each session of the load goes before what the server is set to.
void refuse_what_sessions_set(const PostgresSettingsAction& action, const JsonValue& settings,
                              ProblemList& problems) {
  for (const auto& [name, value] : action.values) {
    if (strcasecmp(name.c_str(), "statement_timeout") != 0 || !problems.sound(settings)) continue;
    problems.add(settings,
                 "every session of the load has the scenario's timeout_ms as its "
                 "statement_timeout, so the server's would not be in force");
  }
}

std::vector<Action> read_actions(const JsonValue& document, std::string_view name,
                                 ProblemList& problems) {
  std::vector<Action> actions;
  for (const JsonValue& value : object_in(document, name).items) {
    if (const JsonValue* sql = value.find("sql"); sql && sql->is(JsonKind::text)) {
      if (problems.sound(*sql)) check_sql(*sql, SqlPlace::change, problems);
      actions.push_back(SqlAction{sql->text});
    } else if (const JsonValue* redis = value.find("redis")) {
      const RedisAction action{texts_in(value, "redis")};
      const std::string reason = refused_in_change(action.arguments);
      if (!reason.empty() && problems.sound(*redis)) problems.add(redis->items.front(), reason);
      actions.push_back(action);
    } else if (const JsonValue* postgres = value.find("postgres_settings")) {
      PostgresSettingsAction action{read_settings(*postgres, "on", "off")};
      refuse_what_sessions_set(action, *postgres, problems);
      actions.push_back(std::move(action));
    } else if (const JsonValue* of_redis = value.find("redis_settings")) {
      actions.push_back(RedisSettingsAction{read_settings(*of_redis, "yes", "no")});
    } else if (const JsonValue* shell = value.find("shell")) {
      actions.push_back(ShellAction{shell->text});
    }
  }
  return actions;
}

// Paths count from the change file.
Binaries read_binaries(const JsonValue& binaries, const std::filesystem::path& file) {
  const auto path = [&](std::string_view name) {
    const std::string text = text_in(binaries, name);
    if (text.empty()) return std::filesystem::path();
    return (std::filesystem::absolute(file).parent_path() / text).lexically_normal();
  };
  return {path("postgres_bin"), path("redis_server")};
}

void refuse_settings_in_rollback(const JsonValue& document, ProblemList& problems) {
  for (const JsonValue& action : object_in(document, "rollback").items) {
    if (!action.find("postgres_settings") && !action.find("redis_settings")) continue;
    problems.add(action, "settings are put back as they were by tare itself; leave this out");
  }
}

std::vector<Expectation> read_expectations(const JsonValue& document, ProblemList& problems) {
  std::vector<Expectation> expectations;
  const std::vector<std::string> known(std::begin(kMetricNames), std::end(kMetricNames));
  for (const JsonValue& value : object_in(document, "expect").items) {
    const bool least = value.find("at_least") != nullptr;
    Expectation expectation{text_in(value, "operation"), text_in(value, "metric"),
                            number_in(value, least ? "at_least" : "at_most", 0),
                            least ? Bound::at_least : Bound::at_most};
    if (least == (value.find("at_most") != nullptr) && problems.sound(value)) {
      problems.add(value, "must have either \"at_most\" or \"at_least\"");
    }
    const JsonValue* metric = value.find("metric");
    if (metric && problems.sound(*metric) &&
        std::find(known.begin(), known.end(), expectation.metric) == known.end()) {
      problems.add(*metric, fmt::format("there is no metric \"{}\"{}", expectation.metric,
                                        suggestion(expectation.metric, known)));
    }
    expectations.push_back(std::move(expectation));
  }
  return expectations;
}

void check_patterns(const JsonValue& document, ProblemList& problems) {
  for (const JsonValue& pattern : object_in(document, "clear_cache").items) {
    if (problems.sound(pattern) && matches_everything(pattern.text)) {
      problems.add(pattern, fmt::format("\"{}\" matches keys of anyone; begin with what the keys "
                                        "begin with: \"site:post:*\"",
                                        pattern.text));
    }
  }
}

// Every text that may name a key: the rules' and all Redis arguments.
std::vector<std::string> key_texts(const Scenario& scenario) {
  std::vector<std::string> texts;
  for (const CacheRule& rule : scenario.cache_rules) texts.push_back(rule.key);
  for (const Operation& operation : scenario.operations) {
    for (const Step& step : operation.steps) {
      const auto* redis = std::get_if<RedisStep>(&step);
      for (size_t i = 1; redis && i < redis->arguments.size(); ++i) {
        texts.push_back(redis->arguments[i].text);
      }
    }
  }
  return texts;
}

// What servers spend is known of all requests together.
bool is_of_servers(const std::string& metric) {
  return metric.ends_with("_cpu_per_request") || metric.ends_with("_bytes_per_request");
}

// Why the metric can never be measured for this operation; empty when it can.
std::string unmeasurable(const std::string& metric, const Operation& operation) {
  bool cached = false, sql = false, redis = false;
  for (const Step& step : operation.steps) {
    cached |= std::holds_alternative<CachedStep>(step);
    sql |= !std::holds_alternative<RedisStep>(step);
    redis |= !std::holds_alternative<SqlStep>(step);
  }
  const bool of_cache =
      metric == "hit_ratio" || metric.ends_with("_hit") || metric.ends_with("_miss");
  if (of_cache && !cached) return "has no cached step";
  if (metric == "blocks_per_query" && !sql) return "has no SQL step";
  if (metric == "redis_calls_per_request" && !redis) return "makes no Redis call";
  if (metric == "throughput") return "is asked beside others; say \"(all)\", in a closed loop";
  if (is_of_servers(metric)) return "is asked beside others; say \"(all)\"";
  if (metric == "lateness_mean" || metric == "duration_mean") return "is no job";
  return "";
}

// "job import" for each job, and "(all)".
std::vector<std::string> others_to_expect_of(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const Job& job : scenario.load.jobs) names.push_back("job " + job.name);
  names.push_back("(all)");
  return names;
}

std::string unmeasurable_of_other(const std::string& metric, const std::string& name,
                                  const Scenario& scenario) {
  if (name == "(all)") {
    const bool closed = scenario.load.arrivals.kind == ArrivalKind::closed;
    if (is_of_servers(metric) || (closed && metric == "throughput")) return "";
    return std::string(closed ? "has a throughput" : "has no throughput, since the loop is open,") +
           " and postgres_cpu_per_request, redis_cpu_per_request, wal_bytes_per_request, "
           "redis_bytes_per_request";
  }
  if (metric == "failed_share" || metric == "lateness_mean" || metric == "duration_mean") return "";
  return "has a failed_share, lateness_mean and duration_mean";
}

}  // namespace

Change read_change(const std::filesystem::path& path) {
  Change change;
  change.file = path;
  change.text = read_text_file(path);
  ProblemList problems(path.string());
  const JsonValue document = parse_json(change.text, problems);
  if (document.find("operations") && !document.find("rollback_note")) {
    throw FileProblems({{path.string(), "", "is a scenario, not a change"}});
  }
  check_against_schema(document, embedded::change_schema, problems);

  change.name = text_in(document, "name");
  change.owner = text_in(document, "owner");
  change.reason = text_in(document, "reason");
  change.expect = read_expectations(document, problems);
  change.variable = text_in(document, "variable");
  change.apply = read_actions(document, "apply", problems);
  change.binaries = read_binaries(object_in(document, "binaries"), path);
  if (const JsonValue* patch = document.find("scenario")) change.scenario_patch = *patch;
  if (change.apply.empty() && !change.binaries.any() && !change.scenario_patch) {
    problems.add(document, "changes nothing; give it \"apply\", \"scenario\" or \"binaries\"");
  }
  change.clear_cache = texts_in(document, "clear_cache");
  check_patterns(document, problems);
  change.rollback = read_actions(document, "rollback", problems);
  refuse_settings_in_rollback(document, problems);
  change.rollback_note = text_in(document, "rollback_note");
  change.assumptions = texts_in(document, "assumptions");
  problems.throw_if_any();
  return change;
}

bool is_change_file(const std::filesystem::path& path) {
  ProblemList problems(path.string());
  const JsonValue document = parse_json(read_text_file(path), problems);
  return document.find("rollback_note") || document.find("apply");
}

std::vector<Problem> check_change_against(const Change& change, const Scenario& scenario) {
  std::vector<Problem> problems;
  std::vector<std::string> names = names_of(scenario.operations);
  const size_t operations = names.size();
  for (std::string& other : others_to_expect_of(scenario)) names.push_back(std::move(other));
  for (size_t i = 0; i < change.expect.size(); ++i) {
    const std::string& name = change.expect[i].operation;
    const auto found = size_t(std::find(names.begin(), names.end(), name) - names.begin());
    if (found == names.size()) {
      problems.push_back({change.file.string(), fmt::format("/expect/{}/operation", i),
                          fmt::format("scenario \"{}\" has no operation \"{}\"{}", scenario.name,
                                      name, suggestion(name, names))});
      continue;
    }
    const std::string& metric = change.expect[i].metric;
    const std::string why = found < operations ? unmeasurable(metric, scenario.operations[found])
                                               : unmeasurable_of_other(metric, name, scenario);
    if (why.empty()) continue;
    problems.push_back({change.file.string(), fmt::format("/expect/{}/metric", i),
                        fmt::format("\"{}\" {}, so there is no {} to expect", name, why, metric)});
  }
  const std::vector<std::string> keys = key_texts(scenario);
  for (size_t i = 0; i < change.clear_cache.size(); ++i) {
    const std::string& pattern = change.clear_cache[i];
    const bool meets = std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
      return pattern_may_meet(pattern, split_template(key).pieces);
    });
    if (meets) continue;
    problems.push_back({change.file.string(), fmt::format("/clear_cache/{}", i),
                        fmt::format("\"{}\" meets no key of scenario \"{}\"{}", pattern,
                                    scenario.name, suggestion(pattern, keys))});
  }
  return problems;
}

}  // namespace tare
