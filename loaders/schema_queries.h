// The questions to PostgreSQL's catalog behind schema_text.h, for versions 13 to 18.
// Level: loaders. Constants.
#pragma once

#include <string>
#include <vector>

namespace tare {

// Each gives rows of text, one per object, that name no object identifier.
std::vector<std::string> schema_queries();

}  // namespace tare
