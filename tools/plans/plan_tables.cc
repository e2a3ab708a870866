#include "tools/plans/plan_tables.h"

#include <algorithm>
#include <cctype>

#include "tools/plans/plan_tree.h"

namespace tare {
namespace {

void add_scan(const PlanNode& node, std::vector<ScannedTable>& scanned) {
  if (node.actual_loops.value_or(1) == 0) return;  // a branch that was never taken
  const auto found = std::find_if(scanned.begin(), scanned.end(), [&](const ScannedTable& scan) {
    return scan.table == node.relation;
  });
  ScannedTable& scan = found != scanned.end() ? *found : scanned.emplace_back();
  scan.table = node.relation;
  if (node.parallel_aware) scan.workers = ScanWorkers::parallel;
}

WrittenTable written_by(const PlanNode& node) {
  WrittenTable written{node.schema, node.relation, node.operation, 0};
  for (char& c : written.command) c = char(std::toupper(static_cast<unsigned char>(c)));
  return written;
}

}  // namespace

PlanTables plan_tables(std::string_view explain_json) {
  const PlanTree plan = read_plan_tree(explain_json);
  const PlanNode& top = plan.nodes.front();
  PlanTables tables;
  tables.wal_bytes = top.wal_bytes;
  tables.wal_records = top.wal_records;
  tables.wal_full_page_images = top.wal_full_page_images;
  tables.blocks = top.blocks.logical();
  std::vector<int> writers(plan.nodes.size(), -1);  // of each node: its place in tables.written
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    const PlanNode& node = plan.nodes[i];
    if (node.type == "Seq Scan") add_scan(node, tables.scanned);
    if (node.type == "ModifyTable") {
      writers[i] = int(tables.written.size());
      tables.written.push_back(written_by(node));
    }
    const int writer = node.parent < 0 ? -1 : writers[size_t(node.parent)];
    const std::string& relation = node.parent_relationship;
    // The rows to be written come from below, from the child that is no subplan.
    if (writer < 0 || relation == "InitPlan" || relation == "SubPlan") continue;
    const double rows = node.actual_rows.value_or(0) * node.actual_loops.value_or(0);
    if (rows < 9e15) tables.written[size_t(writer)].rows += int64_t(rows);
  }
  return tables;
}

}  // namespace tare
