// The parts of a scenario file, each read by its own function; scenario_reader.cc calls them in
// this order. Every one adds what is wrong to `problems` and goes on with what is left.
// Level: model. Only for the scenario reader.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "bench/model/json_value.h"
#include "bench/model/problem_list.h"
#include "bench/model/scenario.h"

namespace tare {

// `document` is always the whole file.
Dataset read_dataset(const JsonValue& document, ProblemList& problems);
std::vector<CacheRule> read_cache_rules(const JsonValue& document, ProblemList& problems);
std::vector<OtherKeys> read_other_keys(const JsonValue& document, ProblemList& problems);
std::vector<Operation> read_operations(const JsonValue& document, const Scenario& scenario,
                                       ProblemList& problems);
Load read_load(const JsonValue& document, const std::vector<Operation>& operations,
               const std::filesystem::path& file, ProblemList& problems);
std::vector<Limit> read_limits(const JsonValue& document, const Load& load,
                               const std::vector<Operation>& operations, ProblemList& problems);
std::map<std::string, double> read_margins(const JsonValue& document, ProblemList& problems);

// The examples and the bypass of each rule, which need to know the operations.
void check_cache_rules(const JsonValue& document, const Scenario& scenario, ProblemList& problems);

// Of "load", whose lengths have been read; a file of timestamps is looked for beside `file`.
Arrivals read_arrivals(const JsonValue& value, const Load& load, const std::filesystem::path& file,
                       ProblemList& problems);

// The weights of the "mix" in `parent`, which is "load" or one of its phases.
std::vector<double> read_mix(const JsonValue& parent, const JsonValue& document,
                             const std::vector<Operation>& operations, ProblemList& problems);
std::vector<Phase> read_phases(const JsonValue& document, const Load& load,
                               const std::vector<Operation>& operations, ProblemList& problems);
std::vector<Job> read_jobs(const JsonValue& document, const Load& load,
                           const std::vector<Operation>& operations, ProblemList& problems);

// Of one operation.
std::vector<Draw> read_draws(const JsonValue& operation, const JsonValue& document,
                             const Dataset& dataset, ProblemList& problems);
std::vector<Step> read_steps(const JsonValue& operation, const JsonValue& document,
                             const std::vector<Draw>& draws, const std::vector<CacheRule>& rules,
                             ProblemList& problems);

// "known" names for suggestions.
std::vector<std::string> names_of(const auto& things) {
  std::vector<std::string> names;
  for (const auto& thing : things) names.push_back(thing.name);
  return names;
}

}  // namespace tare
