#include "bench/model/result_file_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>
#include <vector>

#include "bench/model/problem.h"

namespace tare {
namespace {

using nlohmann::json;

constexpr int kDeepest = 1100;  // levels of brackets: 500 of a plan and what lies around it
constexpr size_t kMostProblems = 20;

int depth_of(std::string_view text) {
  int depth = 0, deepest = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

json parsed(std::string_view text, const std::string& source_name) {
  if (nested_too_deep(text)) {
    throw FileProblems(
        {{source_name, "", fmt::format("is nested deeper than {} levels", kDeepest)}});
  }
  try {
    return json::parse(text);
  } catch (const json::exception& error) {
    std::string message = error.what();
    if (const size_t end = message.find("] "); end != std::string::npos) message.erase(0, end + 2);
    throw FileProblems(
        {{source_name, "", fmt::format("is not whole JSON, perhaps cut short: {}", message)}});
  }
}

// valijson names the place as "<root>", "[operations]", "[view_post]".
std::string pointer_of(const std::vector<std::string>& context) {
  std::string pointer;
  for (const std::string& part : context) {
    if (part.size() < 2 || part.front() != '[') continue;
    pointer += '/';
    for (const char c : part.substr(1, part.size() - 2)) {
      if (c == '~') {
        pointer += "~0";
      } else if (c == '/') {
        pointer += "~1";
      } else {
        pointer += c;
      }
    }
  }
  return pointer;
}

std::vector<Problem> violations(const json& document, std::string_view schema_text,
                                const std::string& source_name) {
  const json schema_document = json::parse(schema_text);
  valijson::Schema schema;
  valijson::SchemaParser parser;
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_document), schema);
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(document), &results)) {
    return {};
  }
  std::vector<Problem> problems;
  valijson::ValidationResults::Error error;
  while (results.popError(error)) {
    problems.push_back({source_name, pointer_of(error.context), error.description});
  }
  // One wrong value makes every object around it wrong: only the innermost places are of use.
  std::vector<Problem> innermost;
  for (const Problem& problem : problems) {
    const bool around_another =
        std::any_of(problems.begin(), problems.end(), [&problem](const Problem& other) {
          return other.pointer.starts_with(problem.pointer + "/");
        });
    if (!around_another && innermost.size() < kMostProblems) innermost.push_back(problem);
  }
  return innermost;
}

}  // namespace

bool nested_too_deep(std::string_view json_text) {
  return depth_of(json_text) > kDeepest;
}

void require_valid(std::string_view text, std::string_view schema, const std::string& source_name) {
  const json document = parsed(text, source_name);
  if (document.is_object()) {
    const auto version = document.find("schema_version");
    if (version != document.end() && *version != 1) {
      throw FileProblems(
          {{source_name, "/schema_version",
            fmt::format("is {}; this tare reads 1: use the tare that wrote it", version->dump())}});
    }
  }
  std::vector<Problem> problems = violations(document, schema, source_name);
  if (!problems.empty()) throw FileProblems(std::move(problems));
}

void require_writable(std::string_view text, std::string_view schema, const std::string& what) {
  try {
    require_valid(text, schema, what);
  } catch (const FileProblems& problems) {
    throw std::invalid_argument(fmt::format(
        "{} cannot be written (a number is missing, NaN or infinite?)\n{}", what, problems.what()));
  }
}

}  // namespace tare
