#include "tools/experiment/forecast_words.h"

#include <fmt/format.h>

#include "tools/compare/comparison.h"

namespace tare {
namespace {

constexpr size_t kLongestSql = 160;  // characters shown

// One line, cut where it gets long.
std::string short_sql(const std::string& sql) {
  std::string line;
  for (char c : sql) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!space) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  if (line.size() <= kLongestSql) return line;
  size_t end = kLongestSql;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;  // whole UTF-8
  return line.substr(0, end) + " ...";
}

std::string rows_in_words(const Expect& expect) {
  const auto& low = expect.minimum_rows;
  const auto& high = expect.maximum_rows;
  if (low && high && *low == *high) return fmt::format("{} {}", *low, *low == 1 ? "row" : "rows");
  if (low && high) return fmt::format("{} to {} rows", *low, *high);
  if (low) return fmt::format("at least {} rows", *low);
  if (high) return fmt::format("at most {} rows", *high);
  return "";
}

std::string type_in_words(ReplyType type) {
  switch (type) {
    case ReplyType::nil:
      return "nothing (nil)";
    case ReplyType::string:
      return "a string";
    case ReplyType::status:
      return "a status";
    case ReplyType::integer:
      return "an integer";
    case ReplyType::array:
      return "an array";
    default:
      return "any reply";
  }
}

std::string expect_in_words(const Expect& expect) {
  std::string wanted = expect.type ? type_in_words(*expect.type) : "";
  const std::string rows = rows_in_words(expect);
  if (!rows.empty()) wanted += (wanted.empty() ? "" : " of ") + rows;
  return wanted.empty() ? "" : "; expects " + wanted;
}

std::string sql_in_words(const SqlStep& step, const Operation& operation) {
  std::string text = short_sql(step.sql);
  for (size_t i = 0; i < step.parameters.size(); ++i) {
    text += fmt::format("{}${} = {}", i == 0 ? "; " : ", ", i + 1,
                        operation.draws.at(step.parameters[i]).name);
  }
  return text + expect_in_words(step.expect);
}

std::string redis_in_words(const RedisStep& step) {
  std::string text;
  for (const Template& argument : step.arguments) {
    text += (text.empty() ? "" : " ") + argument.text;
  }
  return text + expect_in_words(step.expect);
}

std::string percent(double share) {
  return fmt::format("{:.3g} %", 100 * share);
}

std::string skew_in_words(const Skew& skew) {
  if (const auto* zipf = std::get_if<ZipfSkew>(&skew)) {
    return fmt::format("small ones more often (Zipf {})", zipf->exponent);
  }
  if (const auto* weight = std::get_if<WeightSkew>(&skew)) {
    return fmt::format("as often as {} says", weight->column);
  }
  if (const auto* latest = std::get_if<LatestSkew>(&skew)) {
    return fmt::format("large ones more often (Zipf {})", latest->exponent);
  }
  if (const auto* hotspot = std::get_if<HotspotSkew>(&skew)) {
    return fmt::format("the smallest {} of them for {} of the requests", percent(hotspot->values),
                       percent(hotspot->requests));
  }
  if (std::holds_alternative<FrequencySkew>(skew)) return "as often as it stands there";
  return "every one alike";
}

}  // namespace

std::string draw_in_words(const Draw& draw) {
  if (const auto* share = std::get_if<ShareDraw>(&draw.source)) {
    return fmt::format("{}: 1 for {} of the requests, else 0", draw.name, percent(share->share));
  }
  if (const auto* integer = std::get_if<IntegerDraw>(&draw.source)) {
    return fmt::format("{}: a number from {} to {}, {}", draw.name, integer->minimum,
                       integer->maximum, skew_in_words(integer->skew));
  }
  if (const auto* job = std::get_if<JobDraw>(&draw.source)) {
    const bool batch = job->count == JobDraw::Count::batch;
    return fmt::format("{}: the number of the job's {}", draw.name,
                       batch ? "batch in its run" : "run");
  }
  const auto& column = std::get<ColumnDraw>(draw.source);
  return fmt::format("{}: a value of {}.{}, {}", draw.name, column.table, column.column,
                     skew_in_words(column.skew));
}

