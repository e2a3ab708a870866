#include "tools/compare/unfinished_file.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "bench/model/errors.h"
#include "bench/model/problem.h"
#include "bench/model/result_file.h"
#include "bench/model/result_file_schema.h"
#include "embedded/unfinished_schema.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

using nlohmann::ordered_json;

fs::path file_in(const fs::path& folder) {
  return folder / "unfinished.json";
}

void require_same(const fs::path& file, const fs::path& copy) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) {
    throw UsageError(fmt::format("{} is gone; put it back (its copy is {}), then go on",
                                 file.string(), copy.string()));
  }
  if (read_whole_file(file) == read_whole_file(copy)) return;
  throw UsageError(fmt::format(
      "{} has changed since the experiment began, so new pairs would not belong to it: put it back "
      "(its copy is {}), or begin a new experiment",
      file.string(), copy.string()));
}

}  // namespace

void write_unfinished(const fs::path& folder, const Unfinished& unfinished) {
  ordered_json out;
  out["schema_version"] = 1;
  out["scenario_file"] = unfinished.scenario_file.string();
  out["change_file"] = unfinished.change_file.string();
  out["settings"] = unfinished.settings;
  out["pairs"] = unfinished.pairs;
  if (unfinished.turn_ms > 0) out["turn_ms"] = unfinished.turn_ms;
  ordered_json& experiment = out["experiment"];
  experiment = ordered_json::parse(experiment_to_json(unfinished.experiment));
  experiment.erase("verdict");  // there is none yet
  experiment.erase("reasons");
  write_whole_file(file_in(folder),
                   out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

bool is_unfinished(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(file_in(folder), error);
}

Unfinished read_unfinished(const fs::path& folder) {
  if (!is_unfinished(folder)) {
    std::error_code error;
    const bool finished = fs::is_regular_file(folder / "experiment.json", error);
    throw UsageError(
        finished ? fmt::format("{} is finished: nothing is left to do. `tare show {}` prints it",
                               folder.string(), folder.string())
                 : fmt::format("{} holds no unfinished.json: name the folder that an interrupted "
                               "`tare ab` has printed",
                               folder.string()));
  }
  const std::string name = file_in(folder).string();
  const std::string text = read_whole_file(file_in(folder));
  require_valid(text, embedded::unfinished_schema, name);
  Unfinished unfinished;
  try {
    const ordered_json value = ordered_json::parse(text);
    unfinished.scenario_file = value.at("scenario_file").get<std::string>();
    unfinished.change_file = value.at("change_file").get<std::string>();
    unfinished.settings = value.at("settings").get<std::map<std::string, std::string>>();
    unfinished.pairs = value.at("pairs").get<int>();
    unfinished.turn_ms = value.value("turn_ms", 0);
    unfinished.experiment = experiment_from_json(value.at("experiment").dump(), name);
    // Where an older tare kept what it had found.
    std::vector<std::string>& older = unfinished.experiment.comparison.invalid_reasons;
    std::vector<std::string>& found = unfinished.experiment.found_invalid;
    found.insert(found.end(), older.begin(), older.end());
    older.clear();
  } catch (const ordered_json::exception& error) {
    throw FileProblems({{name, "", error.what()}});
  }
  require_same(unfinished.scenario_file, folder / "scenario.json");
  require_same(unfinished.change_file, folder / "change.json");
  return unfinished;
}

}  // namespace tare
