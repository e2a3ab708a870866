// Follows a document along its JSON Schema: finds unknown fields, and decides which alternative of
// a "oneOf" its author meant, so that later messages speak of that one.
// Level: model. Knows of JSON Schema only what tare's schemas use.
#pragma once

#include "bench/model/json_value.h"
#include "bench/model/problem_list.h"

namespace tare {

// Adds every unknown field and every value that fits no alternative to `problems`. Returns a schema
// without references and alternatives, made for this document: each of its values has one
// description, so that a validator's findings need no guessing.
JsonValue shape_of(const JsonValue& document, const JsonValue& schema, ProblemList& problems);

}  // namespace tare
