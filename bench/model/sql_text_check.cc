#include "bench/model/sql_text_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace tare {
namespace {

struct Refusal {
  std::string_view kind;
  std::string_view reason;
};

// Statements that leave something behind on the connection they run on.
constexpr Refusal kSessionStatements[] = {
    {"TransactionStmt", "BEGIN, COMMIT and the like: steps share pooled connections"},
    {"VariableSetStmt", "SET: it would stay on a pooled connection; use set_config(..., true)"},
    {"PrepareStmt", "PREPARE: tare prepares every step by itself"},
    {"ExecuteStmt", "EXECUTE: tare prepares every step by itself"},
    {"DeallocateStmt", "DEALLOCATE: it would drop what tare has prepared"},
    {"DiscardStmt", "DISCARD: it would drop what tare has prepared"},
    {"ListenStmt", "LISTEN: it would stay on a pooled connection"},
    {"DeclareCursorStmt", "DECLARE: a cursor needs a transaction of its own"},
    {"LockStmt", "LOCK: it needs a transaction of its own"}};

// What the fresh copy of the data that every trial starts from does not undo.
constexpr std::string_view kWholeServer =
    "it changes the whole server, and the next trial's fresh copy of the data would not undo it";
constexpr Refusal kServerStatements[] = {{"AlterSystemStmt", "ALTER SYSTEM"},
                                         {"CreatedbStmt", "CREATE DATABASE"},
                                         {"DropdbStmt", "DROP DATABASE"},
                                         {"AlterDatabaseStmt", "ALTER DATABASE"},
                                         {"AlterDatabaseSetStmt", "ALTER DATABASE ... SET"},
                                         {"AlterDatabaseRefreshCollStmt", "ALTER DATABASE"},
                                         {"DropOwnedStmt", "DROP OWNED"},
                                         {"ReassignOwnedStmt", "REASSIGN OWNED"},
                                         {"GrantRoleStmt", "GRANT or REVOKE of a role"},
                                         {"CreateSubscriptionStmt", "CREATE SUBSCRIPTION"},
                                         {"AlterSubscriptionStmt", "ALTER SUBSCRIPTION"},
                                         {"DropSubscriptionStmt", "DROP SUBSCRIPTION"},
                                         {"CreateRoleStmt", "CREATE ROLE"},
                                         {"AlterRoleStmt", "ALTER ROLE"},
                                         {"AlterRoleSetStmt", "ALTER ROLE"},
                                         {"DropRoleStmt", "DROP ROLE"},
                                         {"AlterTableSpaceOptionsStmt", "ALTER TABLESPACE"},
                                         {"CheckPointStmt", "CHECKPOINT"},
                                         {"CreateTableSpaceStmt", "CREATE TABLESPACE"},
                                         {"DropTableSpaceStmt", "DROP TABLESPACE"}};

// What stays in the database it runs in; a kind that is not here is refused on a target.
constexpr std::string_view kOnTargets[] = {"SelectStmt",
                                           "InsertStmt",
                                           "UpdateStmt",
                                           "DeleteStmt",
                                           "MergeStmt",
                                           "NotifyStmt",
                                           "TruncateStmt",
                                           "ExplainStmt",
                                           "VariableShowStmt",
                                           "CreateStmt",
                                           "CreateTableAsStmt",
                                           "AlterTableStmt",
                                           "RenameStmt",
                                           "DropStmt",
                                           "CommentStmt",
                                           "GrantStmt",
                                           "AlterOwnerStmt",
                                           "AlterObjectSchemaStmt",
                                           "AlterObjectDependsStmt",
                                           "IndexStmt",
                                           "ReindexStmt",
                                           "ClusterStmt",
                                           "VacuumStmt",
                                           "CreateStatsStmt",
                                           "AlterStatsStmt",
                                           "ViewStmt",
                                           "RefreshMatViewStmt",
                                           "RuleStmt",
                                           "CreateTrigStmt",
                                           "CreateSchemaStmt",
                                           "CreateSeqStmt",
                                           "AlterSeqStmt",
                                           "CreateDomainStmt",
                                           "AlterDomainStmt",
                                           "CompositeTypeStmt",
                                           "CreateEnumStmt",
                                           "AlterEnumStmt",
                                           "CreateRangeStmt",
                                           "AlterTypeStmt",
                                           "DefineStmt",
                                           "CreateFunctionStmt",
                                           "AlterFunctionStmt",
                                           "CreatePolicyStmt",
                                           "AlterPolicyStmt",
                                           "AlterDefaultPrivilegesStmt",
                                           "CreateExtensionStmt",
                                           "AlterExtensionStmt"};

std::string refused(const SqlFacts& facts, SqlPlace place) {
  for (const Refusal& refusal : kServerStatements) {
    if (refusal.kind == facts.kind) return fmt::format("{}: {}", refusal.reason, kWholeServer);
  }
  if (facts.of_server) return fmt::format("this: {}", kWholeServer);
  if (!facts.server_function.empty()) {
    return fmt::format(
        "{}(): it is for the server's operator, and others feel it, or it runs SQL that tare "
        "does not see",
        facts.server_function);
  }
  if (facts.kind == "CopyStmt") return "COPY: it would wait for a client's data";
  if (facts.kind == "TransactionStmt") {
    return "BEGIN, COMMIT and the like: every statement runs by itself";
  }
  const bool of_change = place == SqlPlace::change;
  if (of_change && facts.of_session) {
    return "a temporary object, or set_config for the session: only tare's own connection would "
           "have it, not the traffic; use a lasting table, or \"postgres_settings\"";
  }
  const bool action = of_change || place == SqlPlace::action;
  if (facts.kind == "VariableSetStmt" && action) {
    return "SET: it would hold on tare's own connection alone, not for the traffic; use "
           "\"postgres_settings\"";
  }
  if (facts.kind == "LoadStmt" && action) {
    return "LOAD: it would hold on tare's own connection alone, not for the traffic";
  }
  if (place != SqlPlace::step && place != SqlPlace::cache_fill) return "";
  for (const Refusal& refusal : kSessionStatements) {
    if (refusal.kind == facts.kind) return std::string(refusal.reason);
  }
  return "";
}

std::string problem_with(const SqlFacts& facts, SqlPlace place) {
  if (!facts.error.empty()) {
    if (facts.newer_words) return "";
    return fmt::format("SQL: {}; correct it (read by the grammar of PostgreSQL 15)", facts.error);
  }
  if (facts.statements == 0) return "holds no SQL statement";
  if (facts.statements > 1) {
    return fmt::format("holds {} statements; give each an entry of its own", facts.statements);
  }
  if (const std::string reason = refused(facts, place); !reason.empty()) {
    return "cannot hold " + reason;
  }
  if (place == SqlPlace::rows_query && (facts.kind != "SelectStmt" || facts.writes)) {
    return "must be a SELECT that only reads; its rows fill the table";
  }
  if (place == SqlPlace::cache_fill && facts.writes) {
    return "fills a cache, so it must only read; put what writes into a step of its own";
  }
  if (place != SqlPlace::step && place != SqlPlace::cache_fill && !facts.parameters.empty()) {
    return fmt::format("uses ${}, but there are no parameters here; write the value",
                       *facts.parameters.begin());
  }
  return "";
}

}  // namespace

std::string sql_refused_on_target(const std::string& sql) {
  const SqlFacts facts = inspect_sql(sql);
  if (facts.kind == "DoStmt" || facts.kind == "CallStmt") {
    return "tare does not look into DO and CALL, and on a target they may do anything";
  }
  if (facts.of_catalogue && !facts.error.empty()) {
    return "the grammar of PostgreSQL 15 does not know this statement, so tare cannot tell whether "
           "it reaches beyond its own database";
  }
  if (facts.of_catalogue) return "it writes to PostgreSQL's own tables, or rebuilds them";
  if (facts.kind.empty() ||
      std::find(std::begin(kOnTargets), std::end(kOnTargets), facts.kind) != std::end(kOnTargets)) {
    return "";
  }
  return fmt::format("a statement of this kind ({}) may reach beyond tare's own database",
                     facts.kind);
}

SqlFacts check_sql(const JsonValue& at, SqlPlace place, ProblemList& problems) {
  SqlFacts facts = inspect_sql(at.text);
  const std::string problem = problem_with(facts, place);
  if (!problem.empty()) problems.add(at, problem);
  return facts;
}

}  // namespace tare
