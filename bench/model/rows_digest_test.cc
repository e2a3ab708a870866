#include "bench/model/rows_digest.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

const uint64_t kTwo = rows_digest(R"([{"a":"1","b":"x"},{"a":"2","b":"y"}])");

TEST(RowsDigest, IsTheSameInAnyOrderOfRows) {
  EXPECT_EQ(rows_digest(R"([{"a":"2","b":"y"},{"a":"1","b":"x"}])"), kTwo);
}

TEST(RowsDigest, ChangesWithEveryValueAndTheNumberOfRows) {
  for (const char* other : {
           R"([{"a":"1","b":"y"},{"a":"2","b":"x"}])",  // values swapped between rows
           R"([{"a":"1","b":"x"},{"a":"2","b":"z"}])",
           R"([{"a":"1","b":"x"}])",
           R"([{"a":"1","b":"x"},{"a":"2","b":"y"},{"a":"2","b":"y"}])",
           "[]",
           "",
       }) {
    EXPECT_NE(rows_digest(other), kTwo) << other;
  }
}

TEST(RowsDigest, TellsTheSameRowTwiceFromAnotherRowTwice) {
  EXPECT_NE(rows_digest(R"([{"a":"1"},{"a":"1"}])"), rows_digest(R"([{"a":"2"},{"a":"2"}])"));
}

TEST(RowsDigest, SurvivesValuesThatLookLikeTheBorderOfRows) {
  EXPECT_EQ(rows_digest(R"([{"a":"},{"},{"a":"q"}])"), rows_digest(R"([{"a":"q"},{"a":"},{"}])"));
}

}  // namespace
}  // namespace tare
