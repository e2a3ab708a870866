// What `tare check` found, as text and as JSON.
// Level: cli. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "bench/model/change.h"
#include "bench/model/scenario.h"
#include "tools/experiment/forecast.h"

namespace tare {

// `notes` are printed at the end, one a line. All end with a line break.
std::string check_text(const Scenario& scenario, const Forecast& forecast,
                       const std::vector<std::string>& notes);
std::string check_text(const Change& change);

// One JSON document with "scenario" and "change", where they are given (not null), and "notes".
std::string check_json(const Scenario* scenario, const Forecast* forecast, const Change* change,
                       const std::vector<std::string>& notes);

}  // namespace tare
