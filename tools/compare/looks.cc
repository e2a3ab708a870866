#include "tools/compare/looks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>

#include "bench/model/errors.h"

namespace tare {
namespace {

// A level that several rows share is a small one, and the smaller it is the less do looks lean on
// each other: five looks at 0.01 together err in 3.4 %, at 0.0001 in 0.044 %. The alarm's levels
// are for the small ones.
constexpr std::array<Levels, kMostLooks> kLevels = {{{0.01, 0.025},
                                                     {0.005, 0.0145},
                                                     {0.0036, 0.0106},
                                                     {0.0028, 0.0085},
                                                     {0.0022, 0.0071},
                                                     {0.0018, 0.0062},
                                                     {0.0016, 0.0053},
                                                     {0.0014, 0.0047},
                                                     {0.0013, 0.0044}}};

// Where an experiment that goes on may end, after the standard looks.
constexpr std::array<int, 4> kLater = {45, 60, 90, 120};

}  // namespace

const std::vector<int>& standard_looks() {
  static const std::vector<int> kLooks = {6, 10, 15, 20, 30};
  return kLooks;
}

Levels levels_of(int looks) {
  if (looks < 1 || looks > kMostLooks) {
    throw std::invalid_argument(
        fmt::format("an experiment is looked at once to {} times", kMostLooks));
  }
  return kLevels[size_t(looks) - 1];
}

std::vector<int> looks_up_to(int pairs) {
  std::vector<int> looks;
  for (const int look : standard_looks()) {
    if (look < pairs) looks.push_back(look);
  }
  if (looks.size() == standard_looks().size()) looks.pop_back();
  looks.push_back(pairs);
  return looks;
}

std::vector<int> looks_going_on(const std::vector<int>& looks, int pairs, int wanted) {
  if (wanted != 0 && wanted <= pairs) {
    throw UsageError(fmt::format("it has {} pairs already; say --pairs {} or more, those included",
                                 pairs, pairs + 1));
  }
  std::vector<int> all;
  for (const int look : looks) {
    if (look < pairs) all.push_back(look);
  }
  all.push_back(pairs);
  if (wanted != 0) {
    all.push_back(wanted);
  } else if (looks.size() == 1) {
    all.push_back(2 * pairs);
  } else {
    std::vector<int> later = standard_looks();
    if (pairs >= later.back()) later.assign(kLater.begin(), kLater.begin() + 2);
    if (pairs >= later.back()) later.assign(kLater.begin() + 2, kLater.end());
    std::copy_if(later.begin(), later.end(), std::back_inserter(all),
                 [pairs](int look) { return look > pairs; });
  }
  if (all.back() == pairs || all.size() > size_t(kMostLooks)) {
    throw UsageError(fmt::format(
        "after {} pairs and {} looks it has been looked at too often to go on: begin anew", pairs,
        looks.size()));
  }
  return all;
}

}  // namespace tare
