// Numbers as people read them.
// Level: model. Pure functions; safe from any thread.
#pragma once

#include <cstdint>
#include <string>

namespace tare {

// "63,241".
std::string grouped_digits(int64_t number);

// "34 %", "0.52 %", "100 %": two significant digits of a share of 1.
std::string percent_words(double share);

}  // namespace tare
