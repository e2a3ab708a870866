// Result folders: result.json, plans.json, counters.json, latency.hlog, scenario.json, change.json
// and log.jsonl. The format's page is results/README.md, its schema results/result.schema.json.
// Level: model. Reads and writes files; no state. PendingFolder owns its folder until published.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bench/model/result.h"

namespace tare {

// Every field except the plans and the counters. Bytes that are not UTF-8 become U+FFFD. Throws
// std::invalid_argument naming the field when a number is NaN or infinite.
std::string result_to_json(const Result& result);

// The other way. Throws FileProblems naming `source_name` and the place: truncated text, an unknown
// schema_version, a missing, unknown or mistyped field.
Result result_from_json(std::string_view text, const std::string& source_name);

// plans.json. EXPLAIN's JSON keeps its key order, not its white space: reading gives it compact.
std::string plans_to_json(const std::vector<Plan>& plans, const std::vector<RanPlan>& ran = {});
std::vector<Plan> plans_from_json(std::string_view text, const std::string& source_name);
std::vector<RanPlan> ran_plans_from_json(std::string_view text, const std::string& source_name);

// The texts that lie in a result folder beside the result itself.
struct ResultTexts {
  std::string latency_log;  // latency.hlog; empty: no such file
  std::string scenario;     // scenario.json, as it was read
  std::string change;       // change.json; empty: no such file
};

// Writes the files into `folder`, made if it is missing (log.jsonl is the caller's). `folder` lies
// in a PendingFolder, which makes the whole appear at once. Throws std::runtime_error naming the
// file when the disk refuses.
void write_result(const std::filesystem::path& folder, const Result& result,
                  const ResultTexts& texts);

// Reads result.json, plans.json and, where there is one, counters.json. Throws FileProblems as
// above, UsageError when `folder` is not a folder with a result.json.
Result read_result(const std::filesystem::path& folder);

// Creates or replaces one file with this text; throws std::runtime_error naming the file.
void write_whole_file(const std::filesystem::path& file, std::string_view text);

// The whole file, at most 1 GiB; throws FileProblems when it cannot be read.
std::string read_whole_file(const std::filesystem::path& file);

// A folder that appears under its final name whole or not at all. While it is being filled it is
// the hidden sibling `.partial-NAME-PID`, marked by a locked file, so that the next PendingFolder
// knows what a dead process left and removes it. Not copyable; one thread.
class PendingFolder {
 public:
  // Makes `results_root` if it is missing, removes what dead processes left there, makes the hidden
  // folder. Throws UsageError for a name with a slash or a leading dot, or a root that cannot be
  // written.
  PendingFolder(const std::filesystem::path& results_root, const std::string& name);
  ~PendingFolder();  // removes the folder unless it was published
  PendingFolder(const PendingFolder&) = delete;
  PendingFolder& operator=(const PendingFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // Syncs everything to disk and renames it to NAME, or to NAME-2, NAME-3 ... when that exists;
  // returns the final path. Call once; throws std::runtime_error when the disk refuses.
  std::filesystem::path publish();

 private:
  std::filesystem::path root_;
  std::string name_;
  std::filesystem::path path_;
  int lock_ = -1;  // the owner's mark, locked
  bool published_ = false;
};

}  // namespace tare
