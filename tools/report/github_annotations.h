// One experiment as annotations of GitHub Actions: commands on standard output that the runner
// shows beside the files they are about. Level: report. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "tools/compare/experiment_file.h"

namespace tare {

// The files that annotations point into, by their names in the repository; empty: unknown.
struct AnnotatedFiles {
  std::string scenario_name, scenario_text;
  std::string change_name, change_text;
};

// GitHub shows no more of one kind and step.
inline constexpr size_t kMostAnnotations = 10;

// The verdict first, then what decided it, the weightiest first; at most kMostAnnotations lines,
// the last of which says how many were left out.
std::string github_annotations(const Experiment& experiment, const AnnotatedFiles& files);

// "%" and line breaks as GitHub wants them behind "::"; in a property ":" and "," as well. Other
// control characters become "?".
std::string github_message(std::string_view text);
std::string github_property(std::string_view text);

}  // namespace tare
