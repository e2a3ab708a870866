#include "tools/compare/stored_plan_maps.h"

#include "bench/model/plan_map_file.h"
#include "tools/compare/plan_rows.h"

namespace tare {

std::optional<MapDifference> stored_map_difference(const std::filesystem::path& folder,
                                                   const Criteria& criteria) {
  std::error_code ignored;
  for (const char* name : {kBaselineMap, kContenderMap}) {
    if (!std::filesystem::is_regular_file(folder / name, ignored)) return std::nullopt;
  }
  return map_difference(read_plan_map(folder / kBaselineMap), read_plan_map(folder / kContenderMap),
                        work_limit(criteria));
}

void copy_plan_maps(const std::filesystem::path& from, const std::filesystem::path& to) {
  namespace fs = std::filesystem;
  for (const char* name : {kBaselineMap, kContenderMap}) {
    if (!fs::is_regular_file(from / name)) continue;
    fs::copy_file(from / name, to / name, fs::copy_options::overwrite_existing);
  }
}

}  // namespace tare
