// EXPLAIN as the load's sessions would have it: PostgresControl::explain().
#include <fmt/format.h>

#include "bench/drivers/postgres_control.h"

namespace tare {
namespace {

using Explained = PostgresControl::Explained;
using ParameterSet = PostgresControl::ParameterSet;
using Planned = PostgresControl::Planned;

constexpr int kTimeoutMilliseconds = 60'000;
constexpr int kCountingVersion = 140000;  // pg_prepared_statements tells the kinds of plans
constexpr const char* kStatement = "tare_explain";
constexpr const char* kCustom = "tare_explain_custom";
constexpr const char* kExecuted = "ANALYZE, BUFFERS, TIMING OFF, SETTINGS, ";

// A transaction that leaves nothing behind.
class RolledBack {
 public:
  explicit RolledBack(PostgresControl& postgres) : postgres_(postgres) {
    postgres_.execute("BEGIN");
  }
  ~RolledBack() {
    try {
      postgres_.execute("ROLLBACK");
    } catch (const std::exception&) {
      // The connection is lost, and the transaction with it: whoever asks next is told.
    }
  }
  RolledBack(const RolledBack&) = delete;
  RolledBack& operator=(const RolledBack&) = delete;

 private:
  PostgresControl& postgres_;
};

// One statement, prepared twice: as the load's sessions have it, and one that is only ever planned
// for its parameters, so that asking for that plan does not count in the first.
class Explaining {
 public:
  Explaining(PostgresControl& postgres, const std::string& sql, Planned planned)
      : postgres_(postgres), sql_(sql), planned_(planned) {
    prepare(kStatement);
  }
  ~Explaining() {
    try {
      for (const std::string& name : prepared_) postgres_.execute("DEALLOCATE " + name);
    } catch (const std::exception&) {
      // The connection is lost: whoever asks next is told.
    }
  }
  Explaining(const Explaining&) = delete;
  Explaining& operator=(const Explaining&) = delete;

  std::string plan(const char* options, const ParameterSet& parameters) {
    const RolledBack transaction(postgres_);
    return explain(kStatement, options, planned_, parameters);
  }

  Explained explained(const ParameterSet& parameters) {
    Explained out;
    if (planned_ == Planned::each_time || parameters.empty() ||
        postgres_.version() < kCountingVersion) {
      out.json = plan(kExecuted, parameters);
      return out;
    }
    const int64_t before = generic_plans();
    out.json = plan(kExecuted, parameters);
    out.kind = generic_plans() > before ? PlanKind::generic : PlanKind::custom;
    if (out.kind == PlanKind::custom) return out;
    if (prepared_.size() == 1) prepare(kCustom);
    const RolledBack transaction(postgres_);
    out.custom_json = explain(kCustom, "SETTINGS, ", Planned::each_time, parameters);
    return out;
  }

 private:
  void prepare(const char* name) {
    postgres_.execute(fmt::format("PREPARE {} AS {}", name, sql_));
    prepared_.emplace_back(name);
  }

  std::string explain(const char* name, const char* options, Planned planned,
                      const ParameterSet& parameters) {
    postgres_.execute(fmt::format("SET LOCAL statement_timeout = {}", kTimeoutMilliseconds));
    if (planned == Planned::each_time) {
      postgres_.execute("SET LOCAL plan_cache_mode = force_custom_plan");
    }
    std::string text = fmt::format("EXPLAIN ({}FORMAT JSON) EXECUTE {}", options, name);
    for (size_t i = 0; i < parameters.size(); ++i) {
      text += (i == 0 ? "(" : ", ") + postgres_.quote_text(parameters[i]);
    }
    return postgres_.value(text + (parameters.empty() ? "" : ")"));
  }

  int64_t generic_plans() {
    return std::stoll(
        postgres_.value("SELECT generic_plans FROM pg_prepared_statements "
                        "WHERE name = $1",
                        {kStatement}));
  }

  PostgresControl& postgres_;
  const std::string& sql_;
  Planned planned_;
  std::vector<std::string> prepared_;
};

}  // namespace

std::vector<Explained> PostgresControl::explain(const std::string& sql,
                                                const std::vector<ParameterSet>& before,
                                                const std::vector<ParameterSet>& sets,
                                                Planned planned) {
  Explaining explaining(*this, sql, planned);
  if (planned == Planned::once) {
    for (const ParameterSet& parameters : before) explaining.plan("", parameters);
  }
  std::vector<Explained> explained;
  for (size_t i = 0; i < sets.size(); ++i) {
    try {
      if (i == 0) explaining.plan(kExecuted, sets[i]);
      explained.push_back(explaining.explained(sets[i]));
    } catch (const SqlError& error) {
      // What follows EXPLAIN in its own words is of no use to anybody.
      explained.push_back({"", to_text(SqlError(error.message(), error.state(), sql))});
    }
  }
  return explained;
}

}  // namespace tare
