// One trial: an arm measured once from the fresh state, its evidence written into one folder.
// Level: experiment. Uses the workbench's servers; no state of its own.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "bench/model/change.h"
#include "bench/model/result.h"
#include "tools/compare/experiment_file.h"
#include "tools/experiment/event_log.h"
#include "tools/experiment/index_costs.h"
#include "tools/experiment/meeting.h"
#include "tools/experiment/workbench.h"

namespace tare {

// Of a trial whose load takes turns with that of the other arm's: when it asks, and where the two
// meet, before the load and after it.
struct InTurns {
  Arrivals arrivals;
  Nanoseconds length{};  // of a turn
  Meeting* meeting = nullptr;
};

enum class Arm { baseline, contender };

struct TrialOptions {
  Arm arm = Arm::baseline;
  const Change* change = nullptr;  // its cache keys are cleared in both arms; may be null
  std::filesystem::path folder;    // made here
  std::map<std::string, std::string> rows_at_start;  // of table_digests(); empty: not compared
  std::string stage;                           // how progress names it: "pair 2 of 6, contender"
  std::optional<Nanoseconds> remaining_after;  // of the whole command, once this trial is done
  std::optional<InTurns> turns;
  IndexCosts index_costs = IndexCosts::left_out;  // of a baseline: restores the data before
};

struct TrialOutcome {
  Result result;
  Rollback rollback;                        // contender only
  std::vector<std::string> schema_changes;  // contender only: what applying did to the schema
  int64_t keys_cleared = 0;
};

// The state that a trial starts from. A server that is started ends with the thread that started
// it: call it from one that outlives the experiment.
void make_fresh(Workbench& bench, const TrialOptions& options, EventLog& log);

// make_fresh (trials in turns: done before), apply (contender), clear cache keys, plans, warm-up
// and window, check of hits, costs of indexes (where wanted), roll back (contender), write. Throws
// FileProblems when the change fails (rolled back as far as it goes), ServerError, Interrupted;
// then the folder is not complete.
TrialOutcome run_trial(Workbench& bench, const TrialOptions& options, EventLog& log);

}  // namespace tare
