#include "bench/model/distribution.h"

#include <gtest/gtest.h>

#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <tuple>
#include <vector>

namespace tare {
namespace {

constexpr uint64_t kDraws = 1'000'000;
constexpr double kRarest = 1e-4;  // a p-value below this fails a test; the seeds are fixed

// The chance of a chi-square statistic at least this large if the draws follow `probability`.
// Neighbouring ranks are pooled until each cell expects at least 10 draws.
double p_value(const std::vector<uint64_t>& drawn, const std::vector<double>& probability) {
  double statistic = 0, expected = 0, observed = 0, expected_left = 0;
  int cells = 0;
  for (double share : probability) expected_left += share * kDraws;
  for (size_t i = 0; i < drawn.size(); ++i) {
    expected += probability[i] * kDraws;
    observed += static_cast<double>(drawn[i]);
    expected_left -= probability[i] * kDraws;
    const bool last = i + 1 == drawn.size();
    if (!last && (expected < 10 || expected_left < 10)) continue;
    statistic += (observed - expected) * (observed - expected) / expected;
    ++cells;
    expected = observed = 0;
  }
  if (cells < 2) return 1;
  const boost::math::chi_squared distribution(cells - 1);
  return boost::math::cdf(boost::math::complement(distribution, statistic));
}

std::vector<double> zipf_probabilities(uint64_t n, double exponent) {
  std::vector<double> result(n);
  double sum = 0;
  for (uint64_t i = n; i-- > 0;) {  // the small ones first
    result[i] = std::pow(static_cast<double>(i + 1), -exponent);
    sum += result[i];
  }
  for (double& probability : result) probability /= sum;
  return result;
}

std::vector<uint64_t> zipf_draws(uint64_t n, double exponent) {
  const Zipf zipf(n, exponent);
  std::vector<uint64_t> drawn(n);
  for (uint64_t i = 0; i < kDraws; ++i) {
    Random random(2024, 1, i);
    ++drawn.at(zipf.draw(random));
  }
  return drawn;
}

class ZipfExactness : public testing::TestWithParam<std::tuple<uint64_t, double>> {};

TEST_P(ZipfExactness, AgreesWithTheExactProbabilities) {
  const auto [n, exponent] = GetParam();
  EXPECT_GT(p_value(zipf_draws(n, exponent), zipf_probabilities(n, exponent)), kRarest);
}

INSTANTIATE_TEST_SUITE_P(Zipf, ZipfExactness,
                         testing::Combine(testing::Values(1000, 100'000),
                                          testing::Values(0, 0.63, 0.99, 1, 1.21, 2.68, 1e-9,
                                                          1 - 1e-9, 1 + 1e-13)));

TEST(Zipf, TheTestSeesASmallErrorInTheExponent) {
  EXPECT_LT(p_value(zipf_draws(1000, 1.0), zipf_probabilities(1000, 1.01)), kRarest);
  EXPECT_LT(p_value(zipf_draws(100'000, 0.63), zipf_probabilities(100'000, 0.64)), kRarest);
}

TEST(Zipf, FewRanks) {
  for (double exponent : {0.0, 0.5, 1.0, 3.0}) {
    Random random(1, 2, 3);
    const Zipf one(1, exponent);
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(one.draw(random), 0u);
    for (uint64_t n : {2, 3, 5}) {
      EXPECT_GT(p_value(zipf_draws(n, exponent), zipf_probabilities(n, exponent)), kRarest)
          << n << " ranks, exponent " << exponent;
    }
  }
}

// With exponent 1 the first m of n ranks have H(m) / H(n) of the draws, H(x) the harmonic number.
TEST(Zipf, UpTo2To53Ranks) {
  const uint64_t n = uint64_t{1} << 53;
  const auto harmonic = [](double x) { return std::log(x) + 0.57721566490153286 + 1 / (2 * x); };
  const Zipf zipf(n, 1);
  constexpr int kFew = 100'000;
  for (int bits : {8, 26, 40, 50}) {
    const uint64_t limit = uint64_t{1} << bits;
    Random random(3, 1, static_cast<uint64_t>(bits));
    int below = 0;
    for (int i = 0; i < kFew; ++i) {
      const uint64_t rank = zipf.draw(random);
      ASSERT_LT(rank, n);
      below += rank < limit;
    }
    const double share = harmonic(static_cast<double>(limit)) / harmonic(static_cast<double>(n));
    EXPECT_NEAR(below, kFew * share, 4 * std::sqrt(kFew * share * (1 - share))) << bits;
  }
}

TEST(Zipf, ManyRanksWithoutSkewAreUniform) {
  for (uint64_t n : {uint64_t{1} << 30, uint64_t{1} << 45, uint64_t{1} << 53}) {
    for (double exponent : {0.0, 1e-12}) {
      const Zipf zipf(n, exponent);
      Random random(3, 2, 1);
      std::vector<int> eighths(8);
      for (int i = 0; i < 80'000; ++i) ++eighths.at(zipf.draw(random) / (n / 8));
      for (int count : eighths) EXPECT_NEAR(count, 10'000, 4 * 93.5) << n << " " << exponent;
    }
  }
}

// Below exponent 1 nearly all draws fall on large ranks: the first half of them has 2^(e-1).
TEST(Zipf, ManyRanksWithLittleSkew) {
  for (uint64_t n : {uint64_t{1} << 31, uint64_t{1} << 53}) {
    for (double exponent : {0.2, 0.5, 0.8}) {
      const Zipf zipf(n, exponent);
      Random random(3, 3, n);
      int below_half = 0;
      for (int i = 0; i < 100'000; ++i) below_half += zipf.draw(random) < n / 2;
      EXPECT_NEAR(below_half, 100'000 * std::exp2(exponent - 1), 4 * std::sqrt(25'000))
          << n << " " << exponent;
    }
  }
}

TEST(Zipf, HugeExponentsGiveTheFirstRank) {
  for (double exponent : {60.0, 1e3, 1e6, 1e300}) {
    const Zipf zipf(1'000'000, exponent);
    Random random(4, 1, 1);
    for (int i = 0; i < 100'000; ++i) ASSERT_EQ(zipf.draw(random), 0u) << exponent;
  }
}

TEST(Zipf, RefusesImpossibleArguments) {
  EXPECT_THROW(Zipf(0, 1), std::invalid_argument);
  EXPECT_THROW(Zipf((uint64_t{1} << 53) + 1, 1), std::invalid_argument);
  EXPECT_THROW(Zipf(10, -0.1), std::invalid_argument);
  EXPECT_THROW(Zipf(10, std::numeric_limits<double>::quiet_NaN()), std::invalid_argument);
  EXPECT_THROW(Zipf(10, std::numeric_limits<double>::infinity()), std::invalid_argument);
}

std::vector<uint64_t> alias_draws(const std::vector<double>& weights) {
  const AliasTable table(weights);
  std::vector<uint64_t> drawn(weights.size());
  for (uint64_t i = 0; i < kDraws; ++i) {
    Random random(77, 1, i);
    ++drawn.at(table.draw(random));
  }
  return drawn;
}

std::vector<double> shares(std::vector<double> weights) {
  double sum = 0;
  for (double weight : weights) sum += weight;
  for (double& weight : weights) weight /= sum;
  return weights;
}

TEST(AliasTable, AgreesWithTheWeights) {
  std::vector<double> many(10'000);
  for (size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i * 7919 % 10'007);
  const std::vector<std::vector<double>> cases = {
      {95, 5}, {1, 1, 1, 1}, {0.001, 1000, 1, 10}, {3, 0, 2, 0, 0, 5}, many};
  for (const std::vector<double>& weights : cases) {
    EXPECT_GT(p_value(alias_draws(weights), shares(weights)), kRarest) << weights.size();
  }
  EXPECT_LT(p_value(alias_draws({95, 5}), shares({94.7, 5.3})), kRarest);
}

TEST(AliasTable, NeverDrawsAWeightOfZero) {
  std::vector<double> weights(1001, 0.0);
  weights[13] = 0.1;
  weights[500] = 0.2;
  weights[1000] = 0.3;
  const std::vector<uint64_t> drawn = alias_draws(weights);
  EXPECT_EQ(drawn[13] + drawn[500] + drawn[1000], kDraws);
}

TEST(AliasTable, ASingleWeight) {
  const AliasTable table({0.25});
  EXPECT_EQ(table.size(), 1u);
  Random random(1, 1, 1);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(table.draw(random), 0u);
}

TEST(AliasTable, TakesWeightsOfAnyMagnitude) {
  const double huge = std::numeric_limits<double>::max();
  const double tiny = std::numeric_limits<double>::denorm_min();
  EXPECT_GT(p_value(alias_draws({huge, huge}), {0.5, 0.5}), kRarest);
  EXPECT_GT(p_value(alias_draws({tiny, tiny, tiny}), shares({1, 1, 1})), kRarest);
  EXPECT_EQ(alias_draws({huge, tiny})[0], kDraws);
}

TEST(AliasTable, RefusesImpossibleWeights) {
  EXPECT_THROW(AliasTable({}), std::invalid_argument);
  EXPECT_THROW(AliasTable({0, 0}), std::invalid_argument);
  EXPECT_THROW(AliasTable({1, -1}), std::invalid_argument);
  EXPECT_THROW(AliasTable({1, std::numeric_limits<double>::infinity()}), std::invalid_argument);
  EXPECT_THROW(AliasTable({1, std::numeric_limits<double>::quiet_NaN()}), std::invalid_argument);
}

TEST(Hotspot, GivesTheFewTheirShare) {
  const Hotspot hotspot(1000, 0.2, 0.8);
  Random random(1, 2, 3);
  int hot = 0;
  for (int i = 0; i < 100'000; ++i) {
    const uint64_t index = hotspot.draw(random);
    ASSERT_LT(index, 1000u);
    hot += index < 200;
  }
  EXPECT_NEAR(hot, 80'000, 700);
  EXPECT_EQ(Hotspot(1, 0.2, 0.5).draw(random), 0u);
  EXPECT_LT(Hotspot(10, 0, 1).draw(random), 1u) << "at least one value is hot";
}

TEST(Latest, IsZipfFromTheLastDown) {
  const Zipf zipf(500, 1.1);
  const Latest latest(500, 1.1);
  for (uint64_t i = 0; i < 1000; ++i) {
    Random one(1, 2, i), other(1, 2, i);
    EXPECT_EQ(latest.draw(one), 499 - zipf.draw(other));
  }
}

}  // namespace
}  // namespace tare
