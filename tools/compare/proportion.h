// A share of experiments, and how well so many of them determine it.
// Level: compare. Pure functions; safe from any thread.
#pragma once

#include <string>

namespace tare {

struct Proportion {
  double share = 0;
  double low = 0, high = 1;  // 95 %, unless asked for otherwise

  friend bool operator==(const Proportion&, const Proportion&) = default;
};

// Clopper and Pearson's interval (Biometrika 26, 1934): covers in at least 95 % of cases. `of` may
// be a fraction, and below 1: resampling makes no more evidence than was measured, so `of` is then
// how many experiments the pairs are enough for without using one twice (an effective sample size:
// Korn and Graubard, Survey Methodology 24, 1998).
// Each limit is passed with a chance of `level`. Throws std::invalid_argument unless
// 0 <= share <= 1 and of > 0.
Proportion proportion(double share, double of, double level = 0.025);

// "12.3 % (8.1 to 17.6)", with digits enough to tell it from 0 and 100.
std::string to_text(const Proportion& proportion);

// "1.2 %", without an interval.
std::string percent(double share);

}  // namespace tare
