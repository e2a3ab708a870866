// Gathers what `tare doctor` judges: the machine, the servers, past results.
// Level: experiment. Blocks for `noise` and a few seconds; nothing is written to a target.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include "bench/drivers/target.h"
#include "tools/compare/doctor_facts.h"
#include "tools/experiment/stage_progress.h"

namespace tare {

struct ExaminationOptions {
  std::optional<Target> target;        // none: a sandbox
  std::filesystem::path sandbox = {};  // of a kept one; empty: a throwaway is started
  std::filesystem::path results = "results";
  std::string scenario = {};  // past results of this one only; empty: of all
  std::chrono::nanoseconds noise = std::chrono::seconds(10);
  ProgressReceiver progress = {};
};

// A server that is away is a fact, not an error. Throws UsageError (no such kept sandbox, or it is
// in use), Interrupted.
DoctorFacts examine(const ExaminationOptions& options, std::stop_token stop);

}  // namespace tare
