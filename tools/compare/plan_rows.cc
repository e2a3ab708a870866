#include "tools/compare/plan_rows.h"

#include <fmt/format.h>

#include "bench/model/number_words.h"
#include "tools/compare/comparison_parts.h"

namespace tare {
namespace {

constexpr size_t kLongestExample = 24;  // in a row's step; the note has more of it

Row row_of(const QueryDifference& query, const PlanTransition& each, const Criteria& criteria) {
  Row row;
  row.operation = query.operation;
  row.step = fmt::format("{} ({})", query.step, shortened(to_words(each.example), kLongestExample));
  row.metric = "blocks_per_query";
  row.unit = Unit::blocks;
  row.kind = ChangeKind::exact;
  row.margin = margin_of(criteria, row.metric);
  row.pairs = 1;
  const auto before = double(each.before_work->logical_reads + each.before_work->temp_blocks);
  const auto after = double(each.after_work->logical_reads + each.after_work->temp_blocks);
  row.baseline = before;
  row.contender = after;
  if (before > 0) row.change = (after - before) / before;
  row.verdict = Verdict::regressed;
  const bool asked = each.share >= kFewestCalls;
  if (asked && !each.coin_flip && !each.generic) row.gating = Gating::gating;
  row.note = to_words(each);
  if (each.coin_flip) row.note += "; a coin flip: the plans are reckoned alike";
  if (each.generic) row.note += "; sessions go over to the same generic plan as before";
  return row;
}

}  // namespace

WorkLimit work_limit(const Criteria& criteria) {
  WorkLimit limit;
  limit.share = margin_of(criteria, "blocks_per_query");
  return limit;
}

std::vector<Row> plan_rows(const MapDifference& difference, const Criteria& criteria) {
  std::vector<Row> rows;
  for (const QueryDifference& query : difference.queries) {
    for (const PlanTransition& each : query.transitions) {
      if (each.verdict != WorkVerdict::regressed || !each.before_work || !each.after_work) continue;
      rows.push_back(row_of(query, each, criteria));
    }
  }
  return rows;
}

}  // namespace tare
