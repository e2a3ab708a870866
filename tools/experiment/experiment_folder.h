// The folder of an experiment: begun anew or gone on with, finished or kept for later.
// Level: experiment. Free functions on files.
#pragma once

#include <filesystem>
#include <string>

#include "bench/model/result_file.h"
#include "tools/experiment/ab_experiment.h"

namespace tare {

// Keeps the folder of an experiment that is resumed from being resumed by another tare, too. Does
// nothing for a new one. Throws UsageError when another holds it, or when its pairs were measured
// on other servers than `servers` (EnvironmentOf::servers).
class ResumedFolder {
 public:
  ResumedFolder(const AbOptions& options, const std::string& servers);
  ~ResumedFolder();
  ResumedFolder(const ResumedFolder&) = delete;
  ResumedFolder& operator=(const ResumedFolder&) = delete;

 private:
  int lock_ = -1;
};

// "2026-01-31T12-00-00Z-ab-CHANGE"; that of the experiment that is resumed.
std::string folder_name(const AbOptions& options, const Change& change);

// "2026-01-31T12-00-00Z": a time that a file name can hold.
std::string folder_time();

// Into `to`, what the resumed experiment has: its trials and its log.
void copy_so_far(const AbOptions& options, const std::filesystem::path& to);

// Publishes the finished pairs as "NAME-unfinished", without anything of the pair that was cut
// short, instead of the resumed folder. Returns its place.
std::filesystem::path keep_unfinished(const PendingFolder& folder, const AbArms& arms,
                                      const Change& change, const AbOptions& options,
                                      const Experiment& experiment);

// Publishes the whole, instead of the resumed folder. `first` is the first pair, for the note.
std::filesystem::path publish_finished(PendingFolder& folder, const AbArms& arms,
                                       const Change& change, const AbOptions& options,
                                       const Experiment& experiment, const PairSample& first);

}  // namespace tare
