#include "bench/model/apt_index_fields.h"

namespace tare {

std::vector<std::string> apt_index_tables() {
  return {"packages", "relations", "tags"};
}

std::vector<std::string> apt_index_fields(const std::string& table) {
  if (table == "packages") {
    return {"id",        "name",       "version",     "architecture",      "section",
            "priority",  "maintainer", "description", "installed_size_kb", "size_bytes",
            "popularity"};
  }
  if (table == "relations") {
    return {"package_id", "kind", "target", "version_constraint", "alternative"};
  }
  if (table == "tags") return {"package_id", "name"};
  return {};
}

}  // namespace tare
