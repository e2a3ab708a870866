// Reads a change file: JSON with comments, described by scenarios/change.schema.json.
// Level: model. Reads the file and nothing else; connects to nothing.
#pragma once

#include <filesystem>
#include <vector>

#include "bench/model/change.h"
#include "bench/model/problem.h"
#include "bench/model/scenario.h"

namespace tare {

// Throws FileProblems with every problem found, in the order of the file.
Change read_change(const std::filesystem::path& path);

// Whether the file is meant as a change: it parses and has "apply". Throws FileProblems when it
// cannot be read or parsed.
bool is_change_file(const std::filesystem::path& path);

// What only the scenario can tell: expectations of operations it has not, patterns in clear_cache
// that meet none of its keys. Pointers are into the change's file.
std::vector<Problem> check_change_against(const Change& change, const Scenario& scenario);

}  // namespace tare
