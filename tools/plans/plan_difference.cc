#include "tools/plans/plan_difference.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "bench/model/number_words.h"
#include "tools/plans/fingerprint.h"
#include "tools/plans/node_words.h"
#include "tools/plans/work.h"

namespace tare {
namespace {

bool is_part_of_bitmap(const PlanNode& node) {
  return node.type == "Bitmap Index Scan" || node.type == "BitmapAnd" || node.type == "BitmapOr";
}

bool is_join(const PlanNode& node) {
  return node.type == "Nested Loop" || node.type == "Hash Join" || node.type == "Merge Join";
}

// One node with all that a comparison looks at.
struct Described {
  size_t index = 0;
  std::string place;  // what it is matched by
  std::string words;
  std::string conditions;  // without literals
  std::string inner;       // of a join: the relations of its inner side
};

class Description {
 public:
  explicit Description(const PlanTree& plan) : plan_(plan) {
    name_relations();
    for (size_t i = 0; i < plan.nodes.size(); ++i) {
      const PlanNode& node = plan.nodes[i];
      if (is_part_of_bitmap(node) || node.type == "Hash") continue;
      nodes_.push_back({i, place_of(i), words_of(i), conditions_of(i), inner_of(i)});
    }
  }

  const std::vector<Described>& nodes() const { return nodes_; }

 private:
  // "orders", "orders#2": which of the relation's occurrences it is, in the plan's order.
  void name_relations() {
    std::map<std::string, std::vector<std::string>> seen;  // the aliases of each relation
    names_.resize(plan_.nodes.size());
    for (size_t i = 0; i < plan_.nodes.size(); ++i) {
      const PlanNode& node = plan_.nodes[i];
      const std::string& name = !node.relation.empty()   ? node.relation
                                : !node.function.empty() ? node.function
                                                         : node.cte;
      if (name.empty() || !is_scan(node)) continue;
      std::vector<std::string>& known = seen[name];
      const auto found = std::find(known.begin(), known.end(), node.alias);
      const auto number = found - known.begin() + 1;
      if (found == known.end()) known.push_back(node.alias);
      names_[i] = number == 1 ? name : fmt::format("{}#{}", name, number);
      if (!node.alias.empty()) aliases_[node.alias] = name;
    }
  }

  size_t end_of(size_t index) const {
    size_t end = index + 1;
    while (end < plan_.nodes.size() && plan_.nodes[end].depth > plan_.nodes[index].depth) ++end;
    return end;
  }

  std::string relations_below(size_t index) const {
    std::set<std::string> names;
    for (size_t i = index; i < end_of(index); ++i) {
      if (!names_[i].empty()) names.insert(names_[i]);
    }
    return fmt::format("{}", fmt::join(names, ", "));
  }

  std::string place_of(size_t index) const {
    const PlanNode& node = plan_.nodes[index];
    if (!names_[index].empty()) return "scan of " + names_[index];
    const std::string below = relations_below(index);
    if (is_join(node)) return "join of " + below;
    if (node.type == "Aggregate" || node.type == "Group" || node.type == "WindowAgg") {
      return "aggregate over " + below;
    }
    return node.type + " over " + below;
  }

  std::string words_of(size_t index) const {
    const PlanNode& node = plan_.nodes[index];
    std::string words = node_words(node);
    if (node.type != "Bitmap Heap Scan") return words;
    std::vector<std::string> indexes;
    for (size_t i = index + 1; i < end_of(index); ++i) {
      if (plan_.nodes[i].type == "Bitmap Index Scan") indexes.push_back(plan_.nodes[i].index);
    }
    const size_t on = words.rfind(" on ");
    return words.insert(on == std::string::npos ? words.size() : on,
                        fmt::format(" using {}", fmt::join(indexes, " and ")));
  }

  std::string conditions_of(size_t index) const {
    const PlanNode& node = plan_.nodes[index];
    std::vector<std::string> texts;
    const auto add = [&](const PlanNode& from) {
      for (const auto& [field, text] : from.conditions) {
        if (field == "Recheck Cond") continue;  // says again what the index conditions say
        texts.push_back(fmt::format("{} {}", field, normalized_expression(text, aliases_)));
      }
    };
    add(node);
    for (const auto& [field, keys] : node.keys) {
      std::vector<std::string> normalized;
      for (const std::string& key : keys) {
        normalized.push_back(normalized_expression(key, aliases_));
      }
      texts.push_back(fmt::format("{} {}", field, fmt::join(normalized, ", ")));
    }
    if (node.type == "Bitmap Heap Scan") {
      for (size_t i = index + 1; i < end_of(index); ++i) add(plan_.nodes[i]);
    }
    return fmt::format("{}", fmt::join(texts, "; "));
  }

  std::string inner_of(size_t index) const {
    if (!is_join(plan_.nodes[index])) return "";
    for (size_t i = index + 1; i < end_of(index); ++i) {
      if (plan_.nodes[i].parent == int(index) && plan_.nodes[i].parent_relationship == "Inner") {
        return relations_below(i);
      }
    }
    return "";
  }

