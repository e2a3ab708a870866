// What `tare doctor` shows people: four answers, then the rows.
// Level: report. Pure function; safe from any thread.
#pragma once

#include <string>

#include "tools/compare/doctor.h"
#include "tools/report/style.h"

namespace tare {

// The answers, the rows in their order (with advice under those that have some), and a last line
// with the exit code.
std::string doctor_table(const Diagnosis& diagnosis, const Style& style);

}  // namespace tare
