// Shares on the command line: 5% or 0.05.
// Level: cli. Pure functions; safe from any thread.
#pragma once

#include <string>

namespace tare {

// `text` as a share above 0 and at most `most`. Throws UsageError that begins with `option` and
// says what to write.
double parse_share(const std::string& option, const std::string& text, double most = 1);

}  // namespace tare
