// A calibration as text: what `tare calibrate` ends on.
// Level: report. Pure functions; safe from any thread.
#pragma once

#include <string>

#include "tools/compare/calibration.h"
#include "tools/report/style.h"

namespace tare {

// Rows of at most about 100 columns, gating ones first, then how often a verdict is wrong and what
// the margins may be, ready to be pasted. `folder` is where the evidence is; may be empty. Ends
// with a line break.
std::string calibration_table(const Calibration& calibration, const std::string& folder,
                              const Style& style);

}  // namespace tare
