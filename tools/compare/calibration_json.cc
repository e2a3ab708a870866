// A calibration as JSON; its schema is results/calibration.schema.json.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "bench/model/result_file_schema.h"
#include "embedded/calibration_schema.h"
#include "tools/compare/calibration.h"

namespace tare {
namespace {

using nlohmann::ordered_json;

ordered_json written(const Proportion& share) {
  return {{"share", share.share}, {"low", share.low}, {"high", share.high}};
}

ordered_json written(const CalibratedRow& row) {
  ordered_json sees = ordered_json::array();
  for (const Sight& sight : row.sees) {
    sees.push_back({{"pairs", sight.pairs}, {"change", sight.change}});
  }
  ordered_json out;
  out["operation"] = row.operation;
  out["metric"] = row.metric;
  out["gating"] = to_text(row.gating);
  out["kind"] = to_text(row.kind);
  out["spread"] = row.spread;
  out["sees"] = sees;
  out["margin"] = row.margin;
  out["not_worse_20"] = row.not_worse_20;
  out["not_worse_30"] = row.not_worse_30;
  if (row.resolves) out["resolves"] = *row.resolves;
  return out;
}

ordered_json margins_of(const Calibration& calibration) {
  ordered_json margins = ordered_json::object();
  for (const auto& [metric, margin] : calibration.margins) margins[metric] = margin;
  return margins;
}

}  // namespace

std::string calibration_to_json(const Calibration& calibration) {
  ordered_json out;
  out["schema_version"] = 1;
  out["scenario"] = calibration.scenario;
  out["started_at"] = calibration.started_at;
  out["duration_s"] = calibration.duration_s;
  out["exit_code"] = calibration.exit_code;
  out["pairs"] = calibration.pairs;
  out["tainted_pairs"] = calibration.tainted_pairs;
  out["alarmed"] = calibration.alarmed;
  out["invalid_reasons"] = calibration.invalid_reasons;
  if (!calibration.rows.empty()) {
    out["resampled"] = {{"experiments", calibration.experiments},
                        {"worth", calibration.worth},
                        {"alarms", written(calibration.alarms)},
                        {"not_worse_20", written(calibration.not_worse_20)},
                        {"not_worse_30", written(calibration.not_worse_30)}};
  }
  ordered_json rows = ordered_json::array();
  for (const CalibratedRow& row : calibration.rows) rows.push_back(written(row));
  out["rows"] = rows;
  out["within"] = calibration.within;
  out["margins"] = margins_of(calibration);
  out["unresolved"] = calibration.unresolved;
  std::string text = out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  require_writable(text, embedded::calibration_schema, "the calibration");
  return text;
}

std::string margins_to_json(const Calibration& calibration) {
  std::string inner;
  for (const auto& [metric, margin] : calibration.margins) {
    inner += fmt::format("{}\"{}\": {}", inner.empty() ? "" : ", ", metric, margin);
  }
  return "\"margins\": {" + inner + "}";
}

}  // namespace tare
