// Custom and generic plans in lines: what the load's connections used, and how two arms differ.
// Level: report. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "bench/model/result.h"
#include "tools/compare/comparison.h"

namespace tare {

// Of a run, in few words; no line breaks, nothing of an older tare's:
//   "prepared: by_status/count: generic plan on 5 of 8 connections, 62 % of 12,034 executions"
//   "plan: by_status/count: from the sixth execution on Index Scan using ..., custom was Seq Scan
//   on invoice"
std::vector<std::string> plan_use_lines(const Result& result);

// Of an experiment, one line for each step whose arms used generic plans unlike often.
std::vector<std::string> plan_use_lines(const std::vector<PlanUseChange>& changes);

}  // namespace tare
