// Popularity: which of n things a request asks for.
// Level: model. Immutable after construction, so shared by workers; drawing allocates nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/model/random.h"

namespace tare {

// Ranks 0 .. n-1 with probability proportional to 1 / (rank + 1)^exponent, for any exponent >= 0
// and n >= 1, in constant time and memory: rejection-inversion (Hoermann and Derflinger,
// "Rejection-inversion to generate variates from monotone discrete distributions", 1996).
class Zipf {
 public:
  Zipf(uint64_t n, double exponent);  // throws std::invalid_argument outside the ranges above

  uint64_t draw(Random& random) const;

 private:
  double integral(double x) const;
  double inverse_integral(double y) const;

  uint64_t n_;
  double exponent_;
  double integral_of_first_, integral_of_last_, shortcut_;
};

// Indexes 0 .. n-1: the first ones, this share of all (at least one), get this share of the
// requests.
class Hotspot {
 public:
  Hotspot(uint64_t n, double values, double requests);  // n >= 1, both shares within [0, 1]

  uint64_t draw(Random& random) const;

 private:
  uint64_t hot_, cold_;
  double requests_;
};

// Zipf counted from the last index down.
class Latest {
 public:
  Latest(uint64_t n, double exponent) : n_(n), ranks_(n, exponent) {}

  uint64_t draw(Random& random) const { return n_ - 1 - ranks_.draw(random); }

 private:
  uint64_t n_;
  Zipf ranks_;
};

// Indexes 0 .. n-1 in proportion to given weights, in constant time: the alias method (Walker
// 1977, in Vose's stable form of 1991).
class AliasTable {
 public:
  // Weights must be finite, >= 0, with a positive sum; throws std::invalid_argument otherwise.
  explicit AliasTable(const std::vector<double>& weights);

  uint64_t size() const { return threshold_.size(); }
  uint64_t draw(Random& random) const;

 private:
  std::vector<double> threshold_;
  std::vector<uint32_t> alias_;
};

}  // namespace tare
