#include "bench/model/sql_updates.h"

#include <pg_query.h>

#include <nlohmann/json.hpp>

namespace tare {
namespace {

using nlohmann::json;

const json& member(const json& node, const char* name) {
  static const json kNone;
  if (!node.is_object()) return kNone;
  const auto found = node.find(name);
  return found == node.end() ? kNone : *found;
}

std::string text_of(const json& node, const char* name) {
  const json& value = member(node, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

void add_targets(const json& list, std::set<std::string>& columns) {
  if (!list.is_array()) return;
  for (const json& entry : list) {
    const std::string name = text_of(member(entry, "ResTarget"), "name");
    if (!name.empty()) columns.insert(name);
  }
}

void add_statement(const std::string& kind, const json& node, std::vector<AssignedColumns>& all) {
  AssignedColumns assigned;
  if (kind == "UpdateStmt") {
    add_targets(member(node, "targetList"), assigned.columns);
  } else if (kind == "InsertStmt") {
    add_targets(member(member(node, "onConflictClause"), "targetList"), assigned.columns);
  } else if (kind == "MergeStmt") {
    for (const json& entry : member(node, "mergeWhenClauses")) {
      const json& clause = member(entry, "MergeWhenClause");
      if (text_of(clause, "commandType") != "CMD_UPDATE") continue;
      add_targets(member(clause, "targetList"), assigned.columns);
    }
  }
  if (assigned.columns.empty()) return;
  const json& relation = member(node, "relation");
  assigned.schema = text_of(relation, "schemaname");
  assigned.table = text_of(relation, "relname");
  all.push_back(assigned);
}

}  // namespace

std::vector<AssignedColumns> assigned_columns(const std::string& sql) {
  std::vector<AssignedColumns> all;
  const PgQueryParseResult parsed = pg_query_parse(sql.c_str());
  const json tree =
      parsed.error ? json() : json::parse(parsed.parse_tree, nullptr, /*allow_exceptions=*/false);
  pg_query_free_parse_result(parsed);
  // Not recursive: a statement may nest deeper than our stack would like.
  std::vector<const json*> open = {&tree};
  while (!open.empty()) {
    const json& node = *open.back();
    open.pop_back();
    if (node.is_object()) {
      for (const auto& [name, inner] : node.items()) {
        add_statement(name, inner, all);
        open.push_back(&inner);
      }
    } else if (node.is_array()) {
      for (const json& inner : node) open.push_back(&inner);
    }
  }
  return all;
}

}  // namespace tare
