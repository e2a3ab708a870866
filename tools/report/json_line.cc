#include "tools/report/json_line.h"

#include <algorithm>

namespace tare {
namespace {

class Walk {
 public:
  Walk(std::string_view text, const std::vector<std::string>& path) : text_(text), path_(path) {}

  int line_of_deepest() {
    while (at_ < text_.size()) step();
    return found_;
  }

 private:
  enum class Kind { object, list };
  struct Level {
    Kind kind;
    std::string name;  // of the field or item that is being read
    size_t index = 0;
    bool wants_key = true;
  };

  void step() {
    const char c = text_[at_];
    if (text_.substr(at_, 2) == "//") return skip_to("\n");
    if (text_.substr(at_, 2) == "/*") return skip_to("*/");
    if (c == '"') return take_string();
    if (c == '{' || c == '[') {
      begin_value();
      levels_.push_back({c == '{' ? Kind::object : Kind::list, "", 0, true});
    } else if (c == '}' || c == ']') {
      if (!levels_.empty()) levels_.pop_back();
    } else if (c == ',') {
      if (!levels_.empty()) ++levels_.back().index, levels_.back().wants_key = true;
    } else if (c == '\n') {
      ++line_;
    } else if (c != ':' && c != ' ' && c != '\t' && c != '\r') {
      begin_value();
    }
    ++at_;
  }

  // The character that ends it is passed as well.
  void skip_to(std::string_view end) {
    const size_t start = at_;
    const size_t found = text_.find(end, at_ + 1);
    at_ = found == std::string_view::npos ? text_.size() : found + end.size();
    line_ += int(std::count(text_.begin() + long(start), text_.begin() + long(at_), '\n'));
  }

  void take_string() {
    const size_t start = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_, text_.size());
    const std::string_view content = text_.substr(start, at_ - start);
    ++at_;
    const bool is_key =
        !levels_.empty() && levels_.back().kind == Kind::object && levels_.back().wants_key;
    if (!is_key) return begin_value();
    levels_.back().wants_key = false;
    levels_.back().name = content;
    compare();
  }

  // An item of a list begins with its first character, a field with its key.
  void begin_value() {
    if (levels_.empty() || levels_.back().kind == Kind::object || !levels_.back().wants_key) return;
    levels_.back().wants_key = false;
    levels_.back().name = std::to_string(levels_.back().index);
    compare();
  }

  void compare() {
    if (levels_.size() <= deepest_ || levels_.size() > path_.size()) return;
    for (size_t i = 0; i < levels_.size(); ++i) {
      if (levels_[i].name != path_[i]) return;
    }
    deepest_ = levels_.size();
    found_ = line_;
  }

  std::string_view text_;
  const std::vector<std::string>& path_;
  std::vector<Level> levels_;
  size_t at_ = 0, deepest_ = 0;
  int line_ = 1, found_ = 0;
};

}  // namespace

int json_line(std::string_view text, const std::vector<std::string>& path) {
  return Walk(text, path).line_of_deepest();
}

}  // namespace tare
