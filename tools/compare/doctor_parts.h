// What the judges of doctor.h share. Level: compare. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "tools/compare/doctor.h"

namespace tare {

using DoctorRows = std::vector<DoctorRow>;

inline std::vector<Figure> median_and_p99(const Spread& spread) {
  return {{"median", spread.median_ns, FigureUnit::nanoseconds},
          {"p99", spread.p99_ns, FigureUnit::nanoseconds}};
}

// Above which limit the value lies.
inline Health by_limits(double value, double note, double warning, double bad) {
  if (value > bad) return Health::bad;
  if (value > warning) return Health::warning;
  return value > note ? Health::note : Health::ok;
}

// The value of a setting; empty when it is not known.
inline std::string setting(const Settings& settings, const std::string& name) {
  const auto found = settings.find(name);
  return found == settings.end() ? "" : found->second;
}

// A counter: what it grew by while we looked weighs `when_growing`, what it had before is a note.
DoctorRow counter_row(const std::string& name, const Counter& counter, Health when_growing,
                      const std::string& advice);

// The time of a trivial question: is it slow?
DoctorRow round_trip_row(const std::string& name, const std::string& question,
                         const Spread& round_trip);

}  // namespace tare
