#include "bench/model/schema_check_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <stdexcept>

#include "bench/model/near_miss.h"

namespace tare {
namespace {

constexpr size_t kLongestMatched = 1000;  // std::regex takes stack for every character

// Keywords that a validator checks on one value alone.
constexpr std::string_view kValueKeywords[] = {
    "type",     "enum",        "const",         "minimum",      "maximum", "exclusiveMinimum",
    "minItems", "maxItems",    "minLength",     "maxLength",    "pattern", "exclusiveMaximum",
    "required", "uniqueItems", "minProperties", "maxProperties"};

bool accepts(const JsonValue& schema, const JsonValue& value) {
  const std::string type = text_in(schema, "type");
  switch (value.kind) {
    case JsonKind::object:
      return type == "object";
    case JsonKind::array:
      return type == "array";
    case JsonKind::text:
      return type == "string";
    case JsonKind::boolean:
      return type == "boolean";
    case JsonKind::integer:
      return type == "integer" || type == "number";
    case JsonKind::number:
      return type == "number" || type == "integer";  // its range or wholeness is what is wrong
    default:
      return type == "null";
  }
}

// "uniform", "a number" or {"zipf": ...}.
std::string in_words(const JsonValue& schema) {
  if (const auto words = texts_in(schema, "enum"); !words.empty()) return quoted_list(words, ", ");
  const auto required = texts_in(schema, "required");
  if (!required.empty()) return fmt::format("{{\"{}\": ...}}", required.front());
  const std::string type = text_in(schema, "type");
  if (type == "integer") return "a whole number";
  if (type == "string") return "a text";
  if (type == "boolean") return "true or false";
  return type == "object" ? "an object" : "a " + type;
}

class Shaper {
 public:
  Shaper(const JsonValue& schema, ProblemList& problems) : root_(schema), problems_(problems) {}

  JsonValue shape(const JsonValue& value, const JsonValue& schema_or_reference) {
    if (!problems_.sound_at(value) && value.is(JsonKind::text)) return json_object();
    const JsonValue& schema = resolved(schema_or_reference);
    if (const JsonValue* alternatives = schema.find("oneOf")) {
      const JsonValue* meant = choose(value, *alternatives);
      return meant ? shape(value, *meant) : json_object();
    }
    JsonValue result = value_keywords(value, schema);
    if (value.is(JsonKind::object) && accepts(schema, value)) {
      result.set("properties", members(value, schema));
    }
    if (value.is(JsonKind::array) && schema.find("items")) {
      JsonValue items;
      items.kind = JsonKind::array;
      for (const JsonValue& item : value.items) {
        items.items.push_back(shape(item, *schema.find("items")));
      }
      result.set("items", std::move(items));
    }
    return result;
  }

 private:
  const JsonValue& resolved(const JsonValue& schema) const {
    const JsonValue* reference = schema.find("$ref");
    if (!reference) return schema;
    constexpr std::string_view kPrefix = "#/definitions/";
    const JsonValue* target =
        object_in(root_, "definitions").find(reference->text.substr(kPrefix.size()));
    if (!target) throw std::logic_error("schema: nothing at " + reference->text);
    return *target;
  }

  JsonValue value_keywords(const JsonValue& value, const JsonValue& schema) const {
    JsonValue result = json_object();
    for (size_t i = 0; i < schema.names.size(); ++i) {
      const std::string& keyword = schema.names[i];
      if (std::find(std::begin(kValueKeywords), std::end(kValueKeywords), keyword) ==
          std::end(kValueKeywords)) {
        continue;
      }
      if (keyword == "pattern" && value.text.size() > kLongestMatched) continue;
      if (keyword == "pattern")
        result.set("patternErrorMessage", object_in(schema, "patternErrorMessage"));
      result.set(keyword, schema.items[i]);
    }
    return result;
  }

  JsonValue members(const JsonValue& value, const JsonValue& schema) {
    JsonValue shapes = json_object();
    const JsonValue& properties = object_in(schema, "properties");
    const JsonValue* others = schema.find("additionalProperties");
    for (size_t i = 0; i < value.names.size(); ++i) {
      const std::string& name = value.names[i];
      if (const JsonValue* known = properties.find(name)) {
        shapes.set(name, shape(value.items[i], *known));
      } else if (others && others->is(JsonKind::object)) {
        check_name(value.items[i], name, schema);
        shapes.set(name, shape(value.items[i], *others));
      } else if (others && others->is(JsonKind::boolean) && others->boolean) {
        shapes.set(name, json_object());  // whatever it is
      } else {
        problems_.add(
            value, value.items[i],
            fmt::format("unknown field \"{}\"{}", name, suggestion(name, properties.names)));
      }
    }
    return shapes;
  }

  void check_name(const JsonValue& value, const std::string& name, const JsonValue& schema) {
    const JsonValue& rule = resolved(object_in(schema, "propertyNames"));
    const std::string pattern = text_in(rule, "pattern");
    if (pattern.empty()) return;
    if (name.size() > kLongestMatched || !std::regex_search(name, std::regex(pattern))) {
      problems_.add(value, fmt::format("the name \"{}\" {}", name.substr(0, kLongestMatched),
                                       text_in(rule, "patternErrorMessage")));
    }
  }

  // The alternative whose first required field is there; else the one it is a slip of.
  const JsonValue* choose(const JsonValue& value, const JsonValue& alternatives) {
    std::vector<const JsonValue*> fitting;
    std::vector<std::string> keys;
    std::string all;
    for (const JsonValue& item : alternatives.items) {
      const JsonValue& alternative = resolved(item);
      all += (all.empty() ? "" : ", ") + in_words(alternative);
      if (!accepts(alternative, value)) continue;
      fitting.push_back(&alternative);
      const auto required = texts_in(alternative, "required");
      keys.push_back(required.empty() ? "" : required.front());
    }
    if (fitting.empty()) problems_.add(value, "must be one of: " + all);
    if (fitting.empty()) return nullptr;
    if (!value.is(JsonKind::object)) return fitting.front();
    std::vector<std::string> present;
    for (const std::string& key : keys) {
      if (!key.empty() && value.find(key)) present.push_back(key);
    }
    if (present.size() > 1) {
      problems_.add(value,
                    fmt::format("{} exclude each other; keep one", quoted_list(present, " and ")));
      return nullptr;
    }
    for (size_t i = 0; i < fitting.size(); ++i) {
      if (keys[i].empty() || (!present.empty() && keys[i] == present.front())) return fitting[i];
    }
    return nearest(value, fitting, keys, all);
  }

  const JsonValue* nearest(const JsonValue& value, const std::vector<const JsonValue*>& fitting,
                           const std::vector<std::string>& keys, const std::string& all) {
    for (size_t i = 0; i < value.names.size(); ++i) {
      const auto near = near_miss(value.names[i], keys);
      if (!near) continue;
      for (size_t j = 0; j < keys.size(); ++j) {
        if (keys[j] == *near) return fitting[j];
      }
    }
    problems_.add(value, fmt::format("{}must be one of: {}",
                                     value.names.empty()
                                         ? std::string("is empty; ")
                                         : fmt::format("unknown field \"{}\"; ", value.names[0]),
                                     all));
    return nullptr;
  }

  const JsonValue& root_;
  ProblemList& problems_;
};

}  // namespace

JsonValue shape_of(const JsonValue& document, const JsonValue& schema, ProblemList& problems) {
  return Shaper(schema, problems).shape(document, schema);
}

}  // namespace tare
