// The tables that the machine's apt package index gives, and their fields.
// Level: model. Constants, shared by the reader of scenarios and the loader.
#pragma once

#include <string>
#include <vector>

namespace tare {

// packages, relations, tags.
std::vector<std::string> apt_index_tables();

// Of one table; empty for a name that is none of them.
std::vector<std::string> apt_index_fields(const std::string& table);

}  // namespace tare
