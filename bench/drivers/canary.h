// What is special about two of the readers' connections: the canary is told the plans that really
// ran, and the control connection, the same without that, shows what it costs.
// Level: drivers. Belongs to one session, on its thread. All its memory is made with it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/drivers/plan_notices.h"
#include "bench/engine/session_report.h"
#include "bench/model/histogram.h"

struct pg_conn;
struct pg_result;

namespace tare {

struct CanaryOptions {
  SessionRole role = SessionRole::plain;
  double sample_rate = 0;  // of the statements on the canary, those whose plan is told
};

class Canary {
 public:
  // Of a load with so many statements.
  Canary(const CanaryOptions& options, size_t statements);

  // On a new connection, before its first call: what the server is to be told, one statement after
  // the other, and its answers. A server that refuses makes it a connection like any other.
  void begin(pg_conn& connection);
  const char* next_statement() const;  // null: that is all
  void take(const pg_result* answer);

  void answered(const Call& call);  // its times are stamped; on the measured path
  void end();                       // what comes from now on is not kept
  void tell(SessionReport& report) const;

 private:
  enum class Step { ask_process, load, set, done };

  void turn_off(std::string why);

  CanaryOptions options_;
  std::string settings_;  // the statement that makes them
  Step step_ = Step::done;
  int process_ = 0;
  std::string load_error_, off_;
  std::vector<Histogram> service_;
  std::optional<PlanNotices> notices_;  // of the canary
};

}  // namespace tare
