#include "bench/model/json_value.h"

#include <algorithm>

namespace tare {

const JsonValue* JsonValue::find(std::string_view name) const {
  if (kind != JsonKind::object) return nullptr;
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? nullptr : &items[size_t(found - names.begin())];
}

void JsonValue::set(std::string name, JsonValue value) {
  names.push_back(std::move(name));
  items.push_back(std::move(value));
}

JsonValue json_text(std::string text) {
  JsonValue value;
  value.kind = JsonKind::text;
  value.text = std::move(text);
  return value;
}

JsonValue json_object() {
  JsonValue value;
  value.kind = JsonKind::object;
  return value;
}

std::string pointer_token(std::string_view name) {
  std::string token;
  for (char c : name) {
    if (c == '~') {
      token += "~0";
    } else if (c == '/') {
      token += "~1";
    } else {
      token += c;
    }
  }
  return token;
}

std::string text_in(const JsonValue& object, std::string_view name, const std::string& fallback) {
  const JsonValue* value = object.find(name);
  return value && value->is(JsonKind::text) ? value->text : fallback;
}

double number_in(const JsonValue& object, std::string_view name, double fallback) {
  const JsonValue* value = object.find(name);
  if (!value) return fallback;
  return value->is(JsonKind::integer) || value->is(JsonKind::number) ? value->number : fallback;
}

int64_t integer_in(const JsonValue& object, std::string_view name, int64_t fallback) {
  const JsonValue* value = object.find(name);
  return value && value->is(JsonKind::integer) ? value->integer : fallback;
}

std::vector<std::string> texts_in(const JsonValue& object, std::string_view name) {
  std::vector<std::string> texts;
  const JsonValue* array = object.find(name);
  if (!array || !array->is(JsonKind::array)) return texts;
  for (const JsonValue& item : array->items) {
    if (item.is(JsonKind::text)) texts.push_back(item.text);
  }
  return texts;
}

const JsonValue& object_in(const JsonValue& object, std::string_view name) {
  static const JsonValue kNothing = json_object();
  const JsonValue* value = object.find(name);
  return value ? *value : kNothing;
}

}  // namespace tare
