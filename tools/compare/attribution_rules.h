// Which differences a change's variable accounts for: the one table of it.
// Level: compare. Pure functions; safe from any thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "tools/compare/attribution.h"

namespace tare {

// One detail of a group that differs.
struct DifferingDetail {
  std::string group;
  std::string kind;   // "index", "table:rows": the first word of its name, and which figure of it
  std::string name;   // "index public.comment comment_created"
  std::string table;  // that it speaks of, without its schema; empty: of none
};

struct Explanation {
  Standing standing = Standing::undeclared;
  std::string why;
};

// The best that a rule for one of the variables says of it. `touched` are the tables whose schema
// differs, without their schemas.
Explanation explain(const DifferingDetail& detail, const std::set<std::string>& variables,
                    const std::set<std::string>& touched);

}  // namespace tare
