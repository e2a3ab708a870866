// Experiments and runs in folders of their own, for the tests of what reads them.
// Level: compare, tests only. Each object owns its folder and removes it.
#pragma once

#include <fmt/format.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "bench/model/result_file.h"
#include "tools/compare/comparison_fixture.h"
#include "tools/compare/criteria_file.h"
#include "tools/compare/reanalysis.h"

namespace tare {

// A day of January 2031 at which an experiment or a run was measured.
struct Measured {
  int day = 1;
  int pairs = 2;
  std::string scenario = "s";
  std::string change = "index";
  Criteria criteria = {};
  double baseline_ms = 10, contender_ms = 10;
};

class ExperimentFolders {
 public:
  ExperimentFolders() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tare-arms-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~ExperimentFolders() { std::filesystem::remove_all(folder_); }
  ExperimentFolders(const ExperimentFolders&) = delete;
  ExperimentFolders& operator=(const ExperimentFolders&) = delete;

  std::filesystem::path path() const { return folder_; }

  // A finished one, with contenders first in odd pairs.
  std::filesystem::path experiment(const std::string& name, const Measured& measured = {}) const {
    Experiment out;
    out.scenario = measured.scenario;
    out.change = measured.change;
    out.seed = 3;
    out.looks = {measured.pairs};
    out.criteria = measured.criteria;
    out.design = {"pairs in random order"};
    std::vector<PairSample> samples;
    for (int i = 1; i <= measured.pairs; ++i) {
      const bool contender_first = i % 2 == 1;
      const std::string number = "trials/0" + std::to_string(i);
      out.pairs.push_back({contender_first ? PairOrder::contender_first : PairOrder::baseline_first,
                           number + "-baseline", number + "-contender"});
      PairSample pair;
      pair.order = out.pairs.back().order;
      pair.baseline = written(name + "/" + number + "-baseline", measured, "baseline",
                              measured.baseline_ms + 0.01 * i, 2 * i + (contender_first ? 1 : 0));
      pair.contender = written(name + "/" + number + "-contender", measured, "contender",
                               measured.contender_ms + 0.02 * i, 2 * i + (contender_first ? 0 : 1));
      samples.push_back(pair);
    }
    write_experiment(folder_ / name, judged(out, samples));
    return folder_ / name;
  }

  std::filesystem::path run(const std::string& name, const Measured& measured = {}) const {
    Measured alone = measured;
    alone.change = "";
    written(name, alone, "baseline", measured.baseline_ms, 1);
    write_criteria(folder_ / name, measured.criteria);
    return folder_ / name;
  }

  // Reads, changes and writes the result in a folder.
  template <typename Edit>
  void edit(const std::filesystem::path& folder, Edit edit) const {
    Result result = read_result(folder);
    edit(result);
    write_result(folder, result, {});
  }

 private:
  Sample written(const std::string& place, const Measured& measured, const std::string& arm,
                 double ms, int minute) const {
    Sample sample = trial(ms);
    Result& result = sample.result;
    result.scenario = measured.scenario;
    result.change = measured.change;
    result.arm = arm;
    result.started_at = fmt::format("2031-01-{:02}T10:{:02}:00Z", measured.day, minute);
    result.environment.generator["seed"] = "3";
    result.environment.host = {{"cpu", "fast"}, {"cores", "2"}};
    write_result(folder_ / place, result, {"", "{}", ""});
    return sample;
  }

  std::filesystem::path folder_;
};

}  // namespace tare
