#include "tools/compare/plan_tables.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "bench/model/result_file_schema.h"

namespace tare {
namespace {

using nlohmann::json;

std::string text_of(const json& node, const char* field) {
  const auto found = node.find(field);
  return found != node.end() && found->is_string() ? found->get<std::string>() : std::string();
}

double number_of(const json& node, const char* field, double missing = 0) {
  const auto found = node.find(field);
  return found != node.end() && found->is_number() ? found->get<double>() : missing;
}

int64_t count_of(const json& node, const char* field) {
  return int64_t(number_of(node, field));
}

const json& children_of(const json& node) {
  static const json kNone = json::array();
  const auto found = node.find("Plans");
  return found != node.end() && found->is_array() ? *found : kNone;
}

void add_scan(const json& node, std::vector<ScannedTable>& scanned) {
  if (number_of(node, "Actual Loops", 1) == 0) return;  // a branch that was never taken
  const std::string table = text_of(node, "Relation Name");
  const auto found = std::find_if(scanned.begin(), scanned.end(),
                                  [&](const ScannedTable& scan) { return scan.table == table; });
  ScannedTable& scan = found != scanned.end() ? *found : scanned.emplace_back();
  scan.table = table;
  const auto parallel = node.find("Parallel Aware");
  if (parallel != node.end() && *parallel == true) scan.workers = ScanWorkers::parallel;
}

// The rows to be written come from below, from the child that is no subplan.
WrittenTable written_by(const json& node) {
  WrittenTable written{text_of(node, "Schema"), text_of(node, "Relation Name"),
                       text_of(node, "Operation"), 0};
  for (char& c : written.command) c = char(std::toupper(static_cast<unsigned char>(c)));
  for (const json& child : children_of(node)) {
    const std::string relation = text_of(child, "Parent Relationship");
    if (relation == "InitPlan" || relation == "SubPlan") continue;
    written.rows += int64_t(number_of(child, "Actual Rows") * number_of(child, "Actual Loops"));
  }
  return written;
}

}  // namespace

PlanTables plan_tables(std::string_view explain_json) {
  if (nested_too_deep(explain_json)) throw std::runtime_error("the plan is nested too deep");
  const json document = json::parse(explain_json, nullptr, false);
  if (!document.is_array() || document.empty() || !document.front().contains("Plan")) {
    throw std::runtime_error("not a plan in PostgreSQL's JSON");
  }
  const json& top = document.front().at("Plan");
  PlanTables tables;
  tables.wal_bytes = count_of(top, "WAL Bytes");
  tables.wal_records = count_of(top, "WAL Records");
  tables.wal_full_page_images = count_of(top, "WAL FPI");
  for (const char* field :
       {"Shared Hit Blocks", "Shared Read Blocks", "Local Hit Blocks", "Local Read Blocks"}) {
    tables.blocks += count_of(top, field);
  }
  std::vector<const json*> waiting{&top};
  while (!waiting.empty()) {
    const json& node = *waiting.back();
    waiting.pop_back();
    const std::string type = text_of(node, "Node Type");
    if (type == "Seq Scan") add_scan(node, tables.scanned);
    if (type == "ModifyTable") tables.written.push_back(written_by(node));
    for (const json& child : children_of(node)) waiting.push_back(&child);
  }
  return tables;
}

}  // namespace tare
