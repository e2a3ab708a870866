#include "tools/experiment/probe_kernel.h"

#include <filesystem>
#include <sstream>
#include <vector>

#include "tools/experiment/sandbox_files.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

const fs::path kCgroups = "/sys/fs/cgroup";

// This process' cgroup, then its parents: each may hold a quota. Version 2, else version 1's.
std::vector<fs::path> cgroup_folders() {
  std::vector<fs::path> folders;
  std::istringstream lines(read_small_file("/proc/self/cgroup"));
  for (std::string line; std::getline(lines, line);) {
    const size_t colon = line.rfind(':');
    if (!line.starts_with("0::") || colon == std::string::npos) continue;
    fs::path path = fs::path(line.substr(colon + 1)).relative_path();
    for (; !path.empty(); path = path.parent_path()) folders.push_back(kCgroups / path);
  }
  folders.push_back(kCgroups);
  folders.push_back(kCgroups / "cpu");
  return folders;
}

std::optional<int64_t> value_in(const std::map<std::string, int64_t>& table, const char* name) {
  const auto found = table.find(name);
  if (found == table.end()) return std::nullopt;
  return found->second;
}

std::optional<int64_t> throttled_ns() {
  for (const fs::path& folder : cgroup_folders()) {
    const auto table = kernel_table(read_small_file(folder / "cpu.stat"));
    if (const auto microseconds = value_in(table, "throttled_usec")) return *microseconds * 1000;
    if (const auto nanoseconds = value_in(table, "throttled_time")) return nanoseconds;
  }
  return std::nullopt;
}

}  // namespace

std::map<std::string, int64_t> kernel_table(std::string_view text) {
  std::map<std::string, int64_t> table;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    int64_t value = 0;
    if (!(words >> name >> value)) continue;
    if (name.ends_with(':')) name.pop_back();
    table.emplace(name, value);
  }
  return table;
}

void read_processor_times(std::string_view proc_stat, KernelCounters& counters) {
  std::istringstream words{std::string(proc_stat.substr(0, proc_stat.find('\n')))};
  std::string name;
  if (!(words >> name) || name != "cpu") return;
  // user nice system idle iowait irq softirq steal; guest time is in user already
  std::vector<int64_t> times;
  for (int64_t value = 0; times.size() < 8 && words >> value;) times.push_back(value);
  if (times.size() < 8) return;
  counters.steal = times[7];
  counters.processor = 0;
  for (const int64_t time : times) *counters.processor += time;
}

KernelCounters read_kernel_counters() {
  KernelCounters counters;
  read_processor_times(read_small_file("/proc/stat"), counters);
  counters.throttled_ns = throttled_ns();
  const auto pages = kernel_table(read_small_file("/proc/vmstat"));
  const auto in = value_in(pages, "pswpin"), out = value_in(pages, "pswpout");
  if (in && out) counters.pages_swapped = *in + *out;
  return counters;
}

std::optional<double> steal_share(const KernelCounters& before, const KernelCounters& after) {
  if (!before.processor || !after.processor || *after.processor <= *before.processor) {
    return std::nullopt;
  }
  return double(*after.steal - *before.steal) / double(*after.processor - *before.processor);
}

std::optional<double> parse_quota(const std::string& cpu_max) {
  std::istringstream words(cpu_max);
  double quota = 0, period = 0;
  if (!(words >> quota >> period) || quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

std::optional<double> quota_cores() {
  std::optional<double> least;
  for (const fs::path& folder : cgroup_folders()) {
    auto quota = parse_quota(read_small_file(folder / "cpu.max"));
    if (!quota) {
      quota = parse_quota(read_small_file(folder / "cpu.cfs_quota_us") + " " +
                          read_small_file(folder / "cpu.cfs_period_us"));
    }
    if (quota && (!least || *quota < *least)) least = quota;
  }
  return least;
}

}  // namespace tare
