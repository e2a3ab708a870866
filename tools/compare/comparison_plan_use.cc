// Whether the arms' connections went over to generic plans unlike often.
#include <cmath>
#include <map>
#include <utility>

#include "tools/compare/comparison_parts.h"

namespace tare {
namespace {

constexpr double kStandardErrors = 3;

// Those that have chosen: the first five executions are planned for their values anyhow.
struct Connections {
  int64_t generic = 0, decided = 0;

  double share() const { return double(generic) / double(decided); }
};

using ByStep = std::map<std::pair<std::string, std::string>, Connections>;

void add(const Sample& sample, ByStep& steps) {
  if (!sample.result.session_plans) return;
  for (const StepPlanUse& step : sample.result.session_plans->steps) {
    Connections& connections = steps[{step.operation, step.step}];
    connections.generic += step.generic;
    connections.decided += step.connections - step.undecided;
  }
}

// Which connections settle is chance, of the values that they are asked first.
bool is_beyond_chance(const Connections& before, const Connections& after) {
  const double all = double(before.decided + after.decided);
  const double share = double(before.generic + after.generic) / all;
  const double error =
      std::sqrt(share * (1 - share) * (1 / double(before.decided) + 1 / double(after.decided)));
  return std::abs(after.share() - before.share()) > kStandardErrors * error;
}

}  // namespace

std::vector<PlanUseChange> plan_use_changes(const std::vector<PairSample>& pairs) {
  ByStep before, after;
  for (const PairSample& pair : pairs) {
    add(pair.baseline, before);
    add(pair.contender, after);
  }
  std::vector<PlanUseChange> changes;
  for (const auto& [step, connections] : before) {
    const auto other = after.find(step);
    if (other == after.end() || connections.decided == 0 || other->second.decided == 0) continue;
    if (!is_beyond_chance(connections, other->second)) continue;
    changes.push_back({step.first, step.second, connections.share(), other->second.share()});
  }
  return changes;
}

}  // namespace tare
