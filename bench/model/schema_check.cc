#include "bench/model/schema_check.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "bench/model/json_file.h"
#include "bench/model/near_miss.h"
#include "bench/model/schema_check_shape.h"

namespace tare {
namespace {

using nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

json to_library(const JsonValue& value) {
  switch (value.kind) {
    case JsonKind::boolean:
      return value.boolean;
    case JsonKind::integer:
      return value.integer;
    case JsonKind::number:
      return value.number;
    case JsonKind::text:
      return value.text;
    case JsonKind::array: {
      json array = json::array();
      for (const JsonValue& item : value.items) array.push_back(to_library(item));
      return array;
    }
    case JsonKind::object: {
      json object = json::object();
      for (size_t i = 0; i < value.names.size(); ++i) {
        object[value.names[i]] = to_library(value.items[i]);
      }
      return object;
    }
    default:
      return nullptr;
  }
}

std::string limit(const JsonValue& schema, std::string_view keyword) {
  const JsonValue& value = object_in(schema, keyword);
  return value.is(JsonKind::integer) ? std::to_string(value.integer)
                                     : fmt::format("{}", value.number);
}

std::string type_in_words(const JsonValue& schema) {
  const std::string type = text_in(schema, "type");
  if (type == "integer") return "a whole number";
  if (type == "string") return "a text in double quotes";
  if (type == "boolean") return "true or false";
  if (type == "array") return "a list: [...]";
  if (type == "object") return "an object: {...}";
  if (type == "number") return "a number";
  return "a number, a text, true or false";
}

// The validator's finding in our words; empty for the ones that only repeat a finding further in.
std::string message_for(const std::string& finding, const JsonValue& schema) {
  struct Wording {
    std::string_view finding;
    std::string_view keyword;
    std::string_view words;
  };
  // The longer beginnings stand first.
  static constexpr Wording kWordings[] = {
      {"Expected number greater than or equal", "minimum", "must be >= {}"},
      {"Expected number greater than", "", "must be > {}"},
      {"Expected number less than or equal", "maximum", "must be <= {}"},
      {"Expected number less than", "", "must be < {}"},
      {"Array should contain no more", "maxItems", "must hold at most {} entries"},
      {"Array should contain no fewer", "minItems", "must hold at least {} entry"},
      {"String should be no more", "maxLength", "must be at most {} characters long"},
      {"String should be no fewer", "minLength", "must be at least {} character long"},
      {"Object should have no more", "maxProperties", "must hold at most {} entries"},
      {"Object should have no fewer", "minProperties", "must hold at least {} entry"},
      {"Failed to match expected value", "const", "must be {}"}};
  const auto begins = [&](std::string_view words) { return finding.rfind(words, 0) == 0; };
  if (begins("Failed to validate")) return "";
  if (begins("Value type not permitted")) return "must be " + type_in_words(schema);
  if (begins("Failed to match against any enum")) {
    return "must be " + quoted_list(texts_in(schema, "enum"), " or ");
  }
  if (begins("Failed to match regex")) return text_in(schema, "patternErrorMessage");
  if (begins("Elements at indexes")) return "names the same twice; keep one";
  for (const Wording& wording : kWordings) {
    if (!begins(wording.finding)) continue;
    std::string_view keyword = wording.keyword;
    if (keyword.empty()) {
      keyword = begins("Expected number greater") ? "exclusiveMinimum" : "exclusiveMaximum";
    }
    return fmt::format(fmt::runtime(wording.words), limit(schema, keyword));
  }
  return finding;
}

struct Place {
  const JsonValue* value;
  const JsonValue* shape;
};

// The library's context: "<root>", "[load]", "[0]" ...
Place find_place(const JsonValue& document, const JsonValue& shape,
                 const std::vector<std::string>& context) {
  Place place{&document, &shape};
  for (size_t i = 1; i < context.size(); ++i) {
    const std::string name = context[i].substr(1, context[i].size() - 2);
    if (place.value->is(JsonKind::array)) {
      const size_t index = std::stoul(name);
      place = {&place.value->items.at(index), &object_in(*place.shape, "items").items.at(index)};
    } else {
      const JsonValue* value = place.value->find(name);
      const JsonValue* inner = object_in(*place.shape, "properties").find(name);
      if (!value || !inner) break;
      place = {value, inner};
    }
  }
  return place;
}

// Whether the author wrote the missing field under a wrong name, which has been told.
bool written_otherwise(const std::string& missing, const JsonValue& object,
                       const JsonValue& shape) {
  const JsonValue& known = object_in(shape, "properties");
  for (const std::string& name : object.names) {
    if (!known.find(name) && near_miss(name, {missing})) return true;
  }
  return false;
}

void add_finding(const valijson::ValidationResults::Error& error, const JsonValue& document,
                 const JsonValue& shape, ProblemList& problems,
                 std::set<const JsonValue*>& judged) {
  const Place place = find_place(document, shape, error.context);
  constexpr std::string_view kMissing = "Missing required property '";
  if (error.description.rfind(kMissing, 0) == 0) {
    const size_t end = error.description.rfind('\'');
    const std::string name = error.description.substr(kMissing.size(), end - kMissing.size());
    if (!written_otherwise(name, *place.value, *place.shape)) {
      problems.add(*place.value, fmt::format("required field \"{}\" is missing", name));
    }
    return;
  }
  const std::string message = message_for(error.description, *place.shape);
  if (!message.empty() && judged.insert(place.value).second) problems.add(*place.value, message);
}

}  // namespace

void check_against_schema(const JsonValue& document, std::string_view schema_text,
                          ProblemList& problems) {
  ProblemList schema_problems("schema");
  const JsonValue schema = parse_json(std::string(schema_text), schema_problems);
  if (!document.is(JsonKind::object)) {
    problems.add(document, "must be an object: {...}");
    return;
  }
  const JsonValue shape = shape_of(document, schema, problems);

  const json shape_json = to_library(shape);
  valijson::Schema rules;
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  parser.populateSchema(Adapter(shape_json), rules);
  const json document_json = to_library(document);
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(rules, Adapter(document_json), &results)) return;
  std::set<const JsonValue*> judged;
  for (const auto& error : results) add_finding(error, document, shape, problems, judged);
}

}  // namespace tare
