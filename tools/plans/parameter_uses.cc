#include "tools/plans/parameter_uses.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>
#include <string>

namespace tare {
namespace {

constexpr size_t kLongestCondition = 10'000;  // std::regex recurses with the length of its text

// alias.column, with a cast behind it or not: (o.status)::text
const std::string kColumn =
    R"re(\(?(\w+|"(?:[^"]|"")+")\.(\w+|"(?:[^"]|"")+")\)?(?:::[a-z][a-z ]*(?:\(\d+\))?)?)re";
const std::string kComparison = R"re( (=|<|>|<=|>=) )re";
const std::string kParameter = R"re((?:ANY \()?\(*\$(\d+))re";

std::string unquoted(const std::string& name) {
  if (name.size() < 2 || name.front() != '"') return name;
  std::string plain;
  for (size_t i = 1; i + 1 < name.size(); ++i) {
    plain += name[i];
    if (name[i] == '"') ++i;
  }
  return plain;
}

std::string turned(const std::string& comparison) {
  static const std::map<std::string, std::string> kTurned = {
      {"<", ">"}, {">", "<"}, {"<=", ">="}, {">=", "<="}};
  const auto found = kTurned.find(comparison);
  return found == kTurned.end() ? comparison : found->second;
}

struct Use {
  std::string alias, column, comparison;
  int parameter = 0;
};

// "lower(o.status)": the bracket is a function's.
bool is_argument(const std::string& condition, size_t start) {
  if (start == 0) return false;
  const auto before = static_cast<unsigned char>(condition[start - 1]);
  return std::isalnum(before) != 0 || before == '_' || before == '"';
}

// "(a + o.b) = $1": a bracket that closes and was not opened before the column is an expression's.
// "o.b = ($1 + 5)": so is what stands behind the parameter.
bool is_in_expression(const std::string& operand, const std::string& behind) {
  const std::string column = operand.substr(0, operand.find(' '));
  if (std::count(column.begin(), column.end(), ')') >
      std::count(column.begin(), column.end(), '(')) {
    return true;
  }
  return behind.size() > 1 && behind[0] == ' ' &&
         std::string("+-*/%|").find(behind[1]) != std::string::npos;
}

std::vector<Use> uses_in(const std::string& condition) {
  static const std::regex kForward(kColumn + kComparison + kParameter);
  static const std::regex kBackward(R"re(\$(\d+)\)?(?:::[a-z][a-z ]*)?\)?)re" + kComparison +
                                    kColumn);
  std::vector<Use> uses;
  if (condition.size() > kLongestCondition) return uses;
  const std::sregex_iterator end;
  for (std::sregex_iterator it(condition.begin(), condition.end(), kForward); it != end; ++it) {
    if (is_argument(condition, size_t(it->position()))) continue;
    if (is_in_expression(it->str(), it->suffix())) continue;
    const std::string comparison = (*it)[3];
    const bool any = comparison == "=" && it->str().find(" = ANY (") != std::string::npos;
    uses.push_back(
        {unquoted((*it)[1]), unquoted((*it)[2]), any ? "= ANY" : comparison, std::stoi((*it)[4])});
  }
  for (std::sregex_iterator it(condition.begin(), condition.end(), kBackward); it != end; ++it) {
    uses.push_back({unquoted((*it)[3]), unquoted((*it)[4]), turned((*it)[2]), std::stoi((*it)[1])});
  }
  return uses;
}

}  // namespace

std::vector<ParameterColumn> parameter_columns(const PlanTree& generic_plan) {
  std::map<std::string, const PlanNode*> by_alias;
  for (const PlanNode& node : generic_plan.nodes) {
    if (!node.relation.empty() && !node.alias.empty()) by_alias.emplace(node.alias, &node);
  }
  std::vector<ParameterColumn> columns;
  for (const PlanNode& node : generic_plan.nodes) {
    for (const auto& [field, text] : node.conditions) {
      for (const Use& use : uses_in(text)) {
        const auto found = by_alias.find(use.alias);
        if (found == by_alias.end()) continue;
        const ParameterColumn column{use.parameter, found->second->schema, found->second->relation,
                                     use.column, use.comparison};
        if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
          columns.push_back(column);
        }
      }
    }
  }
  std::stable_sort(
      columns.begin(), columns.end(),
      [](const ParameterColumn& a, const ParameterColumn& b) { return a.parameter < b.parameter; });
  return columns;
}

}  // namespace tare
