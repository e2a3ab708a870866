#include "tools/compare/null_check.h"

#include <algorithm>
#include <cmath>

#include "tools/compare/comparison_parts.h"
#include "tools/compare/statistics.h"

namespace tare {
namespace {

constexpr double kLevel = 0.025;        // of each limit: the usual 95 %
constexpr double kLargestChange = 1e9;  // what an interval of two wild couples is cut to

double relative(double log_ratio) {
  return std::min(std::expm1(std::min(log_ratio, 700.0)), kLargestChange);
}

}  // namespace

std::vector<NullCheck> null_check(const std::vector<PairSample>& pairs,
                                  const std::vector<Row>& rows) {
  std::vector<NullCheck> checks;
  for (const Row& row : rows) {
    if (row.gating != Gating::gating || row.kind != ChangeKind::relative) continue;
    if (!row.path.empty()) continue;
    std::vector<double> differences;
    for (size_t i = 0; i + 1 < pairs.size(); i += 2) {
      const auto odd = measure(pairs[i].baseline, {row.operation, row.metric}).value;
      const auto even = measure(pairs[i + 1].baseline, {row.operation, row.metric}).value;
      if (!odd || !even || !(*odd > 0) || !(*even > 0)) continue;
      const double difference = std::log(*even / *odd);
      differences.push_back(i / 2 % 2 == 0 ? difference : -difference);
    }
    if (differences.empty()) continue;
    const PairedEstimate found = estimate(differences);
    const auto limits = interval(found, kLevel);
    NullCheck& check = checks.emplace_back();
    check.operation = row.operation;
    check.metric = row.metric;
    check.change = relative(found.mean);
    if (limits) check.low = relative(limits->low);
    if (limits) check.high = relative(limits->high);
    check.couples = found.n;
  }
  return checks;
}

}  // namespace tare
