// Reads a scenario file: JSON with comments, described by scenarios/scenario.schema.json.
// Level: model. Reads the file and nothing else; connects to nothing.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "bench/model/change.h"
#include "bench/model/scenario.h"

namespace tare {

// `overrides` are the --set of the command line: parameter -> value as text. Throws FileProblems
// with every problem found, in the order of the file; the scenario that comes back has none: every
// name refers to something, every SQL field holds one statement that PostgreSQL 15's grammar reads
// (or that a newer one may), every number is within its bounds.
Scenario read_scenario(const std::filesystem::path& path,
                       const std::map<std::string, std::string>& overrides = {});

// The same with the change's scenario patch on it: what the contender runs. What is wrong is told
// in the change's file.
Scenario read_patched_scenario(const std::filesystem::path& path,
                               const std::map<std::string, std::string>& overrides,
                               const Change& change);

}  // namespace tare