std::string arrivals_in_words(const Arrivals& arrivals) {
  const std::string rate = fmt::format("{:g} requests a second", arrivals.rate_per_s);
  const std::string shape = arrivals.shape.empty() ? "" : ", changing over the window";
  switch (arrivals.kind) {
    case ArrivalKind::constant:
      return rate + " (constant" + shape + ")";
    case ArrivalKind::poisson:
      return rate + " (poisson" + shape + ")";
    case ArrivalKind::gamma:
      return fmt::format("{} (gamma, cv {:g}{})", rate, arrivals.cv, shape);
    case ArrivalKind::timestamps:
      return rate + " (timestamps)";
    case ArrivalKind::closed:
      break;
  }
  const ClosedLoop& closed = arrivals.closed;
  std::string think = "no think time";
  if (closed.think_time > Nanoseconds(0)) {
    think = fmt::format("{:g} ms think time{}",
                        std::chrono::duration<double, std::milli>(closed.think_time).count(),
                        closed.think == ClosedLoop::ThinkTime::exponential ? " (exponential)" : "");
  }
  return fmt::format("a closed loop of {} client{}, {}{}", closed.clients,
                     closed.clients == 1 ? "" : "s", think,
                     closed.pipeline == 1 ? "" : fmt::format(", {} at once", closed.pipeline));
}

std::string job_in_words(const Job& job, const Scenario& scenario) {
  const auto seconds = [](Nanoseconds time) { return std::chrono::duration<double>(time).count(); };
  std::string text = fmt::format("{}: every {:g} s {}", job.name, seconds(job.every),
                                 scenario.operations.at(job.operation).name);
  if (job.until == Job::Until::empty) {
    text += fmt::format(", again until there is nothing to do, at most {} times", job.batches);
  } else if (job.batches > 1) {
    text += fmt::format(", {} batches", job.batches);
  }
  if (job.first > Nanoseconds(0)) text += fmt::format(", first after {:g} s", seconds(job.first));
  if (job.retries > 0)
    text += fmt::format("; a batch that fails is tried {} more times", job.retries);
  return text;
}

std::vector<std::string> step_in_words(const Step& step, const Operation& operation,
                                       const Scenario& scenario) {
  if (const auto* sql = std::get_if<SqlStep>(&step)) {
    return {fmt::format("{}: {}{}", sql->name, sql_in_words(*sql, operation),
                        sql->writes ? " (writes)" : "")};
  }
  if (const auto* redis = std::get_if<RedisStep>(&step)) {
    return {fmt::format("{}: {}{}", redis->name, redis_in_words(*redis),
                        redis->writes ? " (writes)" : "")};
  }
  const auto& cached = std::get<CachedStep>(step);
  const CacheRule& rule = scenario.cache_rules.at(cached.rule);
  std::vector<std::string> lines = {
      fmt::format("{}: GET {} (cache rule \"{}\")", cached.name, cached.key.text, rule.name),
      "  hit: that is the answer",
      fmt::format("  miss: {}; the rows are stored for {} s",
                  sql_in_words(cached.on_miss, operation), rule.ttl_s)};
  if (cached.bypass) {
    const Draw& draw = operation.draws.at(*cached.bypass);
    lines.push_back(
        fmt::format("  bypass: {} ({} of the requests): the SQL alone, the cache is "
                    "neither read nor written: {}",
                    draw.name, percent(std::get<ShareDraw>(draw.source).share), rule.bypass_why));
  }
  return lines;
}

std::string action_in_words(const Action& action) {
  const auto settings = [](const char* server, const std::map<std::string, std::string>& values) {
    std::string text = fmt::format("{} settings:", server);
    for (const auto& [name, value] : values) text += fmt::format(" {} = {}", name, value);
    return text;
  };
  if (const auto* sql = std::get_if<SqlAction>(&action)) return "SQL: " + short_sql(sql->sql);
  if (const auto* shell = std::get_if<ShellAction>(&action)) {
    return "shell (needs --allow-shell): " + shell->command;
  }
  if (const auto* postgres = std::get_if<PostgresSettingsAction>(&action)) {
    return settings("PostgreSQL", postgres->values);
  }
  if (const auto* redis = std::get_if<RedisSettingsAction>(&action)) {
    return settings("Redis", redis->values);
  }
  std::string text = "Redis:";
  for (const std::string& argument : std::get<RedisAction>(action).arguments) {
    text += " " + argument;
  }
  return text;
}

std::string expectation_in_words(const Expectation& expectation) {
  return fmt::format("{} of {} {}", expectation.metric, expectation.operation,
                     expectation_words(expectation.metric, expectation.limit, expectation.bound));
}

}  // namespace tare
