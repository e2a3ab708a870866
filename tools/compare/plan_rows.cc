#include "tools/compare/plan_rows.h"

#include <fmt/format.h>

#include "bench/model/number_words.h"
#include "tools/compare/comparison_parts.h"

namespace tare {
namespace {

constexpr size_t kLongestExample = 24;  // in a row's step; the note has more of it

bool is_asked(double share) {
  return share >= kFewestCalls;
}

// A row's numbers are in whole operations' terms; here they are of the step's calls.
Row row_of_refusal(const QueryDifference& query, const Refusal& each, const Criteria& criteria) {
  Row row;
  row.operation = query.operation;
  row.step = query.step;
  row.metric = "failed_share";
  row.unit = Unit::share;
  row.kind = ChangeKind::points;
  row.margin = margin_of(criteria, row.metric);
  row.pairs = 1;
  row.baseline = 0;
  row.contender = row.change = each.share;
  row.verdict = Verdict::regressed;
  if (is_asked(each.share)) row.gating = Gating::gating;
  row.note = to_words(each);
  return row;
}

Row row_of_blocks(const QueryDifference& query, const PlanTransition& each,
                  const Criteria& criteria) {
  Row row;
  row.operation = query.operation;
  row.step = fmt::format("{} ({})", query.step, shortened(to_words(each.example), kLongestExample));
  row.metric = "blocks_per_query";
  row.unit = Unit::blocks;
  row.kind = ChangeKind::exact;
  row.margin = margin_of(criteria, row.metric);
  row.pairs = 1;
  row.note = to_words(each);
  if (is_asked(each.share) && !each.coin_flip && !each.generic) row.gating = Gating::gating;
  return row;
}

// Another plan, and nobody knows its work.
Row row_of_unknown(const QueryDifference& query, const PlanTransition& each,
                   const Criteria& criteria) {
  Row row = row_of_blocks(query, each, criteria);
  row.verdict = Verdict::inconclusive;
  row.note += "; its work is not known: it was not executed in both arms";
  return row;
}

Row row_of(const QueryDifference& query, const PlanTransition& each, const Criteria& criteria) {
  Row row = row_of_blocks(query, each, criteria);
  const auto before = double(each.before_work->logical_reads + each.before_work->temp_blocks);
  const auto after = double(each.after_work->logical_reads + each.after_work->temp_blocks);
  row.baseline = before;
  row.contender = after;
  if (before > 0) row.change = (after - before) / before;
  row.verdict = Verdict::regressed;
  if (before == after) {  // the same blocks for many more rows, or more WAL
    row.metric = "rows_per_query";
    row.unit = Unit::rows;
    row.baseline = each.before_work->rows;
    row.contender = each.after_work->rows;
    if (*row.baseline > 0) row.change = *row.contender / *row.baseline - 1;
  }
  if (each.coin_flip) row.note += "; a coin flip: the plans are reckoned alike";
  if (each.generic) row.note += "; only the first five executions of a session meet it";
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
    for (const Refusal& each : query.refusals) {
      if (each.share > 0) rows.push_back(row_of_refusal(query, each, criteria));
    }
    for (const PlanTransition& each : query.transitions) {
      const bool known = each.before_work && each.after_work;
      if (!known && each.before != each.after && is_asked(each.share)) {
        rows.push_back(row_of_unknown(query, each, criteria));
      } else if (known && each.verdict == WorkVerdict::regressed) {
        rows.push_back(row_of(query, each, criteria));
      }
    }
  }
  return rows;
}

}  // namespace tare
