#include "bench/model/problem_list.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

JsonValue value_at(std::string pointer, int place) {
  JsonValue value;
  value.pointer = std::move(pointer);
  value.place = place;
  return value;
}

TEST(ProblemList, SortsByPlace) {
  ProblemList problems("file");
  problems.add(value_at("/b", 9), "late");
  problems.add(value_at("", 0), value_at("/a", 4), "early, said of the whole");
  const auto sorted = problems.sorted();
  ASSERT_EQ(sorted.size(), 2u);
  EXPECT_EQ(sorted[0], (Problem{"file", "", "early, said of the whole"}));
  EXPECT_EQ(sorted[1], (Problem{"file", "/b", "late"}));
  EXPECT_THROW(problems.throw_if_any(), FileProblems);
}

TEST(ProblemList, KnowsWhatIsSound) {
  ProblemList problems("file");
  problems.add(value_at("/load/mix/a", 3), "wrong");
  problems.silence(value_at("/name", 1));
  EXPECT_FALSE(problems.sound(value_at("/load", 1)));
  EXPECT_TRUE(problems.sound_at(value_at("/load", 1)));
  EXPECT_TRUE(problems.sound(value_at("/load/mi", 2)));
  EXPECT_FALSE(problems.sound(value_at("/name", 1)));
  EXPECT_EQ(problems.sorted().size(), 1u);
}

}  // namespace
}  // namespace tare
