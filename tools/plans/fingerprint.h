// What makes two plans the same: three fingerprints, from coarse to fine.
// Level: plans. Pure functions; safe from any thread.
#pragma once

#include <map>
#include <string>

#include "tools/plans/plan_tree.h"

namespace tare {

// Partitions and their indexes, by what PostgreSQL calls them in a plan ("schema.name" where the
// plan says a schema, else "name"), and the root that each belongs to. What is missing is its own
// root.
struct PartitionRoots {
  std::map<std::string, std::string> relations, indexes;

  friend bool operator==(const PartitionRoots&, const PartitionRoots&) = default;
};

// Equal for plans that are the same in this respect; 16 hex digits each. What differs by literals,
// the length of an IN list, aliases, which or how many partitions are left, workers that were
// launched, or how a sort was done, is the same plan.
struct Fingerprints {
  std::string shape;   // F0: node types, join types and strategies; no names
  std::string plan;    // F1: everything structural
  std::string access;  // F2: which relations are read, how, by which index and condition

  friend bool operator==(const Fingerprints&, const Fingerprints&) = default;
};

Fingerprints fingerprints(const PlanTree& plan, const PartitionRoots& roots = {});

// An expression of a plan without its literals: numbers, texts, casts, arrays and $n become "?",
// however many an IN list has; `aliases` (alias -> what it stands for) are replaced where they
// qualify a column. Reads what PostgreSQL prints, which is not always SQL ("hashed SubPlan 1").
std::string normalized_expression(std::string_view text,
                                  const std::map<std::string, std::string>& aliases = {});

}  // namespace tare
