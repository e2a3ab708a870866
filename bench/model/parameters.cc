#include "bench/model/parameters.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <set>

#include "bench/model/near_miss.h"

namespace tare {
namespace {

constexpr size_t kMostGrowth = 16 * 1024 * 1024;  // bytes put in over a whole file

bool is_scalar(const JsonValue& value) {
  return value.kind != JsonKind::null && value.kind != JsonKind::array &&
         value.kind != JsonKind::object;
}

template <class Number>
bool parse_whole(const std::string& text, Number& number) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end && !text.empty();
}

// `declared` with the value `text`; nothing when the text is not of its type.
std::optional<JsonValue> retyped(JsonValue declared, const std::string& text) {
  switch (declared.kind) {
    case JsonKind::boolean:
      if (text != "true" && text != "false") return std::nullopt;
      declared.boolean = text == "true";
      return declared;
    case JsonKind::integer:
    case JsonKind::number:
      if (parse_whole(text, declared.integer)) {
        declared.kind = JsonKind::integer;
        declared.number = double(declared.integer);
        return declared;
      }
      if (!parse_whole(text, declared.number) || !std::isfinite(declared.number)) {
        return std::nullopt;
      }
      declared.kind = JsonKind::number;
      return declared;
    default:
      declared.text = text;
      return declared;
  }
}

class Substitution {
 public:
  Substitution(JsonValue& document, ProblemList& problems)
      : document_(document), problems_(problems) {
    if (const JsonValue* declared = document.find("parameters")) {
      parameters_ = *declared;
    } else {
      misspelled_ = near_miss("parameters", document.names).has_value();
    }
  }

  void override_with(const std::map<std::string, std::string>& overrides) {
    for (const auto& [name, text] : overrides) {
      JsonValue* parameter = find(name);
      if (!parameter) {
        problems_.add(parameters_, fmt::format("--set {}={}: there is no parameter \"{}\"{}", name,
                                               text, name, suggestion(name, parameters_.names)));
      } else if (auto value = retyped(*parameter, text)) {
        *parameter = std::move(*value);
      } else {
        problems_.add(*parameter,
                      fmt::format("--set {}={}: must be {}, as in the file", name, text,
                                  parameter->is(JsonKind::boolean) ? "true or false" : "a number"));
      }
    }
  }

  void apply(UnusedParameters unused) {
    for (size_t i = 0; i < document_.names.size(); ++i) {
      if (document_.names[i] != "parameters") visit(document_.items[i]);
    }
    if (unused == UnusedParameters::allowed || !problems_.empty())
      return;  // what is wrong elsewhere may be what used them
    for (size_t i = 0; i < parameters_.names.size(); ++i) {
      if (used_.contains(parameters_.names[i])) continue;
      problems_.add(parameters_.items[i],
                    fmt::format("is used nowhere; write \"${{{}}}\" where it belongs, or remove it",
                                parameters_.names[i]));
    }
  }

  std::map<std::string, std::string> texts() const {
    std::map<std::string, std::string> texts;
    for (size_t i = 0; i < parameters_.names.size(); ++i) {
      if (is_scalar(parameters_.items[i])) {
        texts[parameters_.names[i]] = scalar_text(parameters_.items[i]);
      }
    }
    return texts;
  }

 private:
  JsonValue* find(std::string_view name) {
    for (size_t i = 0; i < parameters_.names.size(); ++i) {
      if (parameters_.names[i] == name) return &parameters_.items[i];
    }
    return nullptr;
  }

  void visit(JsonValue& value) {
    if (value.is(JsonKind::text)) replace(value);
    for (JsonValue& item : value.items) visit(item);
  }

  void replace(JsonValue& value) {
    const std::string source = value.text;
    std::string result;
    size_t position = 0;
    for (size_t start; (start = source.find("${", position)) != std::string::npos;) {
      const size_t end = source.find('}', start);
      if (end == std::string::npos) {
        problems_.add(value, "\"${\" has no closing \"}\"; write \"${name}\"");
        return;
      }
      const std::string name = source.substr(start + 2, end - start - 2);
      const JsonValue* parameter = find(name);
      if (!parameter) {
        if (misspelled_) return problems_.silence(value);
        problems_.add(value,
                      fmt::format("there is no parameter \"{}\"{}", name,
                                  parameters_.names.empty() ? "; declare it under \"parameters\""
                                                            : suggestion(name, parameters_.names)));
        return;
      }
      used_.insert(name);
      if (!is_scalar(*parameter)) return problems_.silence(value);
      if (start == 0 && end + 1 == source.size()) return put(value, *parameter);
      result += source.substr(position, start - position) + scalar_text(*parameter);
      position = end + 1;
      growth_ += scalar_text(*parameter).size();
      if (growth_ > kMostGrowth) {
        problems_.add(value, "the parameters make the file longer than 16 MiB");
        return;
      }
    }
    value.text = result + source.substr(position);
  }

  static void put(JsonValue& value, const JsonValue& parameter) {
    JsonValue replaced = parameter;
    replaced.pointer = value.pointer;
    replaced.place = value.place;
    value = std::move(replaced);
  }

  JsonValue& document_;
  ProblemList& problems_;
  JsonValue parameters_ = json_object();
  std::set<std::string, std::less<>> used_;
  bool misspelled_ = false;  // the field "parameters" itself; that is told once
  size_t growth_ = 0;
};

}  // namespace

std::string scalar_text(const JsonValue& value) {
  switch (value.kind) {
    case JsonKind::boolean:
      return value.boolean ? "true" : "false";
    case JsonKind::integer:
      return std::to_string(value.integer);
    case JsonKind::number:
      return fmt::format("{}", value.number);
    default:
      return value.text;
  }
}

std::map<std::string, std::string> substitute_parameters(
    JsonValue& document, const std::map<std::string, std::string>& overrides, ProblemList& problems,
    UnusedParameters unused) {
  Substitution substitution(document, problems);
  substitution.override_with(overrides);
  substitution.apply(unused);
  return substitution.texts();
}

}  // namespace tare
