#include "bench/model/json_file.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

namespace tare {
namespace {

using nlohmann::json;

// What to do about the library's finding, in words that do not need its grammar.
std::string advice(const std::string& finding) {
  const auto says = [&](const char* words) { return finding.find(words) != std::string::npos; };
  if (says("unexpected end of input")) return "the file ends too early: close what is open";
  if (says("missing closing quote") || says("control character")) {
    return "close the text with a double quote on the same line";
  }
  if (says("ill-formed UTF-8")) return "save the file as UTF-8";
  if (says("invalid comment")) return "a comment is // to the end of the line or /* ... */";
  if (says("while parsing object") && says("unexpected '}'")) {
    return "remove the comma before the }";
  }
  if (says("unexpected ']'")) return "remove the comma before the ]";
  if (says("while parsing object key")) return "field names stand in double quotes";
  if (says("while parsing object separator")) return "a field is \"name\": value";
  if (says("expected ',' or") || says("expected '}'") || says("expected ']'")) {
    return "a comma is missing before it";
  }
  if (says("number overflow")) return "write a smaller number";
  if (says("expected end of input")) return "remove what follows the closing }";
  return "correct it there";
}

// "[json.exception.parse_error.101] parse error at line 1, column 9: syntax error while parsing
// object key - unexpected '}'; expected string literal; last read: '...'" without what only the
// library's makers need.
std::string syntax_message(const std::string& what) {
  std::string finding = what;
  const auto cut = [&](size_t start, size_t end) {
    if (start < end && end != std::string::npos) finding.erase(start, end - start);
  };
  const size_t line = finding.find("line ");
  cut(0, line != std::string::npos ? line : finding.find("] ") + 2);
  if (const size_t start = finding.find("syntax error while"); start != std::string::npos) {
    cut(start, finding.find(" - ", start) + 3);
  }
  if (const size_t start = finding.find("; last read:"); start != std::string::npos) {
    const size_t next = finding.find("; expected", start);
    cut(start, next == std::string::npos ? finding.size() : next);
  }
  return fmt::format("{}: {}", finding, advice(what));
}

class Builder final : public nlohmann::json_sax<json> {
 public:
  explicit Builder(ProblemList& problems) : problems_(problems) {}

  bool null() override { return add(make(JsonKind::null)); }
  bool boolean(bool value) override {
    JsonValue node = make(JsonKind::boolean);
    node.boolean = value;
    return add(std::move(node));
  }
  bool number_integer(number_integer_t value) override {
    JsonValue node = make(JsonKind::integer);
    node.integer = value;
    node.number = double(value);
    return add(std::move(node));
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value <= uint64_t(INT64_MAX)) return number_integer(int64_t(value));
    return number_float(double(value), "");
  }
  bool number_float(number_float_t value, const string_t&) override {
    JsonValue node = make(JsonKind::number);
    node.number = value;
    return add(std::move(node));
  }
  bool string(string_t& value) override {
    JsonValue node = make(JsonKind::text);
    node.text = value;
    if (value.find('\0') != std::string::npos) {
      problems_.add(node, "holds a NUL character (\\u0000); remove it");
    }
    return add(std::move(node));
  }
  bool binary(binary_t&) override { return false; }

  bool start_object(size_t) override { return open(JsonKind::object); }
  bool start_array(size_t) override { return open(JsonKind::array); }
  bool key(string_t& name) override {
    name_ = name;
    return true;
  }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool parse_error(size_t, const std::string&, const json::exception& error) override {
    problems_.add(JsonValue(), syntax_message(error.what()));
    return false;
  }

  JsonValue root;

 private:
  JsonValue make(JsonKind kind) {
    JsonValue node;
    node.kind = kind;
    node.place = next_place_++;
    if (!open_.empty()) {
      const JsonValue& parent = open_.back();
      node.pointer = parent.pointer + "/" +
                     (parent.is(JsonKind::object) ? pointer_token(name_)
                                                  : std::to_string(parent.items.size()));
    }
    return node;
  }

  bool open(JsonKind kind) {
    JsonValue node = make(kind);
    if (open_.size() >= kDeepest) {
      problems_.add(node, fmt::format("is nested deeper than {} levels", kDeepest));
      return false;
    }
    names_.push_back(name_);
    open_.push_back(std::move(node));
    return true;
  }

  bool close() {
    JsonValue node = std::move(open_.back());
    open_.pop_back();
    name_ = std::move(names_.back());
    names_.pop_back();
    return add(std::move(node));
  }

  bool add(JsonValue node) {
    if (open_.empty()) {
      root = std::move(node);
      return true;
    }
    JsonValue& parent = open_.back();
    if (parent.is(JsonKind::array)) {
      parent.items.push_back(std::move(node));
    } else if (parent.find(name_)) {
      problems_.add(parent, node, fmt::format("field \"{}\" stands twice; keep one", name_));
    } else {
      parent.set(name_, std::move(node));
    }
    return true;
  }

  ProblemList& problems_;
  std::vector<JsonValue> open_;
  std::vector<std::string> names_;  // of the open values
  std::string name_;
  int next_place_ = 0;
};

}  // namespace

std::string read_text_file(const std::filesystem::path& path) {
  const auto refuse = [&](std::string message) {
    throw FileProblems({Problem{path.string(), "", std::move(message)}});
  };
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) refuse("is a folder; name a file in it");
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    refuse("is no regular file (it is read more than once); save its text to one");
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse(fmt::format("cannot be read: {}; check the path", std::strerror(errno)));
  std::string text;
  for (std::array<char, 65536> part; text.size() <= kMostBytes && file;) {
    file.read(part.data(), part.size());
    text.append(part.data(), size_t(file.gcount()));
  }
  if (file.bad()) refuse("cannot be read to its end");
  if (text.size() > kMostBytes) refuse("is longer than 4 MiB; is this the right file?");
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    refuse("is empty; see scenarios/README.md for what goes into it");
  }
  if (text.find('\0') != std::string::npos) refuse("is no text; is this the right file?");
  return text;
}

JsonValue parse_json(const std::string& text, ProblemList& problems) {
  Builder builder(problems);
  constexpr bool kToTheEnd = true, kWithComments = true;
  if (!json::sax_parse(text, &builder, json::input_format_t::json, kToTheEnd, kWithComments)) {
    problems.throw_if_any();
  }
  return std::move(builder.root);
}

}  // namespace tare
