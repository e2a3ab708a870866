#include "tools/cli/allow_option.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "bench/model/environment_groups.h"
#include "bench/model/errors.h"
#include "bench/model/near_miss.h"

namespace tare {

void add_allow_option(CLI::App& command, std::vector<std::string>& groups) {
  command
      .add_option("--allow", groups,
                  fmt::format("Groups of the environment that may differ between the arms although "
                              "the change does not declare them: {}",
                              fmt::join(kEnvironmentGroups, ", ")))
      ->type_name("GROUP[,GROUP]")
      ->delimiter(',')
      ->take_all()
      ->allow_extra_args(false);
}

std::set<std::string> parse_allowed(const std::vector<std::string>& groups) {
  const std::vector<std::string> known(kEnvironmentGroups.begin(), kEnvironmentGroups.end());
  for (const std::string& group : groups) {
    if (std::find(known.begin(), known.end(), group) != known.end()) continue;
    throw UsageError(fmt::format("--allow {}: there is no group \"{}\"{}; there are {}", group,
                                 group, suggestion(group, known), fmt::join(known, ", ")));
  }
  return {groups.begin(), groups.end()};
}

}  // namespace tare
