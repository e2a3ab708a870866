// What a person may have meant by a name that does not exist.
// Level: model. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tare {

// Insertions, deletions, replacements and swaps of neighbours that turn one name into the other:
// the Damerau-Levenshtein distance in its restricted form ("optimal string alignment").
size_t edit_distance(std::string_view a, std::string_view b);

// The nearest of `known`, if any is near enough to be a slip: by edit distance, or because one
// name begins with the other ("warmup", "warmup_s").
std::optional<std::string> near_miss(std::string_view name, const std::vector<std::string>& known);

// "; did you mean "rate_per_s"?" or `; known: "a", "b"` or, with nothing known, "".
std::string suggestion(std::string_view name, const std::vector<std::string>& known);

// `"a", "b" or "c"`.
std::string quoted_list(const std::vector<std::string>& names, std::string_view last_joint);

}  // namespace tare
