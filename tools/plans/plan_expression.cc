// The text of an expression is words first (plan_tokens.h), then one line in which whatever a
// literal, a list of literals or a release of PostgreSQL may change has become the same.
#include <algorithm>
#include <array>
#include <vector>

#include "tools/plans/fingerprint.h"
#include "tools/plans/plan_tokens.h"

namespace tare {
namespace {

using Kind = PlanToken::Kind;
using Token = PlanToken;
using Tokens = std::vector<PlanToken>;

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
  return Normalizer(plan_tokens(text), aliases).line();
}

}  // namespace tare
