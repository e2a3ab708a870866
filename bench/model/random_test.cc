#include "bench/model/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <vector>

namespace tare {
namespace {

// How far the share of differing bits between pairs of first draws is from one half, in standard
// deviations: 1,000 pairs of 64 bits each.
double bits_off_half(const std::function<uint64_t(uint64_t)>& draw) {
  constexpr int kPairs = 1000;
  int differing = 0;
  for (uint64_t i = 0; i < kPairs; ++i) differing += std::popcount(draw(i) ^ draw(i + 1));
  const double bits = kPairs * 64;
  return std::abs(differing - bits / 2) / std::sqrt(bits / 4);
}

TEST(Random, DependsOnNothingButItsCoordinates) {
  Random first(7, 3, 42), second(7, 3, 42);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(first.bits(), second.bits());
}

TEST(Random, NeighboursInAnyCoordinateAreUnrelated) {
  EXPECT_LT(bits_off_half([](uint64_t i) { return Random(i, 1, 1).bits(); }), 4);
  EXPECT_LT(bits_off_half([](uint64_t i) { return Random(1, i, 1).bits(); }), 4);
  EXPECT_LT(bits_off_half([](uint64_t i) { return Random(1, 1, i).bits(); }), 4);
}

TEST(Random, CoordinatesAreNotInterchangeable) {
  std::vector<uint64_t> seen;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    for (uint64_t stream = 0; stream < 20; ++stream) {
      for (uint64_t number = 0; number < 20; ++number) {
        Random random(seed, stream, number);
        for (int i = 0; i < 4; ++i) seen.push_back(random.bits());
      }
    }
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
}

TEST(Random, NeighbouringStreamsAreNotCorrelated) {
  constexpr int kDraws = 100'000;
  double sum = 0;
  for (uint64_t i = 0; i < kDraws; ++i) {
    sum += (Random(5, 0, i).unit() - 0.5) * (Random(5, 1, i).unit() - 0.5);
  }
  // The product of two centred uniforms has standard deviation 1/12.
  EXPECT_LT(std::abs(sum) * 12 / std::sqrt(kDraws), 4);
}

TEST(Random, UnitIsInsideTheOpenInterval) {
  Random random(1, 2, 3);
  double lowest = 1, highest = 0, sum = 0;
  constexpr int kDraws = 1'000'000;
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.unit();
    lowest = std::min(lowest, value);
    highest = std::max(highest, value);
    sum += value;
  }
  EXPECT_GT(lowest, 0);
  EXPECT_LT(highest, 1);
  EXPECT_LT(lowest, 1e-4);
  EXPECT_GT(highest, 1 - 1e-4);
  EXPECT_NEAR(sum / kDraws, 0.5, 4 / std::sqrt(12.0 * kDraws));
}

// The value x with x ^ (x >> shift) == mixed.
uint64_t undo_shift(uint64_t mixed, int shift) {
  uint64_t value = mixed;
  for (int known = shift; known < 64; known += shift) value = mixed ^ (value >> shift);
  return value;
}

// The odd number that makes 1 with `odd`, by Newton's iteration.
uint64_t inverse(uint64_t odd) {
  uint64_t result = odd;
  for (int i = 0; i < 6; ++i) result *= 2 - odd * result;
  return result;
}

uint64_t unmix_bits(uint64_t mixed) {
  uint64_t value = undo_shift(mixed, 31) * inverse(0x94d049bb133111ebu);
  value = undo_shift(value, 27) * inverse(0xbf58476d1ce4e5b9u);
  return undo_shift(value, 30);
}

// The generator whose first draw is `bits`: too rare to be met by drawing.
Random generator_of(uint64_t bits) {
  const uint64_t golden = 0x9e3779b97f4a7c15u;
  const uint64_t state = unmix_bits(bits) - golden;
  return Random(0, 0, unmix_bits(state) - golden - mix_bits(mix_bits(golden) + golden));
}

TEST(Random, TheExtremeDrawsAreInsideTheOpenIntervalToo) {
  const uint64_t highest = ~uint64_t{0};
  ASSERT_EQ(generator_of(highest).bits(), highest);
  ASSERT_EQ(generator_of(0).bits(), 0u);
  EXPECT_LT(generator_of(highest).unit(), 1);
  EXPECT_GT(generator_of(0).unit(), 0);
  EXPECT_GT(generator_of(highest).exponential(1), 0);
  EXPECT_LT(generator_of(0).exponential(1), 40);
}

TEST(Random, BelowIsUnbiased) {
  // With a bound of 3/4 of 2^64, multiplication without rejection gives a third of the values
  // double the chance, which moves the share below 2^63 from 2/3 noticeably.
  const uint64_t bound = uint64_t{3} << 62;
  Random random(9, 9, 9);
  constexpr int kDraws = 300'000;
  std::vector<int> residues(3), thirds(3);
  for (int i = 0; i < kDraws; ++i) {
    const uint64_t value = random.below(bound);
    ASSERT_LT(value, bound);
    ++residues[value % 3];
    ++thirds[value >> 62];
  }
  const double deviation = std::sqrt(kDraws * (1.0 / 3) * (2.0 / 3));
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR(residues[i], kDraws / 3.0, 4 * deviation) << i;
    EXPECT_NEAR(thirds[i], kDraws / 3.0, 4 * deviation) << i;
  }
}

