#include "tools/experiment/plan_stage.h"

#include "bench/model/errors.h"
#include "bench/model/plan_map_file.h"
#include "tools/compare/plan_rows.h"
#include "tools/compare/stored_plan_maps.h"
#include "tools/experiment/capture_plan_map.h"
#include "tools/experiment/change_actions.h"
#include "tools/experiment/plan_executions.h"

namespace tare {
namespace {

PlanMap map_of(Workbench& bench, const char* state, const PlanMap* like) {
  MapRequest request{bench.scenario(), bench.traffic()};
  request.state = state;
  request.like = like;
  request.say = [&](const std::string& query) {
    bench.say(std::string(state) + ": plans of " + query);
  };
  return take_plan_map(bench.postgres(), request);
}

// Its settings are in force after a restart; where the data is restored before each trial, nothing
// is rolled back here.
PlanMap map_with_change(Workbench& bench, const Change& change, const PlanMap& baseline,
                        EventLog& log) {
  bench.say("contender: apply the change for its plans");
  bench.refresh(&change);
  ChangeActions actions(bench, change, log);
  PlanMap map;
  try {
    actions.apply();
    map = map_of(bench, "contender", &baseline);
  } catch (const RollbackFailed&) {
    throw;
  } catch (...) {
    actions.cut_short();
    throw;
  }
  const Rollback rollback = actions.roll_back({});
  if (bench.freshness() != Freshness::restarted && rollback.status != RollbackStatus::equal) {
    throw RollbackFailed(actions.what_is_left(rollback));
  }
  return map;
}

}  // namespace

std::optional<MapDifference> compare_plans_of(const AbArms& arms, const Change& change,
                                              const std::filesystem::path& folder,
                                              const Criteria& criteria, EventLog& log) {
  const bool injected = change.file.empty();  // a known slowdown, made by other statements
  if (injected || arms.baseline.traffic().sql_calls().empty()) return std::nullopt;
  if (auto stored = stored_map_difference(folder, criteria)) return stored;
  // Loaded twice, the samples of ANALYZE differ: the exchanged contender runs where the baseline
  // does.
  Workbench& contender = arms.exchanged != nullptr ? arms.exchanged->contender : arms.contender;
  if (arms.apart()) arms.baseline.refresh();  // the contender was prepared last
  PlanMap before = map_of(arms.baseline, "baseline", nullptr);
  const PlanMap after = map_with_change(contender, change, before, log);
  if (has_more_executed(after, before)) {  // which plans split is known only now
    arms.baseline.refresh();
    arms.baseline.say("baseline: work of plans that changed");
    execute_like(arms.baseline.postgres(), after, before);
  }
  write_plan_map(folder / kBaselineMap, before);
  write_plan_map(folder / kContenderMap, after);
  return map_difference(before, after, work_limit(criteria));
}

}  // namespace tare
