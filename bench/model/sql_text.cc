#include "bench/model/sql_text.h"

#include <fmt/format.h>
#include <pg_query.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

namespace tare {
namespace {

using nlohmann::json;

struct FreeParseResult {
  void operator()(PgQueryParseResult* result) const {
    pg_query_free_parse_result(*result);
    delete result;
  }
};
using ParseResult = std::unique_ptr<PgQueryParseResult, FreeParseResult>;

ParseResult parse(const std::string& sql) {
  return ParseResult(new PgQueryParseResult(pg_query_parse(sql.c_str())));
}

// Nodes that write wherever they stand in a statement.
constexpr std::array<std::string_view, 6> kWritingNodes = {
    "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "lockingClause", "intoClause"};
constexpr std::array<std::string_view, 3> kReadingStatements = {"SelectStmt", "VariableShowStmt",
                                                                "ExplainStmt"};
constexpr std::array<std::string_view, 8> kWritingFunctions = {
    "nextval",   "setval",    "pg_notify",     "set_config",
    "lo_create", "lo_unlink", "lo_from_bytea", "pg_advisory_lock"};
// Of the operator's functions, or how the names of many begin.
constexpr std::array<std::string_view, 28> kServerFunctions = {
    "pg_reload_conf", "pg_rotate_logfile", "pg_terminate_backend", "pg_cancel_backend",
    "pg_promote", "pg_switch_wal", "pg_create_restore", "pg_backup_", "pg_start_backup",
    "pg_stop_backup", "pg_drop_replication", "pg_create_physical_rep", "pg_create_logical",
    "pg_copy_", "pg_wal_replay", "pg_replication_", "pg_stat_reset", "pg_stat_statements_reset",
    "dblink", "lo_import", "lo_export", "pg_file_", "pg_log_", "pg_sync_replication", "pg_logical_",
    // They run what a text says.
    "query_to_xml", "cursor_to_xml", "ts_stat"};
// With rows about every database of the server.
constexpr std::array<std::string_view, 11> kSharedCatalogues = {
    "pg_authid",        "pg_auth_members",       "pg_database",  "pg_db_role_setting",
    "pg_parameter_acl", "pg_replication_origin", "pg_shdepend",  "pg_shdescription",
    "pg_shseclabel",    "pg_subscription",       "pg_tablespace"};
// Of PostgreSQL 16, 17 and 18.
constexpr std::array<std::string_view, 14> kNewerWords = {
    "json_table",     "json_query",       "json_value", "json_exists",    "json_scalar",
    "json_serialize", "json_object",      "json_array", "json_objectagg", "json_arrayagg",
    "is json",        "without overlaps", "virtual",    "with (old as"};

bool is_one_of(std::string_view word, const auto& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string lower(std::string text) {
  for (char& c : text) c = char(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool has_newer_words(const std::string& sql) {
  const std::string text = lower(sql);
  if (text.find("merge") != std::string::npos && text.find("returning") != std::string::npos) {
    return true;
  }
  return std::any_of(kNewerWords.begin(), kNewerWords.end(),
                     [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

std::string function_called(const json& call) {
  const auto name = call.find("funcname");
  if (name == call.end() || name->empty()) return "";
  const json& last = name->back();
  return last.contains("String") ? last["String"].value("sval", "") : "";
}

// A statement about a thing of the whole server.
bool is_of_server(const std::string& name, const json& node) {
  const char* field = name == "RenameStmt"       ? "renameType"
                      : name == "AlterOwnerStmt" ? "objectType"
                      : name == "GrantStmt" || name == "CommentStmt" || name == "SecLabelStmt"
                          ? "objtype"
                          : nullptr;
  if (!field || !node.is_object()) return false;
  const std::string type = node.value(field, "");
  return type == "OBJECT_DATABASE" || type == "OBJECT_TABLESPACE" || type == "OBJECT_ROLE" ||
         type == "OBJECT_PARAMETER_ACL";
}

std::string text_of(const json& node, const char* field) {
  const auto found = node.find(field);
  return found != node.end() && found->is_string() ? found->get<std::string>() : "";
}

// Without a schema such a name is PostgreSQL's own table first.
bool is_catalogue(const json& table) {
  const std::string schema = text_of(table, "schemaname");
  return schema == "pg_catalog" || schema == "information_schema" ||
         (schema.empty() && text_of(table, "relname").starts_with("pg_"));
}

bool is_shared_catalogue(const json& table) {
  return is_catalogue(table) && is_one_of(text_of(table, "relname"), kSharedCatalogues);
}

// What a node writes to, and a view or rule that would let others write to the same.
void note_tables(const std::string& name, const json& node, SqlFacts& facts) {
  if (name == "InsertStmt" || name == "UpdateStmt" || name == "DeleteStmt" || name == "MergeStmt") {
    const json target = node.value("relation", json::object());
    if (is_catalogue(target)) facts.of_catalogue = true;
    if (is_shared_catalogue(target)) facts.of_server = true;
  }
  const bool table = node.contains("relname");  // under "RangeVar", or under what it is there
  // Rebuilding one of the server's locks everybody out meanwhile; a whole database holds them all.
  const bool maintains =
      facts.kind == "ReindexStmt" || facts.kind == "VacuumStmt" || facts.kind == "ClusterStmt";
  if (table && maintains && is_catalogue(node)) facts.of_catalogue = true;
  const std::string extent = name == "ReindexStmt" ? text_of(node, "kind") : "";
  if (extent == "REINDEX_OBJECT_SYSTEM" || extent == "REINDEX_OBJECT_DATABASE") {
    facts.of_catalogue = true;
  }
  const bool lasting_name = facts.kind == "ViewStmt" || facts.kind == "RuleStmt";
  if (table && lasting_name && is_shared_catalogue(node)) facts.of_server = true;
}

// set_config's third argument: whether it is anything else than a plain true.
bool outlasts_its_transaction(const json& call) {
  const json arguments = call.value("args", json::array());
  return arguments.size() != 3 ||
         !arguments[2].value("/A_Const/boolval/boolval"_json_pointer, false);
}

// One named node of the tree.
void note(const std::string& name, const json& node, SqlFacts& facts) {
  if (is_one_of(name, kWritingNodes)) facts.writes = true;
  if (name == "ParamRef") facts.parameters.insert(node.value("number", 0));
  if (is_of_server(name, node)) facts.of_server = true;
  if (node.is_object()) {
    note_tables(name, node, facts);
    const bool temporary = text_of(node, "relpersistence") == "t";
    if (temporary || text_of(node, "schemaname") == "pg_temp") facts.of_session = true;
  }
  if (name != "FuncCall") return;
  const std::string called = function_called(node);
  if (called == "set_config" && outlasts_its_transaction(node)) facts.of_session = true;
  if (is_one_of(called, kWritingFunctions)) facts.writes = true;
  const bool operators =
      std::any_of(kServerFunctions.begin(), kServerFunctions.end(),
                  [&called](std::string_view begin) { return called.starts_with(begin); });
  if (operators) facts.server_function = called;
}

// Not recursive: a statement may nest deeper than our stack would like.
void walk(const json& tree, SqlFacts& facts) {
  std::vector<const json*> open = {&tree};
  while (!open.empty()) {
    const json& node = *open.back();
    open.pop_back();
    if (node.is_object()) {
      for (const auto& [name, inner] : node.items()) {
        note(name, inner, facts);
        open.push_back(&inner);
      }
    } else if (node.is_array()) {
      for (const json& inner : node) open.push_back(&inner);
    }
  }
}

// The parser cannot tell, so every word that may stand for one of the server's things counts.
bool may_reach_the_server(const std::string& sql) {
  constexpr std::array<std::string_view, 6> kWords = {
      "pg_", "to_xml", "dblink", "lo_import", "lo_export", "information_schema"};
  constexpr std::array<std::string_view, 7> kBegins = {"select", "with",   "values", "insert",
                                                       "update", "delete", "merge"};
  const std::string text = lower(sql);
  const size_t start = text.find_first_not_of(" \t\r\n(");
  const size_t end = text.find_first_of(" \t\r\n(", start);
  return start == std::string::npos || !is_one_of(text.substr(start, end - start), kBegins) ||
         std::any_of(kWords.begin(), kWords.end(), [&text](std::string_view word) {
           return text.find(word) != std::string::npos;
         });
}

std::string first_word(const std::string& type) {
  const std::string text = lower(type);
  return text.substr(0, text.find_first_of(" ("));
}

}  // namespace

SqlFacts inspect_sql(const std::string& sql) {
  SqlFacts facts;
  const ParseResult result = parse(sql);
  if (result->error) {
    facts.error = result->error->message;
    if (result->error->cursorpos > 0) {
      facts.error += fmt::format(" (character {})", result->error->cursorpos);
    }
    facts.newer_words = has_newer_words(sql);
    facts.of_catalogue = may_reach_the_server(sql);
    return facts;
  }
  const json tree = json::parse(result->parse_tree, nullptr, false);
  const auto statements = tree.find("stmts");
  if (statements == tree.end() || statements->empty()) return facts;
  facts.statements = int(statements->size());
  const json& first = statements->front()["stmt"];
  facts.kind = first.begin().key();
  facts.writes = !is_one_of(facts.kind, kReadingStatements);
  walk(*statements, facts);
  return facts;
}

std::string sql_fingerprint(const std::string& sql) {
  PgQueryFingerprintResult result = pg_query_fingerprint(sql.c_str());
  const std::string fingerprint = result.error ? "" : result.fingerprint_str;
  pg_query_free_fingerprint_result(result);
  return fingerprint;
}

namespace {

// The column's definition; null when the text is not just one.
json column_of(const std::string& type) {
  const ParseResult result = parse(fmt::format("CREATE TABLE t (c {})", type));
  if (result->error) return json();
  const json tree = json::parse(result->parse_tree, nullptr, false);
  if (!tree.contains("stmts") || tree["stmts"].size() != 1) return json();
  const json& statement = tree["stmts"][0]["stmt"];
  if (!statement.contains("CreateStmt")) return json();
  const json columns = statement["CreateStmt"].value("tableElts", json::array());
  if (columns.size() != 1 || !columns[0].contains("ColumnDef")) return json();
  return columns[0]["ColumnDef"];
}

}  // namespace

bool is_column_type(const std::string& type) {
  return column_of(type).contains("typeName");
}

bool has_foreign_key(const std::string& type) {
  const json column = column_of(type);
  if (!column.is_object()) return false;
  const json constraints = column.value("constraints", json::array());
  return std::any_of(constraints.begin(), constraints.end(), [](const json& each) {
    return each.value("/Constraint/contype"_json_pointer, "") == "CONSTR_FOREIGN";
  });
}

bool is_integer_type(const std::string& type) {
  constexpr std::array<std::string_view, 9> kTypes = {
      "smallint", "integer", "bigint", "int", "int2", "int4", "int8", "serial", "bigserial"};
  return is_one_of(first_word(type), kTypes);
}

bool is_numeric_type(const std::string& type) {
  constexpr std::array<std::string_view, 7> kTypes = {"numeric", "decimal", "real",  "double",
                                                      "float",   "float4",  "float8"};
  return is_integer_type(type) || is_one_of(first_word(type), kTypes);
}

}  // namespace tare
