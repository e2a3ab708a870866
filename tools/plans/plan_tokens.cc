#include "tools/plans/plan_tokens.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <initializer_list>

namespace tare {
namespace {

using Kind = PlanToken::Kind;
using Token = PlanToken;

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

  std::vector<Token> tokens() {
    std::vector<Token> out;
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

}  // namespace

std::vector<PlanToken> plan_tokens(std::string_view expression) {
  return Lexer(expression).tokens();
}

std::set<int> parameters_in(std::string_view expression) {
  std::set<int> numbers;
  for (const PlanToken& token : plan_tokens(expression)) {
    if (token.kind != PlanToken::Kind::parameter) continue;
    int number = 0;
    const char* end = token.text.data() + token.text.size();
    if (std::from_chars(token.text.data() + 1, end, number).ec == std::errc()) {
      numbers.insert(number);
    }
  }
  return numbers;
}

}  // namespace tare
