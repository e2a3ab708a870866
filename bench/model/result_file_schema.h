// Checks the files tare itself writes: JSON, a known schema_version, the format's schema.
// Level: model. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <string_view>

namespace tare {

// `schema` is the text of a JSON Schema (draft 7). Throws FileProblems naming `source_name` and the
// place: text that is no JSON (truncated, say), nested too deep, of a
// schema_version other than 1, or against the schema.
void require_valid(std::string_view text, std::string_view schema, const std::string& source_name);

// The same for text about to be written: throws std::invalid_argument naming the fields. A number
// that is NaN or infinite stands in the text as null, which no schema of ours allows.
void require_writable(std::string_view text, std::string_view schema, const std::string& what);

// More than 1100 levels of brackets: not parsed, because JSON writers recurse.
bool nested_too_deep(std::string_view json_text);

}  // namespace tare
