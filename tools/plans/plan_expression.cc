// Two passes: the text into words, then the words into one line in which whatever a literal, a list
// of literals or a release of PostgreSQL may change has become the same.
#include "tools/plans/plan_expression.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <vector>

#include "tools/plans/fingerprint.h"

namespace tare {
namespace {

enum class Kind { word, quoted, literal, parameter, number, cast, symbol };

struct Token {
  Kind kind;
  std::string text;
};
using Tokens = std::vector<Token>;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool begins_word(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool goes_on_word(char c) {
  return begins_word(c) || is_digit(c) || c == '$';
}

bool is_operator(char c) {
  return std::string_view("+-*/<>=~!@#%^&|`?:").find(c) != std::string_view::npos;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Tokens tokens() {
    Tokens out;
    for (skip_spaces(); at_ < text_.size(); skip_spaces()) out.push_back(next());
    return out;
  }

 private:
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void skip_spaces() {
    while (std::isspace(static_cast<unsigned char>(peek()))) ++at_;
  }

  Token next() {
    const size_t start = at_;
    const char c = peek();
    if (c == '\'') return quoted_text('\0');
    if (c == '"') return {Kind::quoted, quoted_name()};
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (c == '$' && is_digit(peek(1))) {
      for (++at_; is_digit(peek());) ++at_;
      return {Kind::parameter, since(start)};
    }
    if (begins_word(c)) {
      if (peek(1) == '\'' && std::string_view("EeBbXxNn").find(c) != std::string_view::npos) {
        ++at_;
        return quoted_text(c);
      }
      return {Kind::word, word()};
    }
    if (c == ':' && peek(1) == ':') return cast();
    ++at_;
    if (is_operator(c)) {
      while (is_operator(peek()) && !(peek() == ':' && peek(1) == ':')) ++at_;
    }
    return {Kind::symbol, since(start)};
  }

  std::string since(size_t start) const { return std::string(text_.substr(start, at_ - start)); }

  std::string word() {
    const size_t start = at_;
    while (at_ < text_.size() && goes_on_word(peek())) ++at_;
    return since(start);
  }

  Token quoted_text(char prefix) {
    const bool escapes = prefix == 'E' || prefix == 'e';
    for (++at_; at_ < text_.size(); ++at_) {
      if (escapes && peek() == '\\') {
        ++at_;
      } else if (peek() == '\'' && peek(1) == '\'') {
        ++at_;
      } else if (peek() == '\'') {
        break;
      }
    }
    at_ = std::min(at_ + 1, text_.size());
    return {Kind::literal, "?"};
  }

  std::string quoted_name() {
    const size_t start = at_;
    for (++at_; at_ < text_.size(); ++at_) {
      if (peek() != '"') continue;
      if (peek(1) != '"') break;
      ++at_;
    }
    at_ = std::min(at_ + 1, text_.size());
    return since(start);
  }

  Token number() {
    const size_t start = at_;
    while (is_digit(peek()) || peek() == '.') ++at_;
    if (peek() == 'e' || peek() == 'E') {
      const size_t sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
      if (is_digit(peek(sign))) {
        at_ += sign;
        while (is_digit(peek())) ++at_;
      }
    }
    return {Kind::number, since(start)};
  }

  // "::" and the whole type, of however many words: PostgreSQL prints no other way of writing it.
  Token cast() {
    at_ += 2;
    skip_spaces();
    std::string type = name();
    while (peek() == '.') {
      ++at_;
      type += "." + name();
    }
    type += modifier();
    if (type == "double" || type == "character" || type == "bit") {
      type += words({"precision", "varying"});
    } else if (type.starts_with("time")) {
      type += words({"with", "without", "time", "zone"});
    } else if (type == "interval") {
      type += words({"year", "month", "day", "hour", "minute", "second", "to"});
    }
    type += modifier();
    while (peek() == '[' && peek(1) == ']') {
      at_ += 2;
      type += "[]";
    }
    return {Kind::cast, "::" + type};
  }

  std::string name() { return peek() == '"' ? quoted_name() : word(); }

  // Those of `allowed` that come next, each after a space.
  std::string words(std::initializer_list<std::string_view> allowed) {
    std::string found;
    while (true) {
      const size_t before = at_;
      skip_spaces();
      const std::string next_word = begins_word(peek()) ? word() : "";
      if (std::find(allowed.begin(), allowed.end(), next_word) == allowed.end()) {
        at_ = before;
        return found;
      }
      found += " " + next_word;
    }
  }

  std::string modifier() {
    if (peek() != '(') return "";
    const size_t end = text_.find(')', at_);
    if (end == std::string_view::npos) return "";
    std::string out(text_.substr(at_, end + 1 - at_));
    at_ = end + 1;
    return out;
  }

  std::string_view text_;
  size_t at_ = 0;
};

// PostgreSQL prints its own keywords in capitals; a function's name in capitals is quoted.
bool is_keyword(const Token& token) {
  return token.kind == Kind::word && std::all_of(token.text.begin(), token.text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || c == '_';
         });
}

bool is_call(const Token& before_bracket) {
  constexpr std::array<std::string_view, 4> kFunctions = {"COALESCE", "NULLIF", "GREATEST",
                                                          "LEAST"};
  if (before_bracket.kind == Kind::quoted) return true;
  if (before_bracket.kind != Kind::word) return false;
  return !is_keyword(before_bracket) ||
         std::find(kFunctions.begin(), kFunctions.end(), before_bracket.text) != kFunctions.end();
}

std::string unquoted(const Token& token) {
  if (token.kind != Kind::quoted) return token.text;
  std::string out;
  for (size_t i = 1; i + 1 < token.text.size(); ++i) {
    if (token.text[i] == '"') ++i;
    out += token.text[i];
  }
  return out;
}

class Normalizer {
 public:
  Normalizer(Tokens tokens, const std::map<std::string, std::string>& aliases)
      : in_(std::move(tokens)), aliases_(aliases) {}

