#include "tools/compare/looks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <stdexcept>

#include "bench/model/errors.h"

namespace tare {
namespace {

// A level that several rows share is a small one, and the smaller it is the less do looks lean on
// each other: five looks at 0.01 together err in 3.4 %, at 0.0001 in 0.044 %. The alarm's levels
// are for the small ones.
constexpr std::array<Levels, 5> kLevels = {
    {{0.01, 0.025}, {0.005, 0.0145}, {0.0036, 0.0106}, {0.0028, 0.0085}, {0.0022, 0.0071}}};

}  // namespace

const std::vector<int>& standard_looks() {
  static const std::vector<int> kLooks = {6, 10, 15, 20, 30};
  return kLooks;
}

Levels levels_of(int looks, int repeats) {
  if (looks < 1 || looks > int(kLevels.size())) {
    throw std::invalid_argument("an experiment is looked at once to five times");
  }
  if (repeats < 0) throw std::invalid_argument("an experiment is repeated 0 times or more");
  const Levels all = kLevels[size_t(looks) - 1];
  return {std::ldexp(all.alarm, -repeats), std::ldexp(all.limit, -repeats)};
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

LooksPlan plan_going_on(const LooksPlan& plan, int pairs, int wanted) {
  if (wanted != 0 && wanted <= pairs) {
    throw UsageError(fmt::format("it has {} pairs already; say --pairs {} or more, those included",
                                 pairs, pairs + 1));
  }
  const bool as_planned =
      std::find(plan.looks.begin(), plan.looks.end(), pairs) != plan.looks.end();
  if (wanted == 0 && as_planned && pairs < plan.looks.back()) return plan;
  LooksPlan next{{}, plan.repeats + 1};
  if (next.repeats > kMostRepeats) {
    throw UsageError(fmt::format("it was repeated {} times: begin anew", plan.repeats));
  }
  if (wanted != 0) {
    next.looks = {wanted};
  } else if (plan.looks.size() == 1) {
    next.looks = {2 * pairs};
  } else {
    std::copy_if(standard_looks().begin(), standard_looks().end(), std::back_inserter(next.looks),
                 [pairs](int look) { return look > pairs; });
    if (next.looks.empty()) next.looks = {pairs + (pairs + 1) / 2, 2 * pairs};
  }
  return next;
}

}  // namespace tare
