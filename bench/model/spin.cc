#include "bench/model/spin.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "bench/model/errors.h"
#include "bench/model/sql_text.h"

namespace tare {
namespace {

// The statement of the step, if it only reads and can stand in FROM: SHOW and EXPLAIN cannot.
SqlStep* reading_statement(Step& step) {
  auto* cached = std::get_if<CachedStep>(&step);
  SqlStep* sql = cached ? &cached->on_miss : std::get_if<SqlStep>(&step);
  const bool takes_it = sql && !sql->writes && inspect_sql(with_spin(sql->sql, 1)).error.empty();
  return takes_it ? sql : nullptr;
}

// The first that only reads.
Step& step_to_spin(Scenario& scenario, const std::string& operation) {
  const auto found = std::find_if(scenario.operations.begin(), scenario.operations.end(),
                                  [&](const Operation& each) { return each.name == operation; });
  if (found == scenario.operations.end()) {
    std::vector<std::string> names;
    for (const Operation& each : scenario.operations) names.push_back(each.name);
    throw UsageError(fmt::format("the scenario has no operation {}; it has {}", operation,
                                 fmt::join(names, ", ")));
  }
  for (Step& step : found->steps) {
    if (reading_statement(step)) return step;
  }
  throw UsageError(fmt::format(
      "work can be injected into a query that only reads, and operation {} has none", operation));
}

}  // namespace

std::string spin_alone(int64_t turns) {
  // In the list of columns it makes row by row; in FROM it would fill memory, then a file. Of a
  // number from a subquery the planner expects the same, however large it is.
  return fmt::format("SELECT count(*) FROM (SELECT generate_series(1, (SELECT {}))) AS turn",
                     turns);
}

// The condition names no column of the statement, so it is asked once, before the first row. The
// line break ends a comment that the statement may end with.
std::string with_spin(const std::string& sql, int64_t turns) {
  const size_t end = sql.find_last_not_of("; \t\r\n");
  return fmt::format("SELECT spun.* FROM ({}\n) AS spun WHERE ({}) > 0", sql.substr(0, end + 1),
                     spin_alone(turns));
}

Scenario with_spin(Scenario scenario, const std::string& operation, int64_t turns) {
  SqlStep& sql = *reading_statement(step_to_spin(scenario, operation));
  sql.sql = with_spin(sql.sql, turns);
  return scenario;
}

Scenario with_probe(const Scenario& scenario, const std::string& operation,
                    const std::string& probe, int64_t turns) {
  Scenario both = with_spin(scenario, operation, 1);
  const auto found = std::find_if(both.operations.begin(), both.operations.end(),
                                  [&](const Operation& each) { return each.name == operation; });
  const auto index = size_t(found - both.operations.begin());
  both.operations.push_back(with_spin(scenario, operation, turns).operations[index]);
  both.operations.back().name = probe;
  const auto share = [index](std::vector<double>& mix) {
    mix[index] /= 2;
    mix.push_back(mix[index]);
  };
  share(both.load.mix);
  for (Phase& phase : both.load.phases) share(phase.mix);
  return both;
}

std::string spun_step(const Scenario& scenario, const std::string& operation) {
  Scenario copy = scenario;
  const Step& step = step_to_spin(copy, operation);
  const auto* cached = std::get_if<CachedStep>(&step);
  return cached ? cached->name + ".query" : std::get<SqlStep>(step).name;
}

}  // namespace tare
