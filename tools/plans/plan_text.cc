// Finds EXPLAIN's JSON in what people paste. Each way of undoing a frame is tried in turn, and what
// comes out counts only when it is JSON; so a way may guess, and none can make a plan of something
// else.
#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "bench/model/result_file_schema.h"
#include "tools/plans/plan_tree.h"

namespace tare {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::string_view kHeading = "QUERY PLAN";
// What psql draws at the sides, in all its line styles.
constexpr std::array<std::string_view, 3> kBars = {"|", "│", "║"};
// What psql puts where a field goes on in the next line.
constexpr std::array<std::string_view, 4> kMarks = {"+", "↵", "…", "."};

std::string_view without_left(std::string_view line) {
  const size_t start = line.find_first_not_of(" \t");
  return start == std::string_view::npos ? std::string_view() : line.substr(start);
}

std::string_view without_right(std::string_view line) {
  const size_t end = line.find_last_not_of(" \t\r");
  return end == std::string_view::npos ? std::string_view() : line.substr(0, end + 1);
}

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

// "| [      +|" becomes "[". In the expanded format the heading stands left of the bar.
std::string_view unframed(std::string_view line) {
  std::string_view left = without_left(line);
  if (left.starts_with(kHeading)) left = without_left(left.substr(kHeading.size()));
  for (const std::string_view bar : kBars) {
    if (!left.starts_with(bar)) continue;
    line = left.substr(bar.size());
    if (line.starts_with(' ')) line.remove_prefix(1);
    break;
  }
  line = without_right(line);
  for (const std::string_view bar : kBars) {
    if (!line.ends_with(bar)) continue;
    line = without_right(line.substr(0, line.size() - bar.size()));
    break;
  }
  for (const std::string_view mark : kMarks) {
    if (!line.ends_with(mark)) continue;
    line.remove_suffix(mark.size());
    break;
  }
  return without_right(line);
}

// A line in quotes of its own, as some clients copy them.
std::string_view unquoted_line(std::string_view line) {
  line = without_right(without_left(line));
  if (line.size() >= 2 && line.front() == line.back() &&
      (line.front() == '"' || line.front() == '\'')) {
    return line.substr(1, line.size() - 2);
  }
  return line;
}

// `with` between the lines. A clipboard breaks lines anywhere, also inside a text: then nothing.
std::string joined(const Lines& lines, std::string_view with,
                   const std::function<std::string_view(std::string_view)>& mended) {
  std::string text;
  for (const std::string_view line : lines) {
    text += mended(line);
    text += with;
  }
  return text;
}

// CSV doubles the quotes inside a field.
std::string with_single_quotes(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == '"' && i + 1 < text.size() && text[i + 1] == '"') ++i;
  }
  return out;
}

// From the first bracket that begins a line to the one that closes it; empty when there is none.
std::string_view bracketed(std::string_view text) {
  size_t start = 0;
  for (bool at_line = true; start < text.size(); ++start) {
    const char c = text[start];
    if (at_line && (c == '[' || c == '{')) break;
    at_line = c == '\n' || (at_line && (std::isspace(static_cast<unsigned char>(c)) || c == '"'));
  }
  int depth = 0;
  bool quoted = false;
  for (size_t i = start; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if ((c == ']' || c == '}') && --depth == 0) {
      return text.substr(start, i + 1 - start);
    }
  }
  return {};
}

bool is_json(std::string_view text) {
  return !text.empty() && !nested_too_deep(text) && nlohmann::json::accept(text);
}

// Nothing of a plan stands above its JSON, so only from there on lines are put together.
Lines from_json(const Lines& lines,
                const std::function<std::string_view(std::string_view)>& mended) {
  const auto start = std::find_if(lines.begin(), lines.end(), [&mended](std::string_view line) {
    const std::string_view text = without_left(mended(line));
    return text.starts_with('[') || text.starts_with('{') || text.starts_with("\"[");
  });
  return {start, lines.end()};
}

[[noreturn]] void refuse(const std::string& why) {
  throw std::runtime_error(why);
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

[[noreturn]] void refuse_for_what_it_is(std::string_view text) {
  constexpr const char* kAdvice = "; use EXPLAIN (FORMAT JSON)";
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    refuse("there is no plan: the text is empty");
  if (has(text, "<explain") || has(text, "<Node-Type>")) {
    refuse(std::string("the plan is in EXPLAIN's XML format") + kAdvice);
  }
  if (has(text, "\"Node Type\"")) {
    if (nested_too_deep(text)) refuse("the plan's nodes are nested too deeply to be read");
    refuse("the plan's JSON is damaged, perhaps cut short: copy it whole");
  }
  if (has(text, "- Plan:") || has(text, "Node Type: ")) {
    refuse(std::string("the plan is in EXPLAIN's YAML format") + kAdvice);
  }
  if (has(text, "(cost=") || has(text, "(actual ") || has(text, "->  ") ||
      has(text, "Planning Time:") || has(text, "Execution Time:")) {
    refuse(std::string("the plan is in EXPLAIN's text format, which does not tell everything") +
           kAdvice);
  }
  refuse(std::string("there is no plan in this text") + kAdvice);
}

}  // namespace

std::string explain_json_in(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (const std::string_view found = bracketed(text); is_json(found)) return std::string(found);
  const Lines lines = lines_of(text);
  const auto as_it_is = [](std::string_view line) { return line; };
  for (const auto& mended : {std::function<std::string_view(std::string_view)>(as_it_is),
                             std::function<std::string_view(std::string_view)>(unframed),
                             std::function<std::string_view(std::string_view)>(unquoted_line)}) {
    const Lines plan = from_json(lines, mended);
    for (const std::string_view with : {"\n", ""}) {
      const std::string whole = joined(plan, with, mended);
      if (const std::string_view found = bracketed(whole); is_json(found)) {
        return std::string(found);
      }
      const std::string single = with_single_quotes(whole);
      if (const std::string_view found = bracketed(single); is_json(found)) {
        return std::string(found);
      }
    }
  }
  refuse_for_what_it_is(text);
}

}  // namespace tare
