// Holds a document against its JSON Schema and says what is wrong in tare's words.
// Level: model.
#pragma once

#include <string_view>

#include "bench/model/json_value.h"
#include "bench/model/problem_list.h"

namespace tare {

// Adds unknown fields, missing required fields, wrong types and values out of range to `problems`,
// one message per cause. `schema_text` is one of tare's own schemas.
void check_against_schema(const JsonValue& document, std::string_view schema_text,
                          ProblemList& problems);

}  // namespace tare
