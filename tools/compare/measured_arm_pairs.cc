// Two arms that were measured before become pairs.
#include <fmt/format.h>

#include <algorithm>

#include "bench/model/errors.h"
#include "tools/compare/measured_arm.h"
#include "tools/compare/trial_guards.h"

namespace tare {
namespace {

std::string started(const MeasuredTrial& trial) {
  return trial.sample.result.started_at;
}

std::string day_of(const MeasuredTrial& trial) {
  return started(trial).substr(0, 10);
}

void require_comparable(const MeasuredArm& baseline, const MeasuredArm& contender) {
  if (baseline.experiment.scenario != contender.experiment.scenario) {
    throw UsageError(
        fmt::format("{} is of scenario \"{}\" and {} of \"{}\": only results of one scenario can "
                    "be compared",
                    baseline.name, baseline.experiment.scenario, contender.name,
                    contender.experiment.scenario));
  }
  const auto same = [](const MeasuredTrial& a, const MeasuredTrial& b) {
    std::error_code ignored;
    return std::filesystem::equivalent(a.folder, b.folder, ignored);
  };
  if (same(baseline.trials.front(), contender.trials.front())) {
    throw UsageError(
        fmt::format("{} and {} are the same trials; name two arms (FOLDER:baseline, "
                    "FOLDER:contender), or one folder alone to recompute its verdict",
                    baseline.name, contender.name));
  }
}

// What either arm's change says it changes may differ; an expectation is about a change against
// what was before it.
Criteria criteria_of_both(const MeasuredArm& baseline, const MeasuredArm& contender) {
  Criteria out = contender.criteria ? *contender.criteria : baseline.criteria.value_or(Criteria());
  out.postgres_settings.clear();
  out.redis_settings.clear();
  out.versions.clear();
  out.other_requests = out.other_rows = out.other_protocol = false;
  for (const MeasuredArm* arm : {&baseline, &contender}) {
    if (!arm->has_change() || !arm->criteria) continue;
    const Criteria& declared = *arm->criteria;
    out.postgres_settings.insert(declared.postgres_settings.begin(),
                                 declared.postgres_settings.end());
    out.redis_settings.insert(declared.redis_settings.begin(), declared.redis_settings.end());
    out.versions.insert(declared.versions.begin(), declared.versions.end());
    out.other_requests |= declared.other_requests;
    out.other_rows |= declared.other_rows;
    out.other_protocol |= declared.other_protocol;
  }
  if (baseline.has_change() || !contender.has_change()) out.expect.clear();
  return out;
}

bool measured_together(const MeasuredArm& baseline, const MeasuredArm& contender) {
  std::error_code ignored;
  return std::filesystem::equivalent(baseline.folder, contender.folder, ignored);
}

// Of the trials at this place.
PairOrder order_of(const MeasuredArm& baseline, const MeasuredArm& contender, size_t place) {
  const MeasuredTrial &before = baseline.trials[place], &after = contender.trials[place];
  if (measured_together(baseline, contender) &&
      before.sample.result.environment.generator.contains("turn")) {
    return PairOrder::in_turns;
  }
  return started(after) < started(before) ? PairOrder::contender_first : PairOrder::baseline_first;
}

// An experiment's own arms were looked at as often as it was.
std::vector<int> looks_of(const MeasuredArm& baseline, const MeasuredArm& contender, size_t pairs) {
  const std::vector<int>& looks = contender.experiment.looks;
  if (measured_together(baseline, contender) && !looks.empty()) return looks;
  return {int(pairs)};
}

std::vector<std::string> design_of(const MeasuredArm& baseline, const MeasuredArm& contender) {
  if (measured_together(baseline, contender)) return contender.experiment.design;
  const bool other_day = day_of(baseline.trials.front()) != day_of(contender.trials.front()) ||
                         day_of(baseline.trials.back()) != day_of(contender.trials.back());
  return {"two arms measured apart; each trial is paired with that of the same number",
          fmt::format(
              "the pairs are not in random order: measured {} (baseline {}, contender {}), so what "
              "changed on the machine between them is part of the difference, and no interval "
              "shows it",
              other_day ? "on different days" : "one after the other", time_words(baseline),
              time_words(contender))};
}

std::string host_fact(const MeasuredArm& arm, const std::string& name) {
  const Settings& host = arm.trials.front().sample.result.environment.host;
  const auto found = host.find(name);
  return found == host.end() ? "not known" : found->second;
}

// What an experiment on one machine need not look at.
std::vector<std::string> found_invalid(const MeasuredArm& baseline, const MeasuredArm& contender) {
  std::vector<std::string> reasons;
  for (const char* name : {"cpu", "cores"}) {
    const std::string before = host_fact(baseline, name), after = host_fact(contender, name);
    if (before == after) continue;
    reasons.push_back(
        fmt::format("the arms were measured on different machines: {} is {} for the baseline and "
                    "{} for the contender; measure both on one",
                    name, before, after));
  }
  for (const MeasuredArm* arm : {&baseline, &contender}) {
    if (std::string tainted = too_many_tainted(arm->experiment.pairs); !tainted.empty()) {
      reasons.push_back(fmt::format("{}: {}", arm->folder.string(), tainted));
    }
    for (const std::string& reason : arm->experiment.found_invalid) {
      const std::string line = fmt::format("{}: {}", arm->folder.string(), reason);
      if (std::find(reasons.begin(), reasons.end(), line) == reasons.end()) reasons.push_back(line);
    }
  }
  return reasons;
}

std::vector<std::string> warnings_of(const MeasuredArm& baseline, const MeasuredArm& contender,
                                     size_t pairs) {
  std::vector<std::string> warnings;
  if (baseline.trials.size() != contender.trials.size()) {
    warnings.push_back(fmt::format(
        "{} of the {} trials of the baseline and the {} of the contender are compared: as "
        "many as both have, in their order",
        pairs, baseline.trials.size(), contender.trials.size()));
  }
  for (const MeasuredArm* arm : {&baseline, &contender}) {
    if (!arm->arm.empty()) continue;  // what taints an experiment's pairs leaves them out
    for (const std::string& reason : reasons_tainted(arm->trials.front().sample.result)) {
      warnings.push_back(fmt::format("{}: {}", arm->folder.string(), reason));
    }
  }
  if (pairs == 1) {
    warnings.push_back(
        "one trial against one has no interval, so no time can be judged: weigh a change with "
        "`tare ab SCENARIO --change CHANGE`, which measures pairs until a verdict");
  }
  if (!contender.criteria && !baseline.criteria) {
    warnings.push_back(
        "neither arm has its criteria stored with it: the margins are tare's own, and no limit is "
        "judged; --margin METRIC=SHARE sets one");
  } else if (!contender.criteria) {
    warnings.push_back(
        "the contender has no criteria stored with it: margins and limits are the baseline's");
  } else if (baseline.criteria && (baseline.criteria->margins != contender.criteria->margins ||
                                   baseline.criteria->limits != contender.criteria->limits)) {
    warnings.push_back(
        "the arms were held against different margins or limits: the contender's "
        "are taken");
  }
  for (const MeasuredArm* arm : {&baseline, &contender}) {
    if (!arm->arm.empty()) continue;  // an experiment's own report has them
    for (const std::string& warning : arm->trials.front().sample.result.warnings) {
      warnings.push_back(fmt::format("{}: {}", arm->folder.string(), warning));
    }
  }
  for (const char* name : {"kernel", "memory_bytes"}) {
    const std::string before = host_fact(baseline, name), after = host_fact(contender, name);
    if (before == after) continue;
    warnings.push_back(
        fmt::format("{} was {} for the baseline and {} for the contender", name, before, after));
  }
  if (!baseline.scenario_text.empty() && !contender.scenario_text.empty() &&
      baseline.scenario_text != contender.scenario_text) {
    warnings.push_back(
        "the arms ran different versions of the scenario file (scenario.json beside each): what "
        "differs in them is part of the difference");
  }
  return warnings;
}

}  // namespace

ComparedArms pair_up(const MeasuredArm& baseline, const MeasuredArm& contender,
                     const std::map<std::string, double>& margins) {
  require_comparable(baseline, contender);
  ComparedArms out;
  Experiment& experiment = out.experiment;
  const size_t pairs = std::min(baseline.trials.size(), contender.trials.size());
  for (size_t i = 0; i < pairs; ++i) {
    const MeasuredTrial& before = baseline.trials[i];
    const MeasuredTrial& after = contender.trials[i];
    const PairOrder order = order_of(baseline, contender, i);
    experiment.pairs.push_back({order, before.folder.string(), after.folder.string()});
    out.samples.push_back({before.sample, after.sample, order});
  }
  experiment.scenario = contender.experiment.scenario;
  if (contender.has_change()) {
    experiment.change = contender.experiment.change;
    experiment.owner = contender.experiment.owner;
    experiment.reason = contender.experiment.reason;
  }
  experiment.seed = contender.experiment.seed;
  experiment.started_at = started(contender.trials.front());
  experiment.looks = looks_of(baseline, contender, pairs);
  if (measured_together(baseline, contender)) experiment.repeats = contender.experiment.repeats;
  experiment.criteria = criteria_of_both(baseline, contender);
  for (const auto& [metric, margin] : margins) experiment.criteria->margins[metric] = margin;
  experiment.found_invalid = found_invalid(baseline, contender);
  experiment.rollback.detail = "two arms measured before are compared, nothing is applied";
  experiment.design = design_of(baseline, contender);
  experiment.warnings = warnings_of(baseline, contender, pairs);
  return out;
}

}  // namespace tare
