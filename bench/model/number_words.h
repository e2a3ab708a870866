// Numbers and long values as people read them.
// Level: model. Pure functions; safe from any thread.
#pragma once

#include <cstdint>
#include <string>

namespace tare {

// "63,241".
std::string grouped_digits(int64_t number);

// "34 %", "0.52 %", "100 %": two significant digits of a share of 1.
std::string percent_words(double share);

// `text` if it has at most so many bytes; else as many, never half a character, and "...".
std::string shortened(const std::string& text, size_t bytes);

}  // namespace tare
