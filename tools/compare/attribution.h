// Which groups of the environment differ between the arms, and whether the change accounts for it:
// a result is attributable to the declared variable when nothing else differs.
// Level: compare. Pure functions; safe from any thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "bench/model/change.h"
#include "bench/model/result.h"

namespace tare {

// Why a difference may be there; the last one that applies is the group's.
enum class Standing {
  chance,     // two readings, two samples or two moments differ by as much
  follows,    // what the variable does by necessity
  declared,   // the variable itself
  allowed,    // by name (--allow), whatever it is
  undeclared  // the result cannot be attributed to the variable
};
std::string to_text(Standing standing);

// As people read it: "the cache's state"; the name but for a few.
std::string group_words(const std::string& group);

// What a change says it changes.
struct Declared {
  std::set<std::string> variables;  // "schema.index", "postgres.work_mem"
  std::set<std::string> allowed;    // groups

  friend bool operator==(const Declared&, const Declared&) = default;
};

// The variable of a change, and what its other fields say for a variable of their kind: the names
// of settings, other programs, a patch of the scenario.
Declared declared_by(const Change& change);

// Whether any rule knows the variable; of another one no difference of a server is expected.
bool is_known_variable(const std::string& variable);

struct GroupDifference {
  std::string group;
  Standing standing = Standing::chance;
  std::string why;  // of what follows and of chance; else empty
  // "+ index public.comment comment_created (CREATE INDEX ...)"; those of this standing first, at
  // most kMostDifferences.
  std::vector<std::string> details;

  friend bool operator==(const GroupDifference&, const GroupDifference&) = default;
};
inline constexpr size_t kMostDifferences = 20;

struct EnvironmentComparison {
  std::vector<GroupDifference> differing;  // in the order of kEnvironmentGroups, as the others
  std::vector<std::string> same;
  std::vector<std::string> unknown;  // of one arm or both

  friend bool operator==(const EnvironmentComparison&, const EnvironmentComparison&) = default;
};

// Two trials' environments, that of the baseline first.
struct ComparedEnvironments {
  const Environment& first;
  const Environment& second;
};

// Of all pairs together: each detail once, in the words of the first pair that has it.
EnvironmentComparison compare_environments(const std::vector<ComparedEnvironments>& pairs,
                                           const Declared& declared);

}  // namespace tare