  std::string line() {
    if (const std::string constant = whole_constant(); !constant.empty()) return constant;
    for (size_t i = 0; i < in_.size(); ++i) i += take(i);
    return rendered();
  }

 private:
  static constexpr size_t kLongestTest = 1000;  // words of a SubPlan's test that are looked through

  bool in_is(size_t i, std::string_view text) const {
    return i < in_.size() && in_[i].text == text &&
           (in_[i].kind == Kind::word || in_[i].kind == Kind::symbol);
  }

  // True for the token `back` from the end of what is put out.
  bool out_is(size_t back, std::string_view text) const {
    if (out_.size() < back) return false;
    const Token& token = out_[out_.size() - back];
    return token.text == text && (token.kind == Kind::word || token.kind == Kind::symbol);
  }

  // A condition that is nothing but true, false or NULL decides whether anything is read at all.
  std::string whole_constant() const {
    std::string constant;
    for (const Token& token : in_) {
      if (token.kind == Kind::cast || token.text == "(" || token.text == ")") continue;
      if (!constant.empty() || !is_constant(token)) return "";
      constant = token.text;
    }
    return constant;
  }

  static bool is_constant(const Token& token) {
    return token.kind == Kind::word &&
           (token.text == "true" || token.text == "false" || token.text == "TRUE" ||
            token.text == "FALSE" || token.text == "NULL");
  }

  // Takes the word at `i`; returns how many of those after it were taken as well.
  size_t take(size_t i) {
    const Token& token = in_[i];
    switch (token.kind) {
      case Kind::literal:
        put_literal();
        return 0;
      case Kind::parameter: {
        const auto found = aliases_.find(token.text);
        if (found == aliases_.end()) {
          put_literal();
        } else {
          out_.push_back({Kind::word, found->second});
        }
        return 0;
      }
      case Kind::number:
        if (out_is(1, "SubPlan") || out_is(1, "InitPlan")) {
          out_.push_back(token);
        } else {
          put_literal();
        }
        return 0;
      case Kind::cast:
        if (out_.empty() || out_.back().kind != Kind::literal) out_.push_back(token);
        return 0;
      case Kind::symbol:
        take_symbol(token);
        return 0;
      case Kind::word:
      case Kind::quoted:
        return take_name(i);
    }
    return 0;
  }

  size_t take_name(size_t i) {
    const Token& token = in_[i];
    if (in_is(i + 1, ".") && !out_is(1, ".")) {
      if (const auto found = aliases_.find(unquoted(token)); found != aliases_.end()) {
        if (found->second.empty()) return 1;
        out_.push_back({Kind::word, found->second});
        return 0;
      }
    }
    if (is_constant(token) && !out_is(1, "IS") && !(out_is(1, "NOT") && out_is(2, "IS"))) {
      put_literal();
      return 0;
    }
    out_.push_back(token);
    if (!in_is(i, "OVER")) return 0;
    // A window: "(?)" before PostgreSQL 18, a name since.
    const bool brackets = in_is(i + 1, "(") && in_is(i + 2, "?") && in_is(i + 3, ")");
    const bool name = i + 1 < in_.size() && in_[i + 1].kind == Kind::word;
    if (brackets || name) put_literal();
    return brackets ? 3 : name ? 1 : 0;
  }

  void take_symbol(const Token& token) {
    if (token.text == "(" || token.text == "[") {
      open_.push_back(out_.size());
      out_.push_back(token);
    } else if ((token.text == ")" || token.text == "]") && !open_.empty()) {
      close(token);
    } else {
      out_.push_back(token);
    }
  }

