// Looks into the results folder: the newest result, and the promoted baselines.
// Level: experiment. Reads files; no state. Tolerant: fields that it does not know are passed over,
// so that it also reads results of other versions of tare.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tools/compare/doctor_facts.h"

namespace tare {

// The newest result (or experiment: the sum of its baseline's trials) below `results`; of one
// scenario only when it is named. Fills last_result or last_result_problem; neither: there is none.
void read_last_result(const std::filesystem::path& results, const std::string& scenario,
                      DoctorFacts& facts);

// results/baselines/*/current; of one scenario only when it is named.
std::vector<BaselineFacts> read_baselines(const std::filesystem::path& results,
                                          const std::string& scenario);

}  // namespace tare
