// What `tare ab` ends on and `tare show` prints of an experiment, in each format.
// Level: cli. Reads the trials of the experiment's folder where a format needs them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/cli/output_options.h"
#include "tools/compare/experiment_file.h"

namespace tare {

struct ShownExperiment {
  Experiment experiment;
  std::filesystem::path folder;
  std::vector<std::string> next;           // commands to try afterwards
  std::filesystem::path scenario, change;  // the person's files; empty: not known
};

// Throws what read_result does when a trial is missing or broken.
Render experiment_render(const ShownExperiment& shown);

}  // namespace tare
