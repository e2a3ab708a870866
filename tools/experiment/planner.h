// One statement as PostgreSQL's planner sees it: its plans for any parameters, under any settings.
// Level: experiment. One thread; borrows the connection, whose session it leaves as it was.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bench/drivers/postgres_control.h"
#include "bench/model/plan_map.h"

namespace tare {

// Settings of the session, for one plan: {"enable_seqscan", "off"}.
using PlannerSettings = std::vector<std::pair<std::string, std::string>>;

// Of one statement for a plan map.
inline constexpr std::chrono::milliseconds kLongestExecution{10'000};

class Planner {
 public:
  // Prepares `sql`. Each of its statements may run for `limit`. Throws SqlError when PostgreSQL
  // refuses it. The session must hold no other object of this class.
  Planner(PostgresControl& postgres, const std::string& sql, std::chrono::milliseconds limit);
  ~Planner();
  Planner(const Planner&) = delete;
  Planner& operator=(const Planner&) = delete;

  // How many parameters it takes.
  size_t parameters() const { return parameters_; }

  // EXPLAIN's JSON of the plan for just these parameters; nothing is executed. Throws SqlError.
  std::string plan(const Parameters& parameters, const PlannerSettings& settings = {});

  // Of the plan that does not know the parameters; they say which partitions it would read. With
  // `names`, columns are told with their tables and tables with their schemas; such a plan has
  // another fingerprint.
  enum class Names { plain, qualified };
  std::string generic_plan(const Parameters& parameters, Names names = Names::plain);

  // Executes it, with blocks, rows and WAL counted and times left out, in a transaction that is
  // rolled back. Throws SqlError.
  enum class Of { these_parameters, any_parameters };
  std::string measure(const Parameters& parameters, Of plan = Of::these_parameters);

  // Whether a session that has executed it with each of `first` goes over to the generic plan.
  bool switches_after(const std::vector<Parameters>& first);

 private:
  std::string in_mode(const char* mode, const std::function<std::string()>& ask);
  std::string execution(const Parameters& parameters) const;
  std::string explain(const std::string& options, const Parameters& parameters);
  void set(const PlannerSettings& settings);
  void reset(const PlannerSettings& settings);
  void leave() noexcept;

  PostgresControl& postgres_;
  std::string sql_;
  std::string mode_;     // plan_cache_mode, for one plan at a time
  bool decides_ = true;  // the session decides between custom and generic plans
  size_t parameters_ = 0;
};

}  // namespace tare
