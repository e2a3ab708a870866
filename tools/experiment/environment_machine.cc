#include "tools/experiment/environment_machine.h"

#include <fstream>
#include <sstream>
#include <string>

namespace tare {
namespace {

struct Fact {
  const char* name;
  const char* file;
};

constexpr Fact kFacts[] = {
    {"frequency governor", "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"},
    {"turbo off", "sys/devices/system/cpu/intel_pstate/no_turbo"},
    {"boost", "sys/devices/system/cpu/cpufreq/boost"},
    {"hyper-threading", "sys/devices/system/cpu/smt/control"},
    {"NUMA nodes", "sys/devices/system/node/online"},
    {"clock source", "sys/devices/system/clocksource/clocksource0/current_clocksource"},
    {"transparent huge pages", "sys/kernel/mm/transparent_hugepage/enabled"},
    {"swappiness", "proc/sys/vm/swappiness"},
    {"dirty_ratio", "proc/sys/vm/dirty_ratio"},
    {"dirty_background_ratio", "proc/sys/vm/dirty_background_ratio"},
    {"overcommit_memory", "proc/sys/vm/overcommit_memory"},
    {"cgroup cpu.max", "sys/fs/cgroup/cpu.max"},
    {"cgroup memory.max", "sys/fs/cgroup/memory.max"},
};

std::string first_line(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

// The chosen one of a list: "always [madvise] never".
std::string chosen(const std::string& line) {
  const size_t open = line.find('['), close = line.find(']');
  if (open == std::string::npos || close == std::string::npos || close < open) return line;
  return line.substr(open + 1, close - open - 1);
}

}  // namespace

EnvironmentGroup read_machine_group(const std::filesystem::path& root) {
  EnvironmentGroup group;
  for (const Fact& fact : kFacts) {
    const std::string value = chosen(first_line(root / fact.file));
    if (!value.empty()) group.details.emplace(fact.name, value);
  }
  std::ifstream cpus(root / "proc/cpuinfo");
  for (std::string line; std::getline(cpus, line);) {
    const size_t colon = line.find(": ");
    if (colon == std::string::npos || !line.starts_with("microcode")) continue;
    group.details.emplace("microcode", line.substr(colon + 2));
    break;
  }
  return group;
}

}  // namespace tare
