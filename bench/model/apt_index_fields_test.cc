#include "bench/model/apt_index_fields.h"

#include <gtest/gtest.h>

#include <set>

namespace tare {
namespace {

TEST(AptIndexFields, EveryTableHasFieldsThatDiffer) {
  for (const std::string& table : apt_index_tables()) {
    const std::vector<std::string> fields = apt_index_fields(table);
    EXPECT_FALSE(fields.empty()) << table;
    EXPECT_EQ(std::set<std::string>(fields.begin(), fields.end()).size(), fields.size()) << table;
  }
  EXPECT_TRUE(apt_index_fields("package").empty());
}

}  // namespace
}  // namespace tare
