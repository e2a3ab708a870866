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

inline const std::string kCorpusScenario = R"~({
  "schema_version": 1,
  "name": "s",
  "operations": {"page": {"steps": [{"sql": "SELECT 1"}]}},
  "load": {"arrivals": {"poisson": {"rate_per_s": 400}}, "mix": {"page": 1}, "warmup_s": 1,
           "measure_s": 10},
  "margins": {"response_time_tm95": 0.5}
})~";

inline const std::string kCorpusChange = R"~({
  "schema_version": 1, "name": "nothing", "owner": "a team", "reason": "a test",
  "variable": "schema.index", "apply": [{"sql": "ANALYZE"}], "rollback": [],
  "rollback_note": "Nothing to undo."
})~";

// One finished experiment in `folder` whose trials took so many milliseconds, baseline and
// contender.
inline void record_experiment(const std::filesystem::path& folder, const std::string& started_at,
                              const std::vector<std::pair<double, double>>& pairs,
                              const std::string& change = "nothing") {
  Experiment experiment;
  experiment.scenario = "s";
  experiment.change = change;
  experiment.started_at = started_at;
  for (size_t i = 0; i < pairs.size(); ++i) {
    const std::string place = "trials/" + std::to_string(i + 1);
    experiment.pairs.push_back({i % 2 == 0 ? PairOrder::baseline_first : PairOrder::contender_first,
                                place + "-baseline", place + "-contender"});
    write_result(folder / (place + "-baseline"), trial(pairs[i].first).result, {});
    write_result(folder / (place + "-contender"), trial(pairs[i].second).result, {});
  }
  write_whole_file(folder / "scenario.json", kCorpusScenario);
  write_whole_file(folder / "change.json", kCorpusChange);
  write_experiment(folder, experiment);
}

}  // namespace tare
