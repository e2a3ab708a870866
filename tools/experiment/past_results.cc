#include "tools/experiment/past_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bench/model/problem.h"
#include "bench/model/result_file.h"
#include "bench/model/result_file_schema.h"

namespace tare {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr size_t kMostFolders = 10'000;

std::vector<fs::path> folders_in(const fs::path& root) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator entry(root, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(".") || folders.size() >= kMostFolders) continue;
    std::error_code ignored;
    if (fs::is_directory(entry->path(), ignored)) folders.push_back(entry->path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

// An object, also when the file holds something else. Throws std::exception.
json read_json(const fs::path& file) {
  const std::string text = read_whole_file(file);
  if (nested_too_deep(text)) throw std::runtime_error("it is nested too deep");
  json document = json::parse(text);
  if (!document.is_object()) throw std::runtime_error("it holds no object");
  return document;
}

const json& member(const json& object, const char* name) {
  static const json kNothing = json::object();
  if (!object.is_object()) return kNothing;
  const auto found = object.find(name);
  return found == object.end() ? kNothing : *found;
}

int64_t count_in(const json& object, const char* name) {
  const json& value = member(object, name);
  return value.is_number() ? value.get<int64_t>() : 0;
}

std::string text_of(const json& object, const char* name) {
  const json& value = member(object, name);
  return value.is_string() ? value.get<std::string>() : "";
}

void add_shares(const json& result, LastResultFacts& facts) {
  for (const auto& [name, operation] : member(result, "operations").items()) {
    const json& requests = member(operation, "requests");
    FailedShare& share = facts.operations[name];
    share.scheduled += count_in(requests, "scheduled");
    share.not_ok += count_in(requests, "scheduled") - count_in(requests, "ok");
    if (share.first_error.empty()) share.first_error = text_of(operation, "first_error");
  }
  for (const auto& [name, job] : member(result, "jobs").items()) {
    FailedShare& share = facts.jobs[name];
    const json& runs = member(job, "runs");
    const int64_t failed = count_in(runs, "failed") + count_in(runs, "timed_out");
    share.scheduled += count_in(runs, "ok") + failed;
    share.not_ok += failed;
    if (share.first_error.empty()) share.first_error = text_of(job, "first_error");
  }
}

// The files that hold a result's figures: its own, or those of an experiment's baseline arm.
std::vector<fs::path> result_files(const fs::path& folder) {
  std::error_code ignored;
  if (fs::is_regular_file(folder / "result.json", ignored)) return {folder / "result.json"};
  std::vector<fs::path> files;
  if (!fs::is_regular_file(folder / "experiment.json", ignored)) return files;
  for (const fs::path& trial : folders_in(folder / "trials")) {
    const fs::path file = trial / "result.json";
    if (trial.filename().string().ends_with("-baseline") && fs::is_regular_file(file, ignored)) {
      files.push_back(file);
    }
  }
  return files;
}

std::optional<fs::path> newest_folder(const fs::path& results, const std::string& scenario) {
  std::optional<fs::path> newest;
  fs::file_time_type newest_time;
  for (const fs::path& of_scenario : folders_in(results)) {
    const std::string name = of_scenario.filename().string();
    if (name == "baselines" || (!scenario.empty() && name != scenario)) continue;
    for (const fs::path& folder : folders_in(of_scenario)) {
      const auto files = result_files(folder);
      if (files.empty()) continue;
      std::error_code error;
      const auto time = fs::last_write_time(files.back(), error);
      if (error || (newest && time <= newest_time)) continue;
      newest = folder;
      newest_time = time;
    }
  }
  return newest;
}

Settings settings_in(const json& object, const char* name) {
  Settings settings;
  for (const auto& [key, value] : member(object, name).items()) {
    if (value.is_string()) settings[key] = value.get<std::string>();
  }
  return settings;
}

// nlohmann's and our own errors are long; the person wants to know which file, and roughly why.
std::string unreadable(const fs::path& folder, const std::exception& error) {
  std::string why = error.what();
  why.resize(std::min(why.find('\n'), why.size()));
  return fmt::format("{} cannot be read: {}", folder.string(), why);
}

}  // namespace

void read_last_result(const fs::path& results, const std::string& scenario, DoctorFacts& facts) {
  const auto folder = newest_folder(results, scenario);
  if (!folder) return;
  try {
    LastResultFacts last;
    last.folder = folder->string();
    for (const fs::path& file : result_files(*folder)) {
      const json result = read_json(file);
      if (last.started_at.empty()) last.started_at = text_of(result, "started_at");
      last.servers = text_of(member(member(result, "environment"), "generator"), "servers");
      add_shares(result, last);
    }
    facts.last_result = last;
  } catch (const std::exception& error) {
    facts.last_result_problem = unreadable(*folder, error);
  }
}

std::vector<BaselineFacts> read_baselines(const fs::path& results, const std::string& scenario) {
  std::vector<BaselineFacts> baselines;
  for (const fs::path& of_scenario : folders_in(results / "baselines")) {
    if (!scenario.empty() && of_scenario.filename() != scenario) continue;
    std::error_code ignored;
    const fs::path current = of_scenario / "current";
    if (!fs::exists(fs::symlink_status(current, ignored))) continue;
    BaselineFacts facts;
    facts.folder = current.string();
    try {
      const auto files = result_files(current);
      if (files.empty()) throw std::runtime_error("there is no result.json in it");
      const json result = read_json(files.front());
      const json& environment = member(result, "environment");
      facts.environment.versions = settings_in(environment, "versions");
      facts.environment.postgres_settings = settings_in(environment, "postgres_settings");
      facts.environment.redis_settings = settings_in(environment, "redis_settings");
      facts.environment.host = settings_in(environment, "host");
      facts.environment.file_system = text_of(environment, "file_system");
    } catch (const std::exception& error) {
      facts.problem = unreadable(current, error);
    }
    baselines.push_back(facts);
  }
  return baselines;
}

}  // namespace tare
