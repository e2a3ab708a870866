#include "tools/experiment/probe_processes.h"

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cmath>
#include <iterator>
#include <set>
#include <sstream>
#include <vector>

#include "tools/experiment/probe_kernel.h"
#include "tools/experiment/sandbox_files.h"

namespace tare {
namespace {

constexpr double kStartsAlike_s = 2;  // Redis tells its age in whole seconds

// Seconds since 1970; nullopt: the kernel does not tell.
std::optional<double> started_at(const ProcessFacts& process) {
  const auto table = kernel_table(read_small_file("/proc/stat"));
  const auto boot = table.find("btime");
  if (boot == table.end()) return std::nullopt;
  return double(boot->second) + double(process.started_ticks) / double(::sysconf(_SC_CLK_TCK));
}

bool is_it(pid_t process, const std::set<std::string>& names, double started) {
  const auto facts = process_facts(process);
  if (!facts || !names.contains(facts->name)) return false;
  const auto seen = started_at(*facts);
  return seen && std::abs(*seen - started) <= kStartsAlike_s;
}

std::optional<int64_t> number(const std::map<std::string, std::string>& fields, const char* name) {
  const auto found = fields.find(name);
  if (found == fields.end()) return std::nullopt;
  int64_t value = 0;
  const char* end = found->second.data() + found->second.size();
  if (std::from_chars(found->second.data(), end, value).ec != std::errc()) return std::nullopt;
  return value;
}

std::vector<pid_t> children_of(pid_t parent) {
  std::istringstream listed(read_small_file(fmt::format("/proc/{0}/task/{0}/children", parent)));
  return {std::istream_iterator<pid_t>(listed), std::istream_iterator<pid_t>()};
}

struct ChildrenCpu {
  int64_t sum_ns = 0;
  int ended = 0;  // since they were listed: not in the sum
};

ChildrenCpu cpu_of(const std::vector<pid_t>& children) {
  ChildrenCpu seen;
  for (const pid_t child : children) {
    const auto facts = process_facts(child);
    const auto cpu_ns = process_cpu_ns(child);
    if (facts && cpu_ns) {
      seen.sum_ns += *cpu_ns + facts->ended_children_ns;
    } else {
      ++seen.ended;
    }
  }
  return seen;
}

}  // namespace

std::optional<ProcessFacts> parse_process(std::string_view stat) {
  // "12 (a name) S 1 ...": the name may hold anything, brackets too.
  const size_t open = stat.find('('), close = stat.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::nullopt;
  }
  std::istringstream words{std::string(stat.substr(close + 1))};
  std::vector<std::string> fields;
  for (std::string word; fields.size() < 20 && words >> word;) fields.push_back(word);
  if (fields.size() < 20) return std::nullopt;
  const auto value = [&fields](size_t number) {  // as proc(5) numbers them: the state is 3
    return int64_t(std::strtoll(fields[number - 3].c_str(), nullptr, 10));
  };
  ProcessFacts facts;
  facts.name = std::string(stat.substr(open + 1, close - open - 1));
  facts.parent = pid_t(value(4));
  facts.ended_children_ns = (value(16) + value(17)) * (1'000'000'000 / ::sysconf(_SC_CLK_TCK));
  facts.started_ticks = value(22);
  return facts;
}

std::optional<ProcessFacts> process_facts(pid_t process) {
  return parse_process(read_small_file(fmt::format("/proc/{}/stat", process)));
}

std::optional<pid_t> postgres_process(PostgresControl& postgres) {
  const SqlRow row = postgres
                         .query(
                             "SELECT pg_backend_pid(), extract(epoch FROM "
                             "pg_postmaster_start_time()), inet_server_addr() IS NULL OR "
                             "inet_server_addr() <<= '127.0.0.0/8' OR inet_server_addr() = "
                             "'::1'")
                         .at(0);
  if (row[2] != "t") return std::nullopt;
  const auto backend = process_facts(pid_t(std::strtol(row[0].value_or("0").c_str(), nullptr, 10)));
  if (!backend) return std::nullopt;
  const double started = std::strtod(row[1].value_or("0").c_str(), nullptr);
  if (!is_it(backend->parent, {"postgres", "postmaster"}, started)) return std::nullopt;
  return backend->parent;
}

std::optional<pid_t> redis_process(const RedisEndpoint& endpoint,
                                   const std::map<std::string, std::string>& info) {
  const auto process = number(info, "process_id"), age = number(info, "uptime_in_seconds");
  if (!is_local(endpoint) || !process || !age) return std::nullopt;
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  const std::set<std::string> names = {"redis-server", "valkey-server"};
  if (!is_it(pid_t(*process), names, now.count() - double(*age))) return std::nullopt;
  return pid_t(*process);
}

std::optional<int64_t> process_cpu_ns(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (process <= 0) return std::nullopt;  // 0 would be this process
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &time) != 0) {
    return std::nullopt;
  }
  return int64_t(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

// A child that ends while the others are read moves its time to the parent's: it would be missed,
// or counted twice, so such a sum is taken again.
std::optional<int64_t> family_cpu_ns(pid_t parent) {
  constexpr int kAttempts = 20;
  std::optional<int64_t> sum;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto facts = process_facts(parent);
    const auto own = process_cpu_ns(parent);
    const auto children = children_of(parent);
    // Without children: a kernel that lists none.
    if (!facts || !own || children.empty()) return std::nullopt;
    const ChildrenCpu seen = cpu_of(children);
    sum = *own + facts->ended_children_ns + seen.sum_ns;
    const auto after = process_facts(parent);
    const bool still =
        after && after->ended_children_ns == facts->ended_children_ns && seen.ended == 0;
    if (still) return sum;
  }
  return sum;
}

}  // namespace tare
