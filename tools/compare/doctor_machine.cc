// Is this machine fit to measure? Every threshold with its reason.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "tools/compare/doctor.h"
#include "tools/compare/doctor_parts.h"

namespace tare {
namespace {

// Oversleep is the generator's lag: at 200 us half of a 400 us response would be ours.
constexpr double kOversleepNote_ns = 200e3;
constexpr double kOversleepWarning_ns = 1e6;
// A late wake-up of 20 ms in a hundred is seen as p99 of every operation.
constexpr double kOversleepTail_ns = 20e6;
// Read through the vDSO a clock costs 20 to 60 ns; through the kernel ten times that, and a request
// reads it some ten times.
constexpr double kClockRead_ns = 250;
// The generator, PostgreSQL and Redis want a core each, or they measure each other.
constexpr int kFewestCores = 3;
// Other work of a third of a core moves means by a few per cent.
constexpr double kLoadPerCore = 0.35;
constexpr double kStealNote = 0.002, kStealWarning = 0.01, kStealBad = 0.10;
constexpr double kThrottledBad = 0.05;
// The spread of equal pieces of 5 ms. A margin is 5 % unless the scenario says otherwise; pairs
// average, so twice that can still be resolved, with more pairs.
constexpr double kNoiseNote = 0.03, kNoiseWarning = 0.10, kNoiseBad = 0.50;
// Longer than a p99 people care about: one such stall in a run is its p99.9.
constexpr double kStall_ns = 100e6;
constexpr int64_t kMemoryWarning = int64_t(1) << 30, kMemoryBad = int64_t(256) << 20;
constexpr int64_t kDiskWarning = int64_t(2) << 30, kDiskBad = int64_t(512) << 20;
// Every commit waits for one: slower than a spinning disk's two turns, writes measure the disk.
constexpr double kFsyncWarning_ns = 20e6;
// Faster than any device answers: a cache answers instead.
constexpr double kFsyncNothing_ns = 20e3;

DoctorRow row(const char* name, Health status, std::string found, std::vector<Figure> figures,
              std::string advice = "") {
  return {std::string("machine.") + name,
          Question::none,
          status,
          std::move(found),
          std::move(figures),
          status == Health::ok ? "" : std::move(advice)};
}

void judge_timers(const MachineFacts& facts, DoctorRows& rows) {
  for (const auto& [name, spread] : {std::pair("sleep_100us", facts.oversleep_100us),
                                     std::pair("sleep_1ms", facts.oversleep_1ms)}) {
    if (!spread) continue;
    Health status = Health::ok;
    if (spread->median_ns > kOversleepNote_ns) status = Health::note;
    if (spread->median_ns > kOversleepWarning_ns || spread->p99_ns > kOversleepTail_ns) {
      status = Health::warning;
    }
    rows.push_back(row(name, status, "woken late by", median_and_p99(*spread),
                       "requests start that late: stop other work, leave a core free, or move to a "
                       "machine whose host is not shared"));
  }
  if (!facts.clock_source.empty() || facts.clock_read_ns) {
    static const std::set<std::string> kSlow = {"hpet", "acpi_pm", "jiffies", "refined-jiffies",
                                                "pit",  "xen"};
    const bool slow = kSlow.contains(facts.clock_source) ||
                      (facts.clock_read_ns && *facts.clock_read_ns > kClockRead_ns);
    std::vector<Figure> figures;
    if (facts.clock_read_ns) {
      figures.push_back({"to read", *facts.clock_read_ns, FigureUnit::nanoseconds});
    }
    rows.push_back(row("clock", slow ? Health::warning : Health::ok, facts.clock_source, figures,
                       "reading the clock goes through the kernel; choose another source in "
                       "/sys/devices/system/clocksource/clocksource0 (tsc, kvm-clock)"));
  }
}

void judge_cores(const MachineFacts& facts, DoctorRows& rows) {
  double usable = facts.allowed_cores;
  std::string found = fmt::format("{} of {}", facts.allowed_cores, facts.online_cores);
  if (facts.quota_cores) {
    found += fmt::format(", the cgroup allows {:.2f}", *facts.quota_cores);
    usable = std::min(usable, *facts.quota_cores);
  }
  Health status = usable < kFewestCores ? Health::note : Health::ok;
  if (usable < 2) status = Health::warning;
  if (facts.allowed_cores > 0) {
    rows.push_back(row("cores", status, found, {},
                       "generator and servers share them: figures compare two arms, they do not "
                       "size production; keep rates low"));
  }
  if (!facts.governors.empty()) {
    const bool performance =
        std::all_of(facts.governors.begin(), facts.governors.end(),
                    [](const std::string& name) { return name == "performance"; });
    rows.push_back(row("governor", performance ? Health::ok : Health::warning,
                       fmt::format("{}", fmt::join(facts.governors, ", ")), {},
                       "the cores change their speed under load: cpupower frequency-set -g "
                       "performance"));
  }
  if (facts.load_average) {
    const bool busy = *facts.load_average > kLoadPerCore * std::max(usable, 1.0);
    rows.push_back(row("load", busy ? Health::warning : Health::ok, "average of the last minute",
                       {{"", *facts.load_average, FigureUnit::count}},
                       "something else runs here: find it with top, and wait for it or stop it"));
  }
}

void judge_sharing(const MachineFacts& facts, DoctorRows& rows) {
  if (facts.steal_share) {
    const double share = *facts.steal_share;
    rows.push_back(
        row("steal", by_limits(share, kStealNote, kStealWarning, kStealBad), "taken by the host",
            {{"", share, FigureUnit::share}},
            "other machines on this host take the processors: measure on one that is not "
            "shared, or with more pairs"));
  }
  if (facts.throttled_share) {
    const double share = *facts.throttled_share;
    rows.push_back(row("throttling", by_limits(share, 0, 0, kThrottledBad), "held up by the cgroup",
                       {{"", share, FigureUnit::share}},
                       "the quota (cpu.max) stops everything in it at once: raise it"));
  }
  if (facts.noise && facts.noise->count > 0) {
    const Spread& noise = *facts.noise;
    Health status =
        by_limits(noise.coefficient_of_variation(), kNoiseNote, kNoiseWarning, kNoiseBad);
    if (noise.worst_ns - noise.median_ns > kStall_ns) status = std::max(status, Health::warning);
    rows.push_back(
        row("noise", status, fmt::format("equal work for {:.0f} s: spread", facts.noise_s),
            {{"", noise.coefficient_of_variation(), FigureUnit::share},
             {"median", noise.median_ns, FigureUnit::nanoseconds},
             {"worst", noise.worst_ns, FigureUnit::nanoseconds}},
            "smaller differences than this need more pairs: stop other work, or use a quieter "
            "machine (`tare ab` of no change shows what can be told apart)"));
  }
}

void judge_memory(const MachineFacts& facts, DoctorRows& rows) {
  if (facts.available_bytes) {
    const int64_t free = *facts.available_bytes;
    Health status = free < kMemoryWarning ? Health::warning : Health::ok;
    if (free < kMemoryBad) status = Health::bad;
    std::vector<Figure> figures = {{"available", double(free), FigureUnit::bytes}};
    if (facts.memory_bytes) {
      figures.push_back({"of", double(*facts.memory_bytes), FigureUnit::bytes});
    }
    rows.push_back(row("memory", status, "", figures,
                       "the servers and the file cache need room: stop what holds memory"));
  }
  if (facts.swap_used_bytes) {
    const bool swapping = facts.pages_swapped.value_or(0) > 0;
    Health status = *facts.swap_used_bytes > 0 ? Health::note : Health::ok;
    if (swapping) status = Health::warning;
    rows.push_back(
        row("swap", status, swapping ? "in use while measured" : "quiet",
            {{"used", double(*facts.swap_used_bytes), FigureUnit::bytes},
             {"pages meanwhile", double(facts.pages_swapped.value_or(0)), FigureUnit::count}},
            "a page that comes back from disk is a stall: free memory, or swapoff -a"));
  }
  if (!facts.huge_pages.empty()) {
    rows.push_back(row("huge_pages", facts.huge_pages == "always" ? Health::note : Health::ok,
                       facts.huge_pages, {},
                       "transparent huge pages make Redis' forks slow: write madvise to "
                       "/sys/kernel/mm/transparent_hugepage/enabled"));
  }
}

void judge_disk(const MachineFacts& facts, DoctorRows& rows) {
  if (facts.disk_free_bytes) {
    const int64_t free = *facts.disk_free_bytes;
    Health status = free < kDiskWarning ? Health::warning : Health::ok;
    if (free < kDiskBad) status = Health::bad;
    rows.push_back(row("disk", status, fmt::format("{} ({})", facts.data_folder, facts.file_system),
                       {{"free", double(free), FigureUnit::bytes}},
                       "a data set needs its size three times: free some, or set TMPDIR"));
  }
  if (facts.fsync && facts.fsync->count > 0) {
    const bool memory = facts.file_system == "tmpfs" || facts.file_system == "ramfs";
    Health status = facts.fsync->median_ns > kFsyncWarning_ns ? Health::warning : Health::ok;
    std::string advice = "every commit waits for it: writes will measure this disk";
    if (memory || facts.fsync->median_ns < kFsyncNothing_ns) {
      status = Health::note;
      advice =
          "an fsync costs nothing here, so commits look cheaper than on a disk: set TMPDIR to "
          "a folder on one";
    }
    rows.push_back(row("fsync", status, facts.file_system, median_and_p99(*facts.fsync), advice));
  }
}

}  // namespace

std::vector<DoctorRow> judge_machine(const MachineFacts& facts) {
  DoctorRows rows;
  judge_timers(facts, rows);
  judge_cores(facts, rows);
  judge_sharing(facts, rows);
  judge_memory(facts, rows);
  judge_disk(facts, rows);
  return rows;
}

}  // namespace tare
