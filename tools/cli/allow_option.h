// --allow: groups of the environment that may differ between the arms although the change does not
// declare them. Level: cli. Values filled by CLI11.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace tare {

// --allow GROUP[,GROUP], which may be given several times.
void add_allow_option(CLI::App& command, std::vector<std::string>& groups);

// Throws UsageError for what is no group, naming those there are.
std::set<std::string> parse_allowed(const std::vector<std::string>& groups);

}  // namespace tare
