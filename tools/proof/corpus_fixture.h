// A corpus made of plain figures, for the tests of what reads one.
// Level: proof, tests only. Writes below a temporary folder.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "bench/model/result_file.h"
#include "tools/compare/comparison_fixture.h"
#include "tools/compare/experiment_file.h"

namespace tare {

// One finished experiment in `folder` whose trials took so many milliseconds, baseline and
// contender.
inline void record_experiment(const std::filesystem::path& folder, const std::string& started_at,
                              const std::vector<std::pair<double, double>>& pairs,
                              const std::string& change = "nothing") {
  Experiment experiment;
  experiment.scenario = "s";
  experiment.change = change;
  experiment.started_at = started_at;
  experiment.criteria.emplace().margins["response_time_tm95"] = 0.5;
  experiment.looks = {int(pairs.size())};
  const auto record = [&](const std::string& place, const std::string& arm, double ms) {
    Result result = trial(ms).result;
    result.change = change;
    result.arm = arm;
    write_result(folder / place, result, {});
  };
  for (size_t i = 0; i < pairs.size(); ++i) {
    const std::string place = "trials/" + std::to_string(i + 1);
    experiment.pairs.push_back({i % 2 == 0 ? PairOrder::baseline_first : PairOrder::contender_first,
                                place + "-baseline", place + "-contender"});
    record(place + "-baseline", "baseline", pairs[i].first);
    record(place + "-contender", "contender", pairs[i].second);
  }
  write_experiment(folder, experiment);
}

}  // namespace tare