  const PlanTree& plan_;
  std::vector<std::string> names_;
  std::map<std::string, std::string> aliases_;
  std::vector<Described> nodes_;
};

std::optional<int64_t> blocks_of(const PlanTree& plan, const Described& described) {
  if (!plan.analyzed) return std::nullopt;
  int64_t blocks = own_blocks(plan, described.index);
  for (size_t i = described.index + 1; i < plan.nodes.size(); ++i) {
    if (plan.nodes[i].depth <= plan.nodes[described.index].depth) break;
    // The bitmap's own reads, and a hash table's, belong to what uses it.
    if (is_part_of_bitmap(plan.nodes[i])) blocks += own_blocks(plan, i);
  }
  return blocks;
}

void tell_rows(const PlanTree& plan, const Described& described, NodeChange& change) {
  const PlanNode& node = plan.nodes[described.index];
  if (!node.plan_rows || !node.actual_rows || node.actual_loops.value_or(0) == 0) return;
  change.rows_estimated = *node.plan_rows * *node.actual_loops;
  change.rows_found = *node.actual_rows * *node.actual_loops;
}

std::string detail_of(const Described& before, const Described& after) {
  if (before.inner != after.inner && !before.inner.empty() && !after.inner.empty()) {
    return fmt::format("the inner side was {}, now {}", before.inner, after.inner);
  }
  if (before.conditions != after.conditions) {
    const auto or_none = [](const std::string& text) { return text.empty() ? "none" : text; };
    return fmt::format("{} -> {}", or_none(before.conditions), or_none(after.conditions));
  }
  return "";
}

int64_t weight_of(const NodeChange& change) {
  return std::max(change.blocks_before.value_or(0), change.blocks_after.value_or(0));
}

}  // namespace

std::vector<NodeChange> plan_difference(const PlanTree& before, const PlanTree& after) {
  const Description old_plan(before), new_plan(after);
  std::multimap<std::string, const Described*> open;
  for (const Described& each : old_plan.nodes()) open.emplace(each.place, &each);
  std::vector<NodeChange> changes;
  std::vector<const Described*> unmatched;
  std::set<const Described*> matched;
  for (const Described& now : new_plan.nodes()) {
    const auto found = open.find(now.place);
    if (found == open.end()) {
      unmatched.push_back(&now);
      continue;
    }
    const Described& was = *found->second;
    matched.insert(&was);
    open.erase(found);
    const std::string detail = detail_of(was, now);
    if (was.words == now.words && detail.empty()) continue;
    NodeChange change{was.words,
                      now.words,
                      blocks_of(before, was),
                      blocks_of(after, now),
                      {},
                      {},
                      was.words == now.words ? detail : ""};
    tell_rows(after, now, change);
    changes.push_back(std::move(change));
  }
  for (const Described& was : old_plan.nodes()) {
    if (!matched.contains(&was))
      changes.push_back({was.words, "", blocks_of(before, was), {}, {}, {}, ""});
  }
  for (const Described* now : unmatched) {
    NodeChange change{"", now->words, {}, blocks_of(after, *now), {}, {}, ""};
    tell_rows(after, *now, change);
    changes.push_back(std::move(change));
  }
  std::stable_sort(changes.begin(), changes.end(), [](const NodeChange& a, const NodeChange& b) {
    return weight_of(a) > weight_of(b);
  });
  return changes;
}

std::string to_words(const NodeChange& change) {
  const auto with_blocks = [](const std::string& words, const std::optional<int64_t>& blocks) {
    if (blocks.value_or(0) == 0) return words;  // a sort or a join reads none itself
    return fmt::format("{} ({} block{})", words, grouped_digits(*blocks), *blocks == 1 ? "" : "s");
  };
  std::string words;
  if (change.before.empty()) {
    words = with_blocks(change.after, change.blocks_after) + " is new";
  } else if (change.after.empty()) {
    words = with_blocks(change.before, change.blocks_before) + " is gone";
  } else if (change.before == change.after) {
    words = fmt::format("{}, {}", with_blocks(change.before, change.blocks_before),
                        with_blocks("now", change.blocks_after));
  } else {
    std::string after = change.after;
    const size_t on = change.before.rfind(" on ");
    const std::string relation = on == std::string::npos ? "" : change.before.substr(on);
    if (!relation.empty() && after.ends_with(relation) && after.find(" using ") != after.npos) {
      after.resize(after.size() - relation.size());  // it has just been named
    }
    words = fmt::format("{} became {}", with_blocks(change.before, change.blocks_before),
                        with_blocks(after, change.blocks_after));
  }
  if (!change.detail.empty()) words += ": " + change.detail;
  if (change.rows_estimated && change.rows_found) {
    words += fmt::format("; rows estimated {}, found {}",
                         grouped_digits(int64_t(*change.rows_estimated)),
                         grouped_digits(int64_t(*change.rows_found)));
  }
  return words;
}

std::string difference_words(const PlanTree& before, const PlanTree& after, size_t most) {
  const std::vector<NodeChange> changes = plan_difference(before, after);
  std::vector<std::string> words;
  for (const NodeChange& change : changes) {
    if (words.size() == most) break;
    words.push_back(to_words(change));
  }
  if (changes.size() > most) words.push_back(fmt::format("{} more", changes.size() - most));
  return fmt::format("{}", fmt::join(words, "; "));
}

}  // namespace tare
