// A JSON document as a person wrote it: members in their order, every value with its place.
// Level: model. A plain value type; the library that parses it stays in json_file.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tare {

enum class JsonKind { null, boolean, integer, number, text, array, object };

struct JsonValue {
  JsonKind kind = JsonKind::null;
  bool boolean = false;
  int64_t integer = 0;
  double number = 0;  // set for integers as well
  std::string text;
  std::vector<std::string> names;  // of the members of an object, beside `items`
  std::vector<JsonValue> items;    // of an array; the values of an object
  std::string pointer;             // JSON pointer from the root
  int place = 0;                   // counts values in the order of the file

  bool is(JsonKind wanted) const { return kind == wanted; }
  const JsonValue* find(std::string_view name) const;  // null: no such member, or no object
  void set(std::string name, JsonValue value);         // adds a member
};

JsonValue json_text(std::string text);
JsonValue json_object();

// "a/b~c" as it stands in a JSON pointer (RFC 6901).
std::string pointer_token(std::string_view name);

// Typed looks into an object. A member that is missing or of another type gives the fallback: the
// schema check has said so already.
std::string text_in(const JsonValue& object, std::string_view name,
                    const std::string& fallback = "");
double number_in(const JsonValue& object, std::string_view name, double fallback);
int64_t integer_in(const JsonValue& object, std::string_view name, int64_t fallback);
std::vector<std::string> texts_in(const JsonValue& object, std::string_view name);

// The member, or an empty object or array that stands for it.
const JsonValue& object_in(const JsonValue& object, std::string_view name);

}  // namespace tare
