#include "tools/experiment/partition_roots.h"

#include <map>
#include <set>

namespace tare {
namespace {

// Those of the same name that are no partition make a bare name ambiguous.
constexpr const char* kPartitions = R"(
  SELECT n.nspname, c.relname, rn.nspname, r.relname, c.relkind IN ('i', 'I'),
         EXISTS (SELECT FROM pg_class o
                  WHERE o.relname = c.relname AND o.oid <> c.oid AND NOT o.relispartition
                    AND (o.relkind IN ('i', 'I')) = (c.relkind IN ('i', 'I')))
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class r ON r.oid = pg_partition_root(c.oid)
    JOIN pg_namespace rn ON rn.oid = r.relnamespace
   WHERE c.relispartition)";

}  // namespace

PartitionRoots read_partition_roots(PostgresControl& postgres) {
  PartitionRoots roots;
  std::map<std::string, std::set<std::string>> bare_relations, bare_indexes;
  for (const SqlRow& row : postgres.query(kPartitions)) {
    const auto text = [&row](size_t column) { return row.at(column).value(); };
    const bool index = text(4) == "t";
    const std::string name = text(0) + "." + text(1);
    if (index) {
      roots.indexes[name] = text(3);
    } else {
      roots.relations[name] = text(2) + "." + text(3);
    }
    std::set<std::string>& named = (index ? bare_indexes : bare_relations)[text(1)];
    named.insert(text(3));
    if (text(5) == "t") named.insert(text(1));
  }
  for (const auto& [name, named] : bare_relations) {
    if (named.size() == 1) roots.relations[name] = *named.begin();
  }
  for (const auto& [name, named] : bare_indexes) {
    if (named.size() == 1) roots.indexes[name] = *named.begin();
  }
  return roots;
}

}  // namespace tare
