// Which index of a table makes which other one redundant.
// Level: compare. A pure function; safe from any thread.
#pragma once

#include <vector>

#include "bench/model/index_review.h"

namespace tare {

struct Redundancy {
  const IndexUse* index = nullptr;                      // the one that could go
  const IndexUse* by = nullptr;                         // what does its work
  IndexFindingKind kind = IndexFindingKind::duplicate;  // or prefix
};

// At most one entry per index; pointers into `table`. A duplicate has the same access method, keys
// (expressions, operator classes, collations, order), included columns and predicate. A prefix is a
// B-tree whose keys begin another's, with the same predicate, and whose included columns the other
// holds as well. A unique index is made redundant only by one with the same keys and rule; an
// invalid index makes none redundant. Of two that could each go, it is the one that backs no
// constraint, is not unique, is invalid, was scanned less, and the later by name.
std::vector<Redundancy> redundant_indexes(const TableUse& table);

}  // namespace tare
