#include "bench/model/sql_parameters.h"

#include <algorithm>
#include <charconv>

namespace tare {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Bytes above 127 are letters to PostgreSQL.
bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}

bool is_in_name(char c) {
  return begins_name(c) || is_digit(c) || c == '$';
}

// Each function takes where something begins and returns where it has ended.
class Scanner {
 public:
  explicit Scanner(std::string_view sql) : sql_(sql) {}

  SqlPieces split() {
    SqlPieces pieces;
    size_t begun = 0, at = 0;
    while (at < sql_.size()) {
      if (sql_[at] != '$' || !is_digit(next(at))) {
        at = past(at);
        continue;
      }
      size_t number = 0;
      const char* end =
          std::from_chars(sql_.data() + at + 1, sql_.data() + sql_.size(), number).ptr;
      pieces.texts.emplace_back(sql_.substr(begun, at - begun));
      pieces.parameters.push_back(number);
      begun = at = size_t(end - sql_.data());
    }
    pieces.texts.emplace_back(sql_.substr(begun));
    return pieces;
  }

 private:
  char next(size_t at) const { return at + 1 < sql_.size() ? sql_[at + 1] : '\0'; }

  size_t past(size_t at) const {
    const char c = sql_[at];
    if (c == '\'') return past_quotes(at, Backslash::plain);
    if (c == '"') return past_quotes(at, Backslash::plain);
    if (c == '-' && next(at) == '-') return std::min(sql_.find('\n', at), sql_.size());
    if (c == '/' && next(at) == '*') return past_comment(at);
    if (c == '$') return past_dollar_quote(at);
    if (begins_name(c)) return past_name(at);
    if (is_digit(c)) return past_number(at);
    return at + 1;
  }

  enum class Backslash { plain, escapes };

  // A doubled quote begins the next one at once, which comes to the same.
  size_t past_quotes(size_t at, Backslash backslash) const {
    const char quote = sql_[at++];
    while (at < sql_.size() && sql_[at] != quote) {
      at += backslash == Backslash::escapes && sql_[at] == '\\' ? 2 : 1;
    }
    return std::min(at + 1, sql_.size());
  }

  // Comments of this kind nest.
  size_t past_comment(size_t at) const {
    int depth = 0;
    do {
      if (sql_[at] == '/' && next(at) == '*') {
        ++depth, ++at;
      } else if (sql_[at] == '*' && next(at) == '/') {
        --depth, ++at;
      }
      ++at;
    } while (depth > 0 && at < sql_.size());
    return std::min(at, sql_.size());
  }

  // $tag$ ... $tag$, or a lone dollar.
  size_t past_dollar_quote(size_t at) const {
    size_t end = at + 1;
    while (end < sql_.size() && is_in_name(sql_[end]) && sql_[end] != '$') ++end;
    if (end >= sql_.size() || sql_[end] != '$') return at + 1;
    const std::string_view tag = sql_.substr(at, end + 1 - at);
    const size_t closed = sql_.find(tag, end + 1);
    return closed == std::string_view::npos ? sql_.size() : closed + tag.size();
  }

  // E'...' is one token, in which a backslash hides what follows.
  size_t past_name(size_t at) const {
    const size_t begin = at;
    while (at < sql_.size() && is_in_name(sql_[at])) ++at;
    const bool escape = at == begin + 1 && (sql_[begin] == 'e' || sql_[begin] == 'E');
    if (escape && at < sql_.size() && sql_[at] == '\'') return past_quotes(at, Backslash::escapes);
    return at;
  }

  size_t past_number(size_t at) const {
    while (at < sql_.size() && (is_digit(sql_[at]) || begins_name(sql_[at]))) ++at;
    return at;
  }

  std::string_view sql_;
};

}  // namespace

SqlPieces split_at_parameters(std::string_view sql) {
  return Scanner(sql).split();
}

}  // namespace tare