TEST(Random, BelowReachesEveryValueOfSmallBounds) {
  Random random(1, 1, 1);
  EXPECT_EQ(random.below(1), 0u);
  std::vector<int> seen(7);
  for (int i = 0; i < 7000; ++i) ++seen[random.below(7)];
  for (int count : seen) EXPECT_NEAR(count, 1000, 4 * std::sqrt(7000 * 6 / 49.0));
}

// Kolmogorov-Smirnov: the largest distance between the drawn and the true distribution function.
TEST(Random, ExponentialGapsAreExponential) {
  constexpr int kDraws = 200'000;
  constexpr double kMean = 250;
  std::vector<double> gaps(kDraws);
  for (int i = 0; i < kDraws; ++i)
    gaps[i] = Random(11, 0, static_cast<uint64_t>(i)).exponential(kMean);
  std::sort(gaps.begin(), gaps.end());
  double distance = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double expected = -std::expm1(-gaps[i] / kMean);
    distance =
        std::max({distance, expected - double(i) / kDraws, double(i + 1) / kDraws - expected});
  }
  // 2.2253 / sqrt(n) is passed by chance once in 10,000: 2 exp(-2 x^2) = 1e-4.
  EXPECT_LT(distance, 2.2253 / std::sqrt(kDraws));
  EXPECT_GT(gaps.front(), 0);
}

TEST(Random, HashBytesIsFnv1a) {
  EXPECT_EQ(hash_bytes("", 0), 0xcbf29ce484222325u);
  EXPECT_EQ(hash_bytes("a", 1), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(hash_bytes("foobar", 6), 0x85944171f73967e8u);
  EXPECT_EQ(hash_bytes("bar", 3, hash_bytes("foo", 3)), hash_bytes("foobar", 6));
}

TEST(Random, MixBitsIsTheFinaliserOfSplitMix64) {
  // The first output of SplitMix64 from state 0 is the mix of the golden gamma.
  EXPECT_EQ(mix_bits(0x9e3779b97f4a7c15u), 0xe220a8397b1dcdafu);
}

TEST(Random, GammaHasMeanAndVarianceOfItsShape) {
  for (const double shape : {0.1, 0.5, 1.0, 4.0, 50.0}) {
    double sum = 0, squares = 0;
    constexpr int kCount = 200'000;
    for (int i = 0; i < kCount; ++i) {
      const double value = Random(5, 9, uint64_t(i)).gamma(shape);
      ASSERT_GE(value, 0);
      sum += value;
      squares += value * value;
    }
    const double mean = sum / kCount, variance = squares / kCount - mean * mean;
    EXPECT_NEAR(mean, shape, 5 * std::sqrt(shape / kCount)) << shape;
    EXPECT_NEAR(variance / shape, 1, 0.06) << shape;
  }
}

}  // namespace
}  // namespace tare
