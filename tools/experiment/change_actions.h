// Carries out what a change file says on a workbench's servers, and undoes it.
// Level: experiment. One object per trial; borrows the workbench, the change and the log.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/model/change.h"
#include "tools/compare/experiment_file.h"
#include "tools/experiment/event_log.h"
#include "tools/experiment/workbench.h"

namespace tare {

class ChangeActions {
 public:
  ChangeActions(Workbench& bench, const Change& change, EventLog& log)
      : bench_(bench), change_(change), log_(log) {}

  // SQL, Redis, Redis settings and shell steps in their order; PostgreSQL's settings are in force
  // since the workbench was refreshed with the change. Afterwards every statement of the scenario
  // must still run. When something fails the data is restored, or where it cannot be the change
  // rolled back, and FileProblems names the change file and the action ("/apply/1/sql"). Throws
  // RollbackFailed when that fails, too.
  void apply();

  // The rollback's actions, then the settings as they were; then the schema is compared with the
  // one from the start, and every row with `rows_at_start` (table_digests; empty: not compared).
  // Never throws for what the servers refuse: the answer says so.
  // A stop does not end it where the change would outlive the trial: on a target.
  enum class Applied { wholly, in_part };  // in part: steps that fail are passed over
  Rollback roll_back(const std::map<std::string, std::string>& rows_at_start,
                     Applied applied = Applied::wholly);

  // Undoes a change that something has cut short, where it would outlive the trial: on a target.
  // Throws RollbackFailed when it cannot be undone and nothing else undoes it.
  void cut_short();

  // Where the data is not restored (a target): what the rollback has left, and the steps that undo
  // it.
  std::string what_is_left(const Rollback& rollback) const;

  // What the change did to the schema: "+ index ...", "- column ...". After apply().
  std::vector<std::string> schema_changes() const;

 private:
  void undo(const std::string& why, const std::string& message);
  void carry_out(const std::vector<Action>& actions, const std::string& list);
  std::vector<std::string> roll_back_steps(Applied applied);
  std::vector<std::string> what_differs(const std::map<std::string, std::string>& rows_at_start);
  void carry_out(const Action& action, const std::string& pointer, const std::string& progress);
  void set_redis(const std::map<std::string, std::string>& values);
  void run_shell(const std::string& command);
  void put_settings_back();
  std::vector<std::string> different_rows(const std::map<std::string, std::string>& at_start);

  Workbench& bench_;
  const Change& change_;
  EventLog& log_;
  std::map<std::string, std::string> redis_before_;
};

}  // namespace tare
