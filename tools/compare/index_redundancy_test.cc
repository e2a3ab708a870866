#include "tools/compare/index_redundancy.h"

#include <gtest/gtest.h>

#include <string>

namespace tare {
namespace {

IndexKey key(const std::string& column) {
  return {column, "pg_catalog.int4_ops", "", "ASC NULLS LAST"};
}

IndexUse index(const std::string& name, const std::vector<std::string>& columns) {
  IndexUse out;
  out.schema = "public", out.name = name, out.access_method = "btree";
  for (const std::string& column : columns) out.keys.push_back(key(column));
  return out;
}

IndexUse unique_index(const std::string& name, const std::vector<std::string>& columns) {
  IndexUse out = index(name, columns);
  out.role = IndexRole::unique, out.unique_rule = "NULLs differ, checked at once";
  return out;
}

// "b duplicate of a, c prefix of d"
std::string found(const std::vector<IndexUse>& indexes) {
  TableUse table;
  table.indexes = indexes;
  std::string text;
  for (const Redundancy& each : redundant_indexes(table)) {
    const bool duplicate = each.kind == IndexFindingKind::duplicate;
    text += (text.empty() ? "" : ", ") + each.index->name +
            (duplicate ? " duplicate of " : " prefix of ") + each.by->name;
  }
  return text;
}

TEST(RedundantIndexes, OneOfTwoAlikeCanGo) {
  EXPECT_EQ(found({index("a", {"x"}), index("b", {"x"})}), "b duplicate of a");
  IndexUse used = index("b", {"x"});
  used.scans = 5;
  EXPECT_EQ(found({index("a", {"x"}), used}), "a duplicate of b")
      << "the one that is scanned stays";
  EXPECT_EQ(found({index("a", {"x"}), unique_index("u", {"x"})}), "a duplicate of u");
  IndexUse constraint = unique_index("z_key", {"x"});
  constraint.role = IndexRole::constraint;
  EXPECT_EQ(found({unique_index("u", {"x"}), constraint}), "u duplicate of z_key");
  EXPECT_EQ(found({index("c", {"x"}), index("a", {"x"}), index("b", {"x"})}),
            "c duplicate of a, b duplicate of a");
}

TEST(RedundantIndexes, APrefixIsNamedWithOneThatStays) {
  EXPECT_EQ(found({index("a", {"x"}), index("b", {"x", "y"}), index("c", {"x", "y", "z"})}),
            "a prefix of c, b prefix of c");
  EXPECT_EQ(found({index("a", {"y"}), index("b", {"x", "y"})}), "");
  EXPECT_EQ(found({unique_index("u", {"x"}), index("b", {"x", "y"})}), "") << "it enforces a rule";
  EXPECT_EQ(found({index("a", {"x"}), unique_index("u", {"x", "y"})}), "a prefix of u");
}

TEST(RedundantIndexes, EveryDifferenceCounts) {
  const IndexUse one = index("a", {"x"});
  IndexUse other = index("b", {"x", "y"});
  other.predicate = "(y > 0)";
  EXPECT_EQ(found({one, other}), "");
  other = index("b", {"x"}), other.keys[0].operator_class = "pg_catalog.text_pattern_ops";
  EXPECT_EQ(found({one, other}), "");
  other = index("b", {"x"}), other.keys[0].collation = "pg_catalog.\"C\"";
  EXPECT_EQ(found({one, other}), "");
  other = index("b", {"x"}), other.keys[0].order = "DESC NULLS FIRST";
  EXPECT_EQ(found({one, other}), "");
  other = index("b", {"lower(x)"});
  EXPECT_EQ(found({one, other}), "");
  other = index("b", {"x"}), other.access_method = "hash";
  EXPECT_EQ(found({one, other}), "");
  IndexUse gin = index("a", {"x"}), wide = index("b", {"x", "y"});
  gin.access_method = wide.access_method = "gin";
  EXPECT_EQ(found({gin, wide}), "") << "keys of other methods have no order";
  IndexUse broken = index("b", {"x", "y"});
  broken.state = IndexState::invalid;
  EXPECT_EQ(found({one, broken}), "");
  broken = index("a", {"x"}), broken.state = IndexState::invalid, broken.scans = 9;
  EXPECT_EQ(found({broken, index("b", {"x"})}), "a duplicate of b");
  IndexUse differs = unique_index("a", {"x"}), alike = unique_index("b", {"x"});
  alike.unique_rule = "NULLs are alike, checked at once";
  EXPECT_EQ(found({differs, alike}), "");
}

TEST(RedundantIndexes, IncludedColumnsMustBeHeld) {
  IndexUse with = index("a", {"x"}), without = index("b", {"x"});
  with.included = {"y"};
  EXPECT_EQ(found({with, without}), "b prefix of a");
  EXPECT_EQ(found({with, index("b", {"x", "z"})}), "");
  EXPECT_EQ(found({with, index("b", {"x", "y"})}), "a prefix of b");
}

TEST(RedundantIndexes, AnIndexOfOnePartitionDoesNotServeTheWhole) {
  IndexUse part = index("a", {"x"});
  part.partition = "p1";
  EXPECT_EQ(found({part, index("b", {"x"})}), "a duplicate of b");
  IndexUse wide = index("c", {"x", "y"});
  wide.partition = "p1";
  EXPECT_EQ(found({index("b", {"x"}), wide}), "");
}

}  // namespace
}  // namespace tare
