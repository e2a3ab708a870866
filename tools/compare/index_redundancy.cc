#include "tools/compare/index_redundancy.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <tuple>

namespace tare {
namespace {

using Texts = std::set<std::string>;

Texts included_in(const IndexUse& index) {
  return {index.included.begin(), index.included.end()};
}

// Every column the index can give back.
Texts columns_of(const IndexUse& index) {
  Texts columns = included_in(index);
  for (const IndexKey& key : index.keys) columns.insert(key.expression);
  return columns;
}

bool holds(const Texts& all, const Texts& part) {
  return std::includes(all.begin(), all.end(), part.begin(), part.end());
}

// An index of the whole table does a partition's work as well, not the other way round.
bool covers_place(const IndexUse& other, const IndexUse& index) {
  return other.partition.empty() || other.partition == index.partition;
}

// How `other` makes `index` redundant, if it does.
std::optional<IndexFindingKind> redundancy(const IndexUse& index, const IndexUse& other) {
  if (other.state == IndexState::invalid || !covers_place(other, index)) return {};
  if (index.access_method != other.access_method || index.predicate != other.predicate ||
      index.keys.size() > other.keys.size() || index.keys.empty()) {
    return {};
  }
  if (!std::equal(index.keys.begin(), index.keys.end(), other.keys.begin())) return {};
  const bool same_keys = index.keys.size() == other.keys.size();
  if (!index.unique_rule.empty() && (!same_keys || index.unique_rule != other.unique_rule)) {
    return {};
  }
  if (same_keys && included_in(index) == included_in(other)) return IndexFindingKind::duplicate;
  if (index.access_method != "btree" || !holds(columns_of(other), included_in(index))) return {};
  return IndexFindingKind::prefix;
}

// What is worth more keeping comes first.
auto worth(const IndexUse& index) {
  return std::tuple(index.role != IndexRole::constraint,
                    index.replica_identity != ReplicaIdentity::yes, index.unique_rule.empty(),
                    index.state != IndexState::valid, !index.partition.empty(), -index.scans,
                    index.schema, index.name);
}

}  // namespace

std::vector<Redundancy> redundant_indexes(const TableUse& table) {
  std::vector<std::vector<Redundancy>> ways;  // of each index that could go
  std::set<const IndexUse*> going;
  for (const IndexUse& index : table.indexes) {
    std::vector<Redundancy> found;
    for (const IndexUse& other : table.indexes) {
      if (&other == &index) continue;
      const auto kind = redundancy(index, other);
      // Each of two equal ones makes the other redundant: only one of them can go.
      if (!kind || (redundancy(other, index) && worth(index) < worth(other))) continue;
      found.push_back({&index, &other, *kind});
    }
    if (found.empty()) continue;
    going.insert(&index);
    ways.push_back(std::move(found));
  }
  std::vector<Redundancy> redundant;
  for (const std::vector<Redundancy>& found : ways) {
    // Named is one that stays, the nearest to it.
    redundant.push_back(*std::min_element(
        found.begin(), found.end(), [&](const Redundancy& a, const Redundancy& b) {
          const auto order = [&](const Redundancy& way) {
            return std::tuple(going.contains(way.by), way.kind, way.by->keys.size(),
                              worth(*way.by));
          };
          return order(a) < order(b);
        }));
  }
  return redundant;
}

}  // namespace tare
