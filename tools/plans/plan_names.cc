#include "tools/plans/plan_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace tare {
namespace {

constexpr std::string_view kReturns = " (returns ";

std::string root_of(const std::map<std::string, std::string>& roots, const std::string& schema,
                    const std::string& name) {
  if (name.empty()) return "";
  const std::string key = schema.empty() ? name : schema + "." + name;
  const auto found = roots.find(key);
  return found == roots.end() ? key : found->second;
}

// Plans do not say an index's schema, which is its table's.
std::string root_of_index(const PartitionRoots& roots, const PlanNode& node) {
  auto found = roots.indexes.find(node.schema + "." + node.index);
  if (found == roots.indexes.end()) found = roots.indexes.find(node.index);
  return found == roots.indexes.end() ? node.index : found->second;
}

// "ev_2" is how PostgreSQL calls the second partition of what the query calls "ev".
std::string parent_alias(const std::string& alias) {
  const size_t joint = alias.rfind('_');
  if (joint == std::string::npos || joint == 0 || joint + 1 == alias.size()) return "";
  const bool number = std::all_of(alias.begin() + long(joint) + 1, alias.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  return number ? alias.substr(0, joint) : "";
}

// Numbers what the plan reads in the plan's order. Each member of a set counts from where the set
// began, so that the number does not depend on how many members there are.
class Numbering {
 public:
  Numbering(const PlanTree& plan, PlanNames& names)
      : plan_(plan), names_(names), children_(children_of(plan)) {}

  void run() {
    if (plan_.nodes.empty()) return;
    visit(0, false);
    name_parents();
    name_targets();
    name_parameters();
    const bool one = distinct_.size() == 1;
    for (auto& [alias, place] : places_) {
      names_.occurrences[alias] = one ? "" : fmt::format("{}#{}", place.name, place.number);
      names_.plain[alias] = one ? "" : place.name;
    }
  }

 private:
  struct Place {
    std::string name;
    int number = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
  };

  void visit(int index, bool in_set) {  // NOLINT(misc-no-recursion): at most kDeepestPlan
    note(index, in_set);
    const PlanNode& node = plan_.nodes[size_t(index)];
    std::map<std::string, int> most;
    for (const int child : children_[size_t(index)]) {
      const bool member = is_member(node, plan_.nodes[size_t(child)]);
      const size_t mark = seen_in_order_.size();
      visit(child, in_set || member);
      if (!member) continue;
      std::map<std::string, int> here;
      for (size_t i = mark; i < seen_in_order_.size(); ++i) {
        ++here[seen_in_order_[i]];
        --seen_[seen_in_order_[i]];
      }
      seen_in_order_.resize(mark);
      for (const auto& [name, count] : here) most[name] = std::max(most[name], count);
    }
    for (const auto& [name, count] : most) {
      seen_[name] += count;
      seen_in_order_.insert(seen_in_order_.end(), size_t(count), name);
    }
  }

  std::string name_of(int index) const {
    const PlanNode& node = plan_.nodes[size_t(index)];
    if (!names_.relations[size_t(index)].empty()) return names_.relations[size_t(index)];
    if (!node.function.empty()) return node.function;
    return node.cte.empty() ? node.type : node.cte;
  }

  void note(int index, bool in_set) {
    const PlanNode& node = plan_.nodes[size_t(index)];
    const std::string alias = node.alias.empty() ? node.relation : node.alias;
    if (alias.empty() || node.type == "ModifyTable") return;
    if (!node.alias.empty() && places_.contains(alias)) return;
    const std::string name = name_of(index);
    const Place place{name, ++seen_[name]};
    seen_in_order_.push_back(name);
    distinct_.insert(place);
    places_.emplace(alias, place);
    if (in_set) in_sets_.emplace_back(alias, place);
  }

  // What is above a set names the columns by the alias that the query gave to the whole.
  void name_parents() {
    for (const auto& [alias, place] : in_sets_) {
      if (const std::string parent = parent_alias(alias); !parent.empty()) {
        places_.emplace(parent, place);
      }
    }
  }

  void name_targets() {
    for (size_t i = 0; i < plan_.nodes.size(); ++i) {
      const PlanNode& node = plan_.nodes[i];
      if (node.type != "ModifyTable" || node.alias.empty()) continue;
      const auto [at, added] = places_.emplace(node.alias, Place{names_.relations[i], 0});
      if (added) distinct_.insert(at->second);
    }
  }

  // Before 17 a condition says "$0" for what 17 calls "(InitPlan 1).col1".
  void name_parameters() {
    for (const PlanNode& node : plan_.nodes) {
      const size_t returns = node.subplan_name.find(kReturns);
      if (returns == std::string::npos) continue;
      int column = 0;
      size_t at = returns;
      while ((at = node.subplan_name.find('$', at)) != std::string::npos) {
        const size_t end = node.subplan_name.find_first_not_of("0123456789", at + 1);
        const std::string parameter = node.subplan_name.substr(at, end - at);
        const std::string value = fmt::format("({}).col{}", subplan_of(node), ++column);
        names_.occurrences[parameter] = names_.plain[parameter] = value;
        ++at;
      }
    }
  }

  const PlanTree& plan_;
  PlanNames& names_;
  std::vector<std::vector<int>> children_;
  std::map<std::string, int> seen_;
  std::vector<std::string> seen_in_order_;
  std::map<std::string, Place> places_;
  std::vector<std::pair<std::string, Place>> in_sets_;
  std::set<Place> distinct_;
};

}  // namespace

std::vector<std::vector<int>> children_of(const PlanTree& plan) {
  std::vector<std::vector<int>> children(plan.nodes.size());
  for (size_t i = 1; i < plan.nodes.size(); ++i) {
    children[size_t(plan.nodes[i].parent)].push_back(int(i));
  }
  return children;
}

bool is_member(const PlanNode& parent, const PlanNode& child) {
  const std::string& relationship = child.parent_relationship;
  if (parent.type == "ModifyTable" && relationship == "Outer") return true;
  const bool set =
      parent.type == "Append" || parent.type == "Merge Append" || parent.type == "ModifyTable";
  return set && (relationship == "Member" || relationship.empty());
}

std::string subplan_of(const PlanNode& node) {
  return node.subplan_name.substr(0, node.subplan_name.find(kReturns));
}

PlanNames plan_names(const PlanTree& plan, const PartitionRoots& roots) {
  PlanNames names;
  for (const PlanNode& node : plan.nodes) {
    names.relations.push_back(root_of(roots.relations, node.schema, node.relation));
    names.indexes.push_back(root_of_index(roots, node));
  }
  Numbering(plan, names).run();
  return names;
}

}  // namespace tare
