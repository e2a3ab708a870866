#include "bench/model/template_text.h"

#include <algorithm>

namespace tare {
namespace {

// Adds the draw or doubled brace at `position`, which is behind the first brace.
std::string take_brace(std::string_view text, size_t& position, SplitText& split,
                       std::string& literal) {
  const char brace = text[position - 1];
  if (position < text.size() && text[position] == brace) {
    literal += brace;
    ++position;
    return "";
  }
  if (brace == '}') return "\"}\" closes nothing; write \"}}\" for a brace";
  const size_t end = text.find_first_of("{}", position);
  if (end == std::string_view::npos || text[end] == '{') {
    return "\"{\" has no closing \"}\"; write \"{{\" for a brace";
  }
  if (end == position) return "\"{}\" names no draw; write \"{name}\"";
  if (!literal.empty()) split.pieces.push_back({std::move(literal), ""});
  literal.clear();
  split.pieces.push_back({"", std::string(text.substr(position, end - position))});
  position = end + 1;
  return "";
}

bool fits_integer(char c, bool first) {
  return (c >= '0' && c <= '9') || (first && c == '-');
}

}  // namespace

SplitText split_template(std::string_view text) {
  SplitText split;
  std::string literal;
  for (size_t position = 0; position < text.size();) {
    const char c = text[position++];
    if (c != '{' && c != '}') {
      literal += c;
      continue;
    }
    split.problem = take_brace(text, position, split, literal);
    if (!split.problem.empty()) return split;
  }
  if (!literal.empty()) split.pieces.push_back({std::move(literal), ""});
  return split;
}

bool template_makes(const std::vector<TextPiece>& pieces, std::string_view key,
                    const std::vector<std::string>& integer_draws) {
  // reached[i]: the pieces so far can make the first i characters.
  std::vector<char> reached(key.size() + 1, 0);
  reached[0] = 1;
  for (const TextPiece& piece : pieces) {
    std::vector<char> next(key.size() + 1, 0);
    const bool integer =
        std::find(integer_draws.begin(), integer_draws.end(), piece.draw) != integer_draws.end();
    for (size_t start = 0; start <= key.size(); ++start) {
      if (!reached[start]) continue;
      if (piece.draw.empty()) {
        if (key.substr(start, piece.literal.size()) == piece.literal) {
          next[start + piece.literal.size()] = 1;
        }
        continue;
      }
      for (size_t end = start; end < key.size(); ++end) {
        if (integer && !fits_integer(key[end], end == start)) break;
        if (!integer || key[end] != '-') next[end + 1] = 1;
      }
    }
    reached = std::move(next);
  }
  return reached[key.size()] != 0;
}

bool pattern_may_meet(std::string_view pattern, const std::vector<TextPiece>& pieces) {
  const std::string_view fixed = pattern.substr(0, pattern.find_first_of("*?[\\"));
  const bool open_pattern = fixed.size() < pattern.size();
  const bool open_template = pieces.empty() || pieces.size() > 1 || !pieces[0].draw.empty();
  const std::string_view made = pieces.empty() || !pieces[0].draw.empty()
                                    ? std::string_view()
                                    : std::string_view(pieces[0].literal);
  const size_t common = std::min(fixed.size(), made.size());
  if (fixed.substr(0, common) != made.substr(0, common)) return false;
  if (!open_pattern && !open_template) return fixed == made;
  return (fixed.size() <= made.size() || open_template) &&
         (made.size() <= fixed.size() || open_pattern);
}

}  // namespace tare
