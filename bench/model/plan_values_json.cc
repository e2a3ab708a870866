#include "bench/model/plan_values_json.h"

#include <nlohmann/json.hpp>

namespace tare {

using nlohmann::ordered_json;

std::string parameters_to_json(const Parameters& parameters) {
  ordered_json out = ordered_json::array();
  for (const auto& each : parameters) out.push_back(each ? ordered_json(*each) : ordered_json());
  return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Parameters parameters_from_json(std::string_view text) {
  Parameters parameters;
  for (const ordered_json& each : ordered_json::parse(text)) {
    parameters.push_back(each.is_null() ? std::nullopt
                                        : std::optional<std::string>(each.get<std::string>()));
  }
  return parameters;
}

std::string work_to_json(const WorkVector& work) {
  const ordered_json out = {{"logical_reads", work.logical_reads},
                            {"temp_blocks", work.temp_blocks},
                            {"rows", work.rows},
                            {"rows_returned", work.rows_returned},
                            {"wal_bytes", work.wal_bytes},
                            {"planning_blocks", work.planning_blocks}};
  return out.dump();
}

WorkVector work_from_json(std::string_view text) {
  const ordered_json value = ordered_json::parse(text);
  return {value.at("logical_reads"), value.at("temp_blocks"), value.at("rows"),
          value.at("rows_returned"), value.at("wal_bytes"),   value.at("planning_blocks")};
}

}  // namespace tare
