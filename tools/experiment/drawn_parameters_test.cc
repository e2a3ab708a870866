#include "tools/experiment/drawn_parameters.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

std::vector<DrawnParameters> drawn(const std::string& letters) {
  std::vector<DrawnParameters> all;
  for (char letter : letters) all.push_back({std::string(1, letter)});
  return all;
}

std::string in_words(const std::vector<std::pair<DrawnParameters, int64_t>>& sets) {
  std::string words;
  for (const auto& [parameters, count] : sets) words += parameters[0] + std::to_string(count);
  return words;
}

TEST(DrawnParameters, AreWeighedTheMostFrequentFirst) {
  EXPECT_EQ(in_words(weighed(drawn("abcbcc"), 2, 5)), "c3b2a1");
  EXPECT_EQ(in_words(weighed(drawn("abcbcc"), 1, 1)), "c3a3") << "b is stood for by a";
  EXPECT_EQ(in_words(weighed(drawn("abcd"), 0, 2)), "a2b2");
  EXPECT_EQ(in_words(weighed(drawn("xxabcdefg"), 1, 3)), "x2a2b2c3");
  EXPECT_EQ(in_words(weighed({}, 2, 2)), "");
}

}  // namespace
}  // namespace tare
