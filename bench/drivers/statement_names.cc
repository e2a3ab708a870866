#include "bench/drivers/statement_names.h"

#include <string_view>

#include "bench/engine/sql_step_calls.h"
#include "bench/model/sql_text.h"

namespace tare {
namespace {

constexpr size_t kShortestBeginning = 60;  // of a text that a server has cut off

void add(std::map<std::string, std::string>& names, const std::string& key,
         const std::string& name) {
  if (key.empty()) return;
  std::string& known = names[key];
  known += (known.empty() ? "" : ", ") + name;
}

}  // namespace

StatementNames::StatementNames(const std::vector<Named>& statements) {
  for (const Named& statement : statements) {
    add(by_text_, statement.sql, statement.name);
    add(by_fingerprint_, query_identity(statement.sql).fingerprint, statement.name);
  }
}

// The server shows a statement as it met it first, and that may have been in a PREPARE: tare makes
// plans in this way.
std::string StatementNames::name_of(const std::string& shown) const {
  constexpr std::string_view kPrepare = "PREPARE ", kAs = " AS ";
  const size_t as = shown.starts_with(kPrepare) ? shown.find(kAs) : std::string::npos;
  const std::string text = as == std::string::npos ? shown : shown.substr(as + kAs.size());
  if (const auto found = by_text_.find(text); found != by_text_.end()) return found->second;
  const auto found = by_fingerprint_.find(query_identity(text).fingerprint);
  if (found != by_fingerprint_.end()) return found->second;
  if (text.size() < kShortestBeginning) return "";
  const auto first = by_text_.lower_bound(text);  // what begins so stands together
  if (first == by_text_.end() || !first->first.starts_with(text)) return "";
  const auto second = std::next(first);
  return second != by_text_.end() && second->first.starts_with(text) ? "" : first->second;
}

std::vector<StatementNames::Named> named_statements(const Traffic& traffic) {
  std::vector<StatementNames::Named> named;
  for (const SqlStepCall& call : sql_step_calls(traffic)) {
    named.push_back({traffic.operations()[call.operation].name + "/" + call.name,
                     traffic.sql_calls()[call.index].sql});
  }
  return named;
}

}  // namespace tare
