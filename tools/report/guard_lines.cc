#include "tools/report/guard_lines.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "tools/report/cells.h"
#include "tools/report/comparison_cells.h"
#include "tools/report/words.h"

namespace tare {

std::vector<std::string> tainted_lines(const Experiment& experiment) {
  std::vector<std::string> lines;
  for (size_t i = 0; i < experiment.pairs.size(); ++i) {
    const ExperimentPair& pair = experiment.pairs[i];
    if (pair.tainted.empty()) continue;
    const bool repeated =
        i + 1 < experiment.pairs.size() && experiment.pairs[i + 1].number == pair.number;
    lines.push_back(harmless(fmt::format("pair {} ({}): {}", pair.number,
                                         repeated ? "measured again" : "left out",
                                         fmt::join(pair.tainted, "; "))));
  }
  return lines;
}

std::string pooled_line(const Experiment& experiment) {
  if (experiment.pooled.empty()) return "";
  const PooledPairs& last = experiment.pooled.back();
  return harmless(fmt::format("pooled: {} of the pairs are those of {} ({}), which this repeats",
                              last.pairs, last.folder, last.verdict));
}

std::string null_line(const Comparison& comparison, const Style& style) {
  const NullCheck* furthest = nullptr;
  size_t judged = 0, unmoved = 0;
  for (const NullCheck& check : comparison.null_check) {
    if (!check.low || !check.high) continue;
    ++judged;
    unmoved += *check.low <= 0 && *check.high >= 0;
    if (furthest == nullptr || std::abs(check.change) > std::abs(furthest->change)) {
      furthest = &check;
    }
  }
  if (furthest == nullptr) return "";
  Row row;
  row.operation = furthest->operation;
  row.metric = furthest->metric;
  row.change = furthest->change;
  row.low = furthest->low;
  row.high = furthest->high;
  return harmless(
      fmt::format("baseline against itself: {} of {} metrics show no change; furthest: {} {} {}",
                  unmoved, judged, row.operation, metric_label(row), change_text(row, style)));
}

std::string order_line(const Comparison& comparison, const Style& style) {
  const Row* furthest = nullptr;
  for (const Row& row : comparison.rows) {
    if (row.gating != Gating::gating || !row.order_effect) continue;
    if (row.kind != ChangeKind::relative) continue;
    if (furthest == nullptr || std::abs(*row.order_effect) > std::abs(*furthest->order_effect)) {
      furthest = &row;
    }
  }
  if (furthest == nullptr) return "";
  Row effect = *furthest;
  effect.change = furthest->order_effect;
  effect.low.reset();
  effect.high.reset();
  return harmless(fmt::format("running second costs: at most {} {} {}", furthest->operation,
                              metric_label(*furthest), change_text(effect, style)));
}

}  // namespace tare