  void put_literal() {
    const bool sign = out_is(1, "-") || out_is(1, "+");
    if (sign && (out_.size() == 1 || out_[out_.size() - 2].kind == Kind::symbol) &&
        !out_is(2, ")") && !out_is(2, "]")) {
      out_.pop_back();
    }
    const bool next_of_list = in_list() && out_is(1, ",") && out_.size() >= 2 &&
                              out_[out_.size() - 2].kind == Kind::literal;
    if (next_of_list) {
      out_.pop_back();
    } else {
      out_.push_back({Kind::literal, "?"});
    }
  }

  // Whether the innermost bracket holds a list of any length.
  bool in_list() const {
    if (open_.empty() || open_.back() == 0) return false;
    const Token& before = out_[open_.back() - 1];
    return before.kind == Kind::word &&
           (before.text == "ARRAY" || before.text == "ROW" || before.text == "IN");
  }

  void close(const Token& bracket) {
    const size_t start = open_.back();
    open_.pop_back();
    if (is_subplan(start + 1)) {
      // From 17 on it is told whether it is asked for a row, or makes an array of them.
      const bool named = start > 0 && out_[start - 1].kind == Kind::word &&
                         (out_[start - 1].text == "EXISTS" || out_[start - 1].text == "ARRAY");
      if (named) out_.erase(out_.begin() + long(start) - 1);
    } else if (is_list_of_literals(start)) {
      const bool named = start > 0 && out_[start - 1].kind == Kind::word &&
                         (out_[start - 1].text == "ARRAY" || out_[start - 1].text == "ROW");
      out_.resize(named ? start - 1 : start);
      put_literal();
      return;
    } else {
      drop_test_of_subplan(start + 1);
    }
    out_.push_back(bracket);
  }

  // Whether all that follows is "SubPlan 1" or "hashed SubPlan 1".
  bool is_subplan(size_t from) const {
    const size_t words = out_.size() - from;
    return (words == 2 && out_is(2, "SubPlan")) ||
           (words == 3 && out_is(3, "hashed") && out_is(2, "SubPlan"));
  }

  bool is_list_of_literals(size_t start) const {
    const bool array = start > 0 && out_[start - 1].text == "ARRAY";
    if (out_[start].text == "[" && !array) return false;
    if (start > 0 && out_[start].text == "(" && is_call(out_[start - 1])) return false;
    for (size_t i = start + 1; i < out_.size(); ++i) {
      const bool comma = out_[i].kind == Kind::symbol && out_[i].text == ",";
      if (!comma && out_[i].kind != Kind::literal) return false;
    }
    return out_.size() > start + 1 || array;
  }

  // "(ANY (id = (hashed SubPlan 1).col1))" is what 17 says instead of "(hashed SubPlan 1)".
  void drop_test_of_subplan(size_t from) {
    if (from >= out_.size() || out_.size() - from > kLongestTest) return;
    const std::string& first = out_[from].text;
    if (first != "ANY" && first != "ALL" && first != "ROWCOMPARE") return;
    for (size_t i = from + 1; i + 1 < out_.size(); ++i) {
      if (out_[i].text != "SubPlan" || out_[i + 1].kind != Kind::number) continue;
      const size_t begin = out_[i - 1].text == "hashed" ? i - 1 : i;
      const Tokens subplan(out_.begin() + long(begin), out_.begin() + long(i) + 2);
      out_.resize(from);
      out_.insert(out_.end(), subplan.begin(), subplan.end());
      return;
    }
  }

  static bool touch(const Token& left, const Token& right) {
    if (left.kind == Kind::symbol && (left.text == "(" || left.text == "[" || left.text == ".")) {
      return true;
    }
    if (right.kind == Kind::cast) return true;
    if (right.kind != Kind::symbol) return false;
    if (right.text == "(") return is_call(left);
    return right.text == ")" || right.text == "]" || right.text == "," || right.text == "." ||
           right.text == "[";
  }

  std::string rendered() const {
    std::string line;
    for (size_t i = 0; i < out_.size(); ++i) {
      if (i > 0 && !touch(out_[i - 1], out_[i])) line += ' ';
      line += out_[i].text;
    }
    return line;
  }

  Tokens in_, out_;
  std::vector<size_t> open_;  // where in out_ the brackets stand that are not closed yet
  const std::map<std::string, std::string>& aliases_;
};

}  // namespace

std::string normalized_expression(std::string_view text,
                                  const std::map<std::string, std::string>& aliases) {
  return Normalizer(Lexer(text).tokens(), aliases).line();
}

std::set<int> parameters_in(std::string_view expression) {
  std::set<int> numbers;
  for (const Token& token : Lexer(expression).tokens()) {
    if (token.kind != Kind::parameter) continue;
    int number = 0;
    const char* end = token.text.data() + token.text.size();
    if (std::from_chars(token.text.data() + 1, end, number).ec == std::errc()) {
      numbers.insert(number);
    }
  }
  return numbers;
}

}  // namespace tare
