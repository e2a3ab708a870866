#include "bench/model/result_file_groups.h"

#include <nlohmann/json.hpp>

namespace tare {

using nlohmann::json;
using nlohmann::ordered_json;

std::string groups_to_json(const EnvironmentGroups& groups) {
  ordered_json out = ordered_json::object();
  for (const std::string_view name : kEnvironmentGroups) {
    const auto found = groups.find(std::string(name));
    if (found == groups.end()) continue;
    const EnvironmentGroup& group = found->second;
    ordered_json& written = out[found->first];
    written["digest"] = digest_of(group);
    written["details"] = group.details;
    if (group.left_out > 0) {
      written["left_out"] = {{"details", group.left_out}, {"digest", group.left_out_digest}};
    }
    if (!group.not_read.empty()) written["not_read"] = group.not_read;
  }
  return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

EnvironmentGroups groups_from_json(std::string_view text) {
  EnvironmentGroups groups;
  const json document = json::parse(text);
  for (const auto& [name, value] : document.items()) {
    EnvironmentGroup& group = groups[name];
    group.details = value.at("details").get<Settings>();
    if (const auto rest = value.find("left_out"); rest != value.end()) {
      group.left_out = rest->at("details").get<int64_t>();
      group.left_out_digest = rest->at("digest").get<std::string>();
    }
    group.not_read = value.value("not_read", std::string());
  }
  return groups;
}

}  // namespace tare
