// Puts a file's parameters, and what --set makes of them, in the place of "${name}".
// Level: model.
#pragma once

#include <map>
#include <string>

#include "bench/model/json_value.h"
#include "bench/model/problem_list.h"

namespace tare {

// A text, a number or a boolean as it stands inside a longer text: "0.5", "true".
std::string scalar_text(const JsonValue& value);

// A parameter that is used nowhere is most often a slip; a patch may make one so on purpose.
enum class UnusedParameters { refused, allowed };

// A text that is "${name}" as a whole becomes the parameter's value with its type; inside a longer
// text the value is put in as text, once (a value is not looked into again). An override keeps the
// type its parameter was declared with. Returns all parameters as text.
std::map<std::string, std::string> substitute_parameters(
    JsonValue& document, const std::map<std::string, std::string>& overrides, ProblemList& problems,
    UnusedParameters unused = UnusedParameters::refused);

}  // namespace tare
