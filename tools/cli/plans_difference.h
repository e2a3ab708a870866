// tare plans diff: two plan maps, the two of an experiment, or two plans that EXPLAIN printed.
// Level: cli. Reads files; prints.
#pragma once

#include <string>
#include <vector>

#include "tools/cli/output_options.h"
#include "tools/plans/work.h"

namespace CLI {
class App;
}

namespace tare {

struct PlansDifference {
  std::string before, after;
  std::string share = "20%";  // of what the work was
  double blocks = WorkLimit().blocks;
  OutputOptions output;
};

CLI::App* add_plans_difference(CLI::App& command, PlansDifference& options);

// Returns the exit code: 1 where work grew past the limit, else 0. Throws UsageError and
// FileProblems for what cannot be read, with the reason.
int compare_plans(const PlansDifference& options);

// Text, Markdown and JSON are there for plans; throws UsageError for another.
void require_plain_formats(const std::vector<Output>& outputs);

}  // namespace tare
