#include "tools/cli/check_command_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/experiment/forecast_words.h"

namespace tare {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kLater = "known after loading";

// 63,214
std::string count(double value) {
  std::string digits = fmt::format("{:.0f}", value);
  for (int at = int(digits.size()) - 3; at > 0; at -= 3) digits.insert(size_t(at), ",");
  return digits;
}

std::string megabytes(int64_t bytes) {
  return fmt::format("{} MiB", count(double(bytes) / (1 << 20)));
}

std::string duration(double seconds) {
  if (seconds < 90) return fmt::format("about {:.0f} s", seconds);
  if (seconds < 5400) return fmt::format("about {:.0f} min", seconds / 60);
  return fmt::format("about {:.1f} h", seconds / 3600);
}

double seconds(Nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

std::string dataset_text(const Forecast& forecast) {
  std::string text = "\ndata set\n";
  if (forecast.tables.empty()) return text + "  no tables\n";
  for (const TableForecast& table : forecast.tables) {
    text += fmt::format("  {:<18} {:>14} rows   {} columns, from {}\n", table.name,
                        table.rows ? count(double(*table.rows)) : "?", table.columns, table.source);
  }
  for (const TableForecast& table : forecast.tables) {
    if (!table.rows) text += fmt::format("  rows of {}: {}\n", table.name, kLater);
  }
  for (const std::string& sql : forecast.after_load) {
    text += "  after loading      " + action_in_words(SqlAction{sql}) + "\n";
  }
  return text;
}

// What is planned once needs no words.
std::string protocol_words(Protocol protocol) {
  switch (protocol) {
    case Protocol::extended:
      return " (extended: each statement planned anew)";
    case Protocol::simple:
      return " (simple: values as literals, each statement planned anew)";
    case Protocol::prepared:
      break;
  }
  return "";
}

std::string load_text(const Scenario& scenario, const Forecast& forecast) {
  const Load& load = scenario.load;
  std::string text = "\nload\n";
  text +=
      fmt::format("  {}, {:g} s warm-up, then {:g} s measured\n", arrivals_in_words(load.arrivals),
                  seconds(load.warmup), seconds(load.measure));
  text +=
      fmt::format("  {} connections to PostgreSQL{}, {} to Redis, {} {}, cache {} at the start\n",
                  load.postgres_connections, protocol_words(load.protocol), load.redis_connections,
                  load.workers, load.workers == 1 ? "worker" : "workers",
                  load.cache_start == CacheStart::warm ? "warm" : "cold");
  text += fmt::format("  a request is given up after {:g} s; at most {} under way\n",
                      seconds(load.timeout), count(double(load.max_queued)));
  text +=
      fmt::format("  {:<18} {:>7} {:>14} {:>14}\n", "operation", "share", "warm-up", "measured");
  const bool closed = load.arrivals.kind == ArrivalKind::closed;
  const auto requests = [closed](double expected) {
    return closed ? std::string("?") : count(expected);
  };
  for (const OperationForecast& operation : forecast.operations) {
    if (operation.of_job) continue;
    text +=
        fmt::format("  {:<18} {:>5.1f} % {:>14} {:>14}\n", operation.name, 100 * operation.share,
                    requests(operation.warmup_requests), requests(operation.measured_requests));
  }
  text += fmt::format("  {:<18} {:>7} {:>14} {:>14}\n", "all", "",
                      requests(forecast.warmup_requests), requests(forecast.measured_requests));
  if (closed) text += "  requests: as many as the servers answer\n";
  if (!forecast.jobs.empty()) text += "\njobs beside the readers\n";
  for (const std::string& job : forecast.jobs) text += "  " + job + "\n";
  return text;
}

std::string operations_text(const Forecast& forecast) {
  std::string text;
  for (const OperationForecast& operation : forecast.operations) {
    text += fmt::format("\n{}\n", operation.name);
    for (const std::string& draw : operation.draws) text += "  draws " + draw + "\n";
    for (const std::string& step : operation.steps) text += "  " + step + "\n";
  }
  return text;
}

std::string cost_text(const Forecast& forecast) {
  std::string text = "\nwhat it takes\n";
  text += fmt::format("  Redis keys at most        {}\n",
                      forecast.redis_keys_at_most ? count(*forecast.redis_keys_at_most) : kLater);
  text += fmt::format("  memory of the generator   about {}{}, {} more with a full queue\n",
                      megabytes(forecast.generator_bytes),
                      forecast.generator_bytes_complete ? "" : " and the drawn values",
                      megabytes(forecast.full_queue_bytes));
  text += fmt::format("  tare run                  {}\n", duration(forecast.run_s));
  return text +
         fmt::format("  tare ab, {} pairs          {}\n", kForecastPairs, duration(forecast.ab_s));
}

Json table_json(const TableForecast& table) {
  Json json = {{"name", table.name}, {"source", table.source}, {"columns", table.columns}};
  json["rows"] = table.rows ? Json(*table.rows) : Json();
  return json;
}

Json scenario_json(const Scenario& scenario, const Forecast& forecast) {
  const Load& load = scenario.load;
  Json json = {{"file", scenario.file.string()},
               {"name", scenario.name},
               {"parameters", scenario.parameters},
               {"tables", Json::array()},
               {"after_load", forecast.after_load}};
  for (const TableForecast& table : forecast.tables) json["tables"].push_back(table_json(table));
  json["load"] = {{"arrivals", arrivals_in_words(load.arrivals)},
                  {"rate_per_s", load.arrivals.rate_per_s},
                  {"warmup_s", seconds(load.warmup)},
                  {"measure_s", seconds(load.measure)},
                  {"workers", load.workers},
                  {"postgres_connections", load.postgres_connections},
                  {"redis_connections", load.redis_connections},
                  {"protocol", kProtocolNames[size_t(load.protocol)]},
                  {"warmup_requests", forecast.warmup_requests},
                  {"measured_requests", forecast.measured_requests}};
  json["operations"] = Json::array();
  for (const OperationForecast& operation : forecast.operations) {
    json["operations"].push_back({{"name", operation.name},
                                  {"share", operation.share},
                                  {"warmup_requests", operation.warmup_requests},
                                  {"measured_requests", operation.measured_requests},
                                  {"draws", operation.draws},
                                  {"steps", operation.steps}});
  }
  json["jobs"] = forecast.jobs;
  json["redis_keys_at_most"] =
      forecast.redis_keys_at_most ? Json(*forecast.redis_keys_at_most) : Json();
  json["generator_bytes"] = forecast.generator_bytes;
  json["generator_bytes_complete"] = forecast.generator_bytes_complete;
  json["full_queue_bytes"] = forecast.full_queue_bytes;
  json["run_s"] = forecast.run_s;
  json["ab_pairs"] = kForecastPairs;
  json["ab_s"] = forecast.ab_s;
  return json;
}

std::vector<std::string> in_words(const std::vector<Action>& actions) {
  std::vector<std::string> words;
  for (const Action& action : actions) words.push_back(action_in_words(action));
  return words;
}

std::vector<std::string> in_words(const std::vector<Expectation>& expectations) {
  std::vector<std::string> words;
  for (const Expectation& expectation : expectations) {
    words.push_back(expectation_in_words(expectation));
  }
  return words;
}

Json change_json(const Change& change) {
  return {{"file", change.file.string()},
          {"name", change.name},
          {"owner", change.owner},
          {"reason", change.reason},
          {"variable", change.variable},
          {"apply", in_words(change.apply)},
          {"clear_cache", change.clear_cache},
          {"expect", in_words(change.expect)},
          {"rollback", in_words(change.rollback)},
          {"rollback_note", change.rollback_note},
          {"assumptions", change.assumptions}};
}

std::string listed(const char* title, const std::vector<std::string>& lines) {
  if (lines.empty()) return fmt::format("  {:<14} nothing\n", title);
  std::string text;
  for (size_t i = 0; i < lines.size(); ++i) {
    text += fmt::format("  {:<14} {}\n", i == 0 ? title : "", lines[i]);
  }
  return text;
}

}  // namespace

std::string check_text(const Scenario& scenario, const Forecast& forecast,
                       const std::vector<std::string>& notes) {
  std::string text = fmt::format("scenario {}: {}\n", scenario.name, scenario.file.string());
  if (!scenario.description.empty()) text += scenario.description + "\n";
  for (const auto& [name, value] : scenario.parameters) {
    text += fmt::format("  {} = {}\n", name, value);
  }
  text += dataset_text(forecast) + load_text(scenario, forecast) + operations_text(forecast) +
          cost_text(forecast);
  for (const std::string& note : notes) text += "\nnote: " + note + "\n";
  return text;
}

std::string check_text(const Change& change) {
  std::string text = fmt::format("change {}: {}\n", change.name, change.file.string());
  text += listed("owner", {change.owner}) + listed("reason", {change.reason}) +
          listed("variable", {change.variable}) + listed("apply", in_words(change.apply)) +
          listed("clear cache", change.clear_cache) + listed("expected", in_words(change.expect)) +
          listed("roll back", in_words(change.rollback)) +
          listed("rollback note", {change.rollback_note});
  return change.assumptions.empty() ? text : text + listed("assumptions", change.assumptions);
}

std::string check_json(const Scenario* scenario, const Forecast* forecast, const Change* change,
                       const std::vector<std::string>& notes) {
  Json json;
  if (scenario && forecast) json["scenario"] = scenario_json(*scenario, *forecast);
  if (change) json["change"] = change_json(*change);
  json["notes"] = notes;
  return json.dump(2) + "\n";
}

}  // namespace tare
