#include "bench/model/near_miss.h"

#include <fmt/format.h>

#include <algorithm>

namespace tare {
namespace {

constexpr size_t kLongestName = 200;  // longer ones are not slips; bounds the table
constexpr size_t kMostListed = 30;

size_t slips_allowed(size_t length) {
  return length <= 3 ? 1 : length <= 6 ? 2 : 3;
}

bool begins_with(std::string_view longer, std::string_view shorter) {
  return shorter.size() >= 4 && longer.substr(0, shorter.size()) == shorter;
}

}  // namespace

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> table(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) table[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) table[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replace = table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
      }
    }
  }
  return table[a.size()][b.size()];
}

std::optional<std::string> near_miss(std::string_view name, const std::vector<std::string>& known) {
  std::optional<std::string> best;
  size_t best_distance = slips_allowed(name.size()) + 1;
  if (name.size() > kLongestName) return best;
  for (const std::string& candidate : known) {
    if (candidate.size() > kLongestName) continue;
    size_t distance = edit_distance(name, candidate);
    if (begins_with(name, candidate) || begins_with(candidate, name)) {
      distance = std::min(distance, slips_allowed(name.size()));
    }
    if (distance < best_distance && distance < std::max(name.size(), candidate.size())) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string suggestion(std::string_view name, const std::vector<std::string>& known) {
  if (known.empty()) return "";
  if (const auto near = near_miss(name, known)) return fmt::format("; did you mean \"{}\"?", *near);
  std::vector<std::string> listed(known.begin(),
                                  known.begin() + long(std::min(known.size(), kMostListed)));
  std::string text = "; known: " + quoted_list(listed, ", ");
  return known.size() > kMostListed ? text + " ..." : text;
}

std::string quoted_list(const std::vector<std::string>& names, std::string_view last_joint) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? last_joint : ", ";
    text += fmt::format("\"{}\"", names[i]);
  }
  return text;
}

}  // namespace tare
