// What results say: is something failing, did anything change since the promoted baseline?
#include <fmt/format.h>

#include <set>

#include "tools/compare/doctor.h"
#include "tools/compare/doctor_parts.h"

namespace tare {
namespace {

// Of a hundred requests one: more than any limit on errors that people set.
constexpr double kFailedBad = 0.01;

void judge_failed(const std::string& name, const FailedShare& counts, const std::string& where,
                  DoctorRows& rows) {
  const double share = counts.scheduled == 0 ? 0 : double(counts.not_ok) / double(counts.scheduled);
  std::string advice = "tare show " + where;
  if (!counts.first_error.empty())
    advice = "the first error: " + counts.first_error + "; " + advice;
  const Health status = by_limits(share, 0, 0, kFailedBad);
  rows.push_back(
      {name,
       Question::failing,
       status,
       "failed",
       {{"", share, FigureUnit::share}, {"of", double(counts.scheduled), FigureUnit::count}},
       status == Health::ok ? "" : advice});
}

class Differences {
 public:
  Differences(const BaselineFacts& baseline, DoctorRows& rows) : baseline_(baseline), rows_(rows) {}

  void compare(const std::string& area, const Settings& now, const Settings& then,
               const std::set<std::string>& only_notes = {}) {
    std::set<std::string> names;
    for (const auto& [name, value] : now) names.insert(name);
    for (const auto& [name, value] : then) names.insert(name);
    for (const std::string& name : names) {
      add(area + "." + name, setting(now, name), setting(then, name),
          only_notes.contains(name) ? Health::note : Health::warning);
    }
  }

  void add(const std::string& name, const std::string& now, const std::string& then,
           Health status) {
    if (now == then) return;
    rows_.push_back({"changed." + name,
                     Question::changed,
                     status,
                     fmt::format("{}, was {}", shown(now), shown(then)),
                     {},
                     fmt::format("figures do not compare with {}: put it back, or measure and "
                                 "promote again",
                                 baseline_.folder)});
    ++count_;
  }

  int count() const { return count_; }

 private:
  static std::string shown(const std::string& value) { return value.empty() ? "not set" : value; }

  const BaselineFacts& baseline_;
  DoctorRows& rows_;
  int count_ = 0;
};

// What one side does not tell is no difference: a server that hides a setting, an older result.
Settings told_by(const Settings& other, const Settings& settings) {
  Settings out;
  for (const auto& [name, value] : settings) {
    if (other.contains(name)) out.emplace(name, value);
  }
  return out;
}

void judge_baseline(const DoctorFacts& facts, const BaselineFacts& baseline, DoctorRows& rows) {
  if (!baseline.problem.empty()) {
    rows.push_back({"baseline." + baseline.folder,
                    Question::changed,
                    Health::warning,
                    baseline.problem,
                    {},
                    "promote a folder that `tare show` can read"});
    return;
  }
  const Environment& then = baseline.environment;
  Differences differences(baseline, rows);
  if (facts.postgres && facts.postgres->problem.empty()) {
    differences.add("postgres.version", facts.postgres->version, setting(then.versions, "postgres"),
                    Health::warning);
    differences.compare("postgres", facts.postgres->not_defaults, then.postgres_settings);
  }
  if (facts.redis && facts.redis->problem.empty()) {
    differences.add("redis.version", facts.redis->version, setting(then.versions, "redis"),
                    Health::warning);
    differences.compare("redis", told_by(then.redis_settings, facts.redis->recorded),
                        told_by(facts.redis->recorded, then.redis_settings));
  }
  Settings host = facts.host, host_then = then.host;
  host.erase("load_average_1m");
  host_then.erase("load_average_1m");
  differences.compare("host", told_by(host_then, host), told_by(host, host_then), {"kernel"});
  if (differences.count() == 0) {
    rows.push_back({"baseline." + baseline.folder,
                    Question::changed,
                    Health::ok,
                    "the same versions, settings and machine",
                    {},
                    ""});
  }
}

// Failures on other servers say nothing of these.
bool measured_here(const DoctorFacts& facts, const LastResultFacts& last) {
  const auto names = [&last](const auto& server) {
    if (!server) return true;
    const bool sandbox = server->source.starts_with("the sandbox");
    return last.servers.find(sandbox ? "sandbox" : server->place) != std::string::npos;
  };
  return last.servers.empty() || (names(facts.postgres) && names(facts.redis));
}

}  // namespace

std::vector<DoctorRow> judge_last_result(const DoctorFacts& facts) {
  DoctorRows rows;
  if (!facts.last_result_problem.empty()) {
    rows.push_back({"result.unreadable",
                    Question::failing,
                    Health::note,
                    facts.last_result_problem,
                    {},
                    "remove the folder, or use the tare that wrote it"});
  }
  if (!facts.last_result) {
    if (rows.empty()) {
      rows.push_back({"result.none",
                      Question::failing,
                      Health::note,
                      fmt::format("no result in {}", facts.results_folder),
                      {},
                      "tare run SCENARIO leaves one"});
    }
    return rows;
  }
  const LastResultFacts& last = *facts.last_result;
  if (!measured_here(facts, last)) {
    rows.push_back({"result.elsewhere",
                    Question::failing,
                    Health::note,
                    fmt::format("the newest result, of {}, is of other servers: {}",
                                last.started_at, last.servers),
                    {},
                    "tare run SCENARIO on these leaves one"});
    return rows;
  }
  for (const auto& [name, counts] : last.operations) {
    judge_failed("result." + name, counts, last.folder, rows);
  }
  for (const auto& [name, counts] : last.jobs) {
    judge_failed("result.job_" + name, counts, last.folder, rows);
  }
  return rows;
}

std::vector<DoctorRow> judge_changes(const DoctorFacts& facts) {
  DoctorRows rows;
  for (const BaselineFacts& baseline : facts.baselines) judge_baseline(facts, baseline, rows);
  if (facts.baselines.empty()) {
    rows.push_back({"baseline.none",
                    Question::changed,
                    Health::note,
                    "no promoted baseline",
                    {},
                    fmt::format("copy a result you trust to {0}/baselines/SCENARIO and point the "
                                "symbolic link `current` there at it",
                                facts.results_folder)});
  }
  return rows;
}

}  // namespace tare
