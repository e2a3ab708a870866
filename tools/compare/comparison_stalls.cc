// Rows of the servers' stalls, of all operations together. Shown: a few stalls in a few seconds are
// too few to judge, and a machine that stands still makes them too.
#include <cmath>

#include "tools/compare/comparison_parts.h"

namespace tare {
namespace {

std::optional<double> stalls_per_minute(const Sample& sample) {
  const Result& result = sample.result;
  if (!result.stalls || !(result.measured_s > 0)) return std::nullopt;
  const double value = double(result.stalls->count) / (result.measured_s / 60);
  return std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

}  // namespace

std::vector<Row> stall_rows(const std::vector<PairSample>& pairs, const Criteria& criteria) {
  const std::string all(kAllOperations);
  Row share = judge_metric(pairs, {all, "stalled_share"}, Gating::shown, criteria).row;
  if (!share.baseline || !share.contender) return {};  // of an older tare
  share.verdict.reset();
  // Often 0, so without a ratio.
  Row count;
  count.operation = all;
  count.metric = "stalls_per_minute";
  count.unit = Unit::per_minute;
  count.margin = margin_of(criteria, count.metric);
  double before = 0, after = 0;
  for (const PairSample& pair : pairs) {
    const std::optional<double> baseline = stalls_per_minute(pair.baseline);
    const std::optional<double> contender = stalls_per_minute(pair.contender);
    if (!baseline || !contender) return {};
    before += *baseline / double(pairs.size());
    after += *contender / double(pairs.size());
  }
  count.baseline = before, count.contender = after;
  count.pairs = int(pairs.size());
  return {count, share};
}

}  // namespace tare
