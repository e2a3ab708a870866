#include "tools/experiment/planner.h"

#include <fmt/format.h>

#include "tools/plans/plan_tree.h"

namespace tare {
namespace {

constexpr const char* kCustom = "force_custom_plan";
constexpr const char* kGeneric = "force_generic_plan";
constexpr int kHasGenericCounter = 140000;  // pg_prepared_statements.generic_plans

// On the way out of an error; a lost connection has lost its settings, too.
void put_back(const std::function<void()>& act) {
  try {
    act();
  } catch (const std::exception&) {
    // Whoever uses it next is told.
  }
}

}  // namespace

Planner::Planner(PostgresControl& postgres, const std::string& sql, std::chrono::milliseconds limit)
    : postgres_(postgres), sql_(sql) {
  try {
    postgres_.execute(fmt::format("SET statement_timeout = {}", limit.count()));
    const std::string shown = postgres_.value("SHOW plan_cache_mode");
    decides_ = shown == "auto";
    mode_ = shown == kGeneric ? kGeneric : kCustom;
    postgres_.execute("SET plan_cache_mode = " + mode_);
    postgres_.execute("PREPARE tare_map AS " + sql);
    parameters_ =
        std::stoul(postgres_.value("SELECT coalesce(cardinality(parameter_types), 0) "
                                   "FROM pg_prepared_statements WHERE name = 'tare_map'"));
  } catch (const SqlError&) {
    leave();
    throw;
  }
}

Planner::~Planner() {
  leave();
}

void Planner::leave() noexcept {
  for (const char* sql :
       {"ROLLBACK", "DEALLOCATE tare_map", "RESET statement_timeout", "RESET plan_cache_mode"}) {
    try {
      postgres_.execute(sql);
    } catch (const std::exception&) {
      // Nothing was prepared, or the connection is lost: whoever uses it next is told.
    }
  }
}

std::string Planner::execution(const Parameters& parameters) const {
  std::string text = "EXECUTE tare_map";
  for (size_t i = 0; i < parameters.size(); ++i) {
    text += i == 0 ? "(" : ", ";
    text += parameters[i] ? postgres_.quote_text(*parameters[i]) : "NULL";
  }
  return text + (parameters.empty() ? "" : ")");
}

std::string Planner::explain(const std::string& options, const Parameters& parameters) {
  return postgres_.value("EXPLAIN (" + options + "SETTINGS, FORMAT JSON) " + execution(parameters));
}

void Planner::set(const PlannerSettings& settings) {
  for (const auto& [name, value] : settings) {
    postgres_.execute(fmt::format("SET {} = {}", postgres_.quote_name(name), value));
  }
}

void Planner::reset(const PlannerSettings& settings) {
  for (const auto& [name, value] : settings) {
    postgres_.execute("RESET " + postgres_.quote_name(name));
  }
}

std::string Planner::plan(const Parameters& parameters, const PlannerSettings& settings) {
  set(settings);
  try {
    std::string json = explain("", parameters);
    reset(settings);
    return json;
  } catch (const std::exception&) {
    put_back([&] { reset(settings); });
    throw;
  }
}

std::string Planner::in_mode(const char* mode, const std::function<std::string()>& ask) {
  postgres_.execute(fmt::format("SET plan_cache_mode = {}", mode));
  try {
    std::string answer = ask();
    postgres_.execute("SET plan_cache_mode = " + mode_);
    return answer;
  } catch (const std::exception&) {
    put_back([&] { postgres_.execute("SET plan_cache_mode = " + mode_); });
    throw;
  }
}

std::string Planner::generic_plan(const Parameters& parameters, Names names) {
  return in_mode(kGeneric,
                 [&] { return explain(names == Names::qualified ? "VERBOSE, " : "", parameters); });
}

std::string Planner::measure(const Parameters& parameters, Of plan) {
  const auto execute = [&] {
    postgres_.execute("BEGIN");
    try {
      std::string json = explain("ANALYZE, BUFFERS, WAL, TIMING OFF, ", parameters);
      postgres_.execute("ROLLBACK");
      return json;
    } catch (const std::exception&) {
      put_back([&] { postgres_.execute("ROLLBACK"); });
      throw;
    }
  };
  return plan == Of::any_parameters ? in_mode(kGeneric, execute) : execute();
}

bool Planner::switches_after(const std::vector<Parameters>& first) {
  if (parameters_ == 0 || first.empty()) return false;
  if (!decides_) return mode_ == kGeneric;
  postgres_.execute("DEALLOCATE tare_map");
  postgres_.execute("PREPARE tare_map AS " + sql_);
  const std::string last = in_mode("auto", [&] {
    for (const Parameters& parameters : first) explain("", parameters);
    return explain("", first.back());
  });
  return postgres_.version() >= kHasGenericCounter
             ? postgres_.value(
                   "SELECT generic_plans > 0 FROM pg_prepared_statements "
                   "WHERE name = 'tare_map'") == "t"
             : read_plan_tree(last).generic;
}

}  // namespace tare
