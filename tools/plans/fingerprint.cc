#include "tools/plans/fingerprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "bench/model/random.h"
#include "tools/plans/plan_names.h"

namespace tare {
namespace {

uint64_t hash_of(const std::string& text) {
  return mix_bits(hash_bytes(text.data(), text.size()));
}

std::string digits(uint64_t hash) {
  return fmt::format("{:016x}", hash);
}

void add(std::string& text, std::string_view name, std::string_view value) {
  if (!value.empty()) text += fmt::format("\x1f{}\x1e{}", name, value);
}

// Normalises the expressions of one node: its own alias is left out, because PostgreSQL leaves it
// out in a scan unless it is VERBOSE.
class OwnExpressions {
 public:
  OwnExpressions(std::map<std::string, std::string>& aliases, const PlanNode& node)
      : aliases_(aliases), own_(aliases.find(node.alias)) {
    if (own_ != aliases_.end()) kept_ = std::exchange(own_->second, "");
  }
  ~OwnExpressions() {
    if (own_ != aliases_.end()) own_->second = std::move(kept_);
  }
  OwnExpressions(const OwnExpressions&) = delete;
  OwnExpressions& operator=(const OwnExpressions&) = delete;

  std::string operator()(const std::string& text) const {
    return normalized_expression(text, aliases_);
  }

 private:
  std::map<std::string, std::string>& aliases_;
  std::map<std::string, std::string>::iterator own_;
  std::string kept_;
};

std::string root_in(const std::map<std::string, std::string>& roots, const std::string& name) {
  const auto found = roots.find(name);
  return found == roots.end() ? name : found->second;
}

// What a list names, as it counts: partitions as their root, once.
std::string list_text(const std::string& name, const std::vector<std::string>& list,
                      const PartitionRoots& roots, const std::string& own_relation,
                      const OwnExpressions& normalized) {
  std::string text;
  if (name == "Target Tables") {
    std::set<std::string> targets;
    for (const std::string& table : list) targets.insert(root_in(roots.relations, table));
    if (targets.size() == 1 && *targets.begin() == own_relation) return "";
    for (const std::string& table : targets) text += table + "\x1d";
  } else if (name == "Conflict Arbiter Indexes") {
    for (const std::string& index : list) text += root_in(roots.indexes, index) + "\x1d";
  } else {
    for (const std::string& expression : list) text += normalized(expression) + "\x1d";
  }
  return text;
}

// Everything structural of one node, without its place in the tree.
std::string structure_of(const PlanNode& node, size_t index, PlanNames& names,
                         const PartitionRoots& roots) {
  const std::string& relation = names.relations[index];
  std::string text = node.type;
  add(text, "Join Type", node.join_type);
  add(text, "Strategy", node.strategy);
  add(text, "Partial Mode", node.partial_mode);
  add(text, "Scan Direction", node.scan_direction);
  add(text, "Operation", node.operation);
  add(text, "Command", node.command);
  add(text, "Relation", relation);
  add(text, "Index", names.indexes[index]);
  add(text, "Function", node.function);
  add(text, "CTE", node.cte);
  if (node.parallel_aware) add(text, "Parallel Aware", "yes");
  if (node.single_copy) add(text, "Single Copy", "yes");
  const OwnExpressions normalized(names.occurrences, node);
  for (const auto& [name, expression] : node.conditions) add(text, name, normalized(expression));
  for (const auto& [name, list] : node.keys) {
    add(text, name, list_text(name, list, roots, relation, normalized));
  }
  for (const auto& [name, value] : node.options) {
    add(text, name, name == "Repeatable Seed" ? normalized(value) : value);
  }
  return text;
}

std::string shape_of(const PlanNode& node) {
  std::string text = node.type;
  add(text, "Join Type", node.join_type);
  add(text, "Strategy", node.strategy);
  return text;
}

// A hash of the tree from its nodes' texts, from below. The members of a set count once each, in
// no order; and an Append of members that are all the same is that member, because PostgreSQL drops
// it when one partition is left. `placed` says what is to be added for a child's place.
template <typename TextOf, typename Placed>
uint64_t tree_hash(const PlanTree& plan, const TextOf& text_of, const Placed& placed) {
  const std::vector<std::vector<int>> children = children_of(plan);
  std::vector<uint64_t> hashes(plan.nodes.size());
  for (size_t i = plan.nodes.size(); i-- > 0;) {
    const PlanNode& node = plan.nodes[i];
    std::set<uint64_t> members;
    std::string others;
    for (const int child : children[i]) {
      const PlanNode& below = plan.nodes[size_t(child)];
      if (is_member(node, below)) {
        members.insert(hashes[size_t(child)]);
      } else {
        others += fmt::format("\x1d{}{}", placed(below), digits(hashes[size_t(child)]));
      }
    }
    if (node.type.ends_with("Append") && members.size() == 1 && others.empty()) {
      hashes[i] = *members.begin();
      continue;
    }
    std::string text = text_of(i) + others;
    for (const uint64_t member : members) text += "\x1c" + digits(member);
    hashes[i] = hash_of(text);
  }
  return hashes.empty() ? 0 : hashes.front();
}

// A bitmap's index belongs to the relation whose heap is read with it.
std::string relation_read(const PlanTree& plan, const PlanNames& names, size_t index) {
  int at = int(index);
  while (at >= 0 && names.relations[size_t(at)].empty()) at = plan.nodes[size_t(at)].parent;
  return at < 0 ? "" : names.relations[size_t(at)];
}

std::string access_of(const PlanTree& plan, PlanNames& names) {
  std::set<std::string> accesses;
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    const PlanNode& node = plan.nodes[i];
    if (!node.type.ends_with("Scan") || (node.relation.empty() && node.index.empty())) continue;
    std::string text = node.type;
    add(text, "Relation", relation_read(plan, names, i));
    add(text, "Index", names.indexes[i]);
    const OwnExpressions normalized(names.plain, node);
    for (const auto& [name, expression] : node.conditions) {
      if (name == "Index Cond") add(text, name, normalized(expression));
    }
    accesses.insert(text);
  }
  std::string all;
  for (const std::string& access : accesses) all += access + "\x1c";
  return digits(hash_of(all));
}

}  // namespace

Fingerprints fingerprints(const PlanTree& plan, const PartitionRoots& roots) {
  PlanNames names = plan_names(plan, roots);
  Fingerprints prints;
  prints.shape = digits(tree_hash(
      plan, [&](size_t i) { return shape_of(plan.nodes[i]); },
      [](const PlanNode&) { return std::string(); }));
  prints.plan = digits(tree_hash(
      plan, [&](size_t i) { return structure_of(plan.nodes[i], i, names, roots); },
      [](const PlanNode& child) {
        return child.parent_relationship + "\x1e" + subplan_of(child);
      }));
  prints.access = access_of(plan, names);
  return prints;
}

}  // namespace tare
