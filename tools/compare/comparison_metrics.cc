// Metrics of an operation over the pairs, and their verdicts.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/compare/comparison_parts.h"
#include "tools/compare/decision.h"
#include "tools/compare/difference_scale.h"
#include "tools/compare/statistics.h"

namespace tare {
namespace {

struct Values {
  std::vector<TrialValue> baseline, contender;
  std::vector<PairOrder> orders;
  int64_t fewest_beyond = std::numeric_limits<int64_t>::max();
  std::string missing;  // why a metric is not there in an arm
  int64_t scheduled = 0;
};

Values values_of(const std::vector<PairSample>& pairs, const Measurand& measurand, Unit& unit) {
  Values out;
  const std::string& operation = measurand.operation;
  for (size_t i = 0; i < pairs.size(); ++i) {
    const Measurement before = measure(pairs[i].baseline, measurand);
    const Measurement after = measure(pairs[i].contender, measurand);
    unit = before.unit;
    const int64_t scheduled =
        scheduled_in(pairs[i].baseline, operation) + scheduled_in(pairs[i].contender, operation);
    out.scheduled += scheduled;
    if (before.value) out.baseline.push_back({*before.value, before.of});
    if (after.value) out.contender.push_back({*after.value, after.of});
    if (before.value && after.value) {
      out.orders.push_back(pairs[i].order);
      out.fewest_beyond = std::min({out.fewest_beyond, before.beyond, after.beyond});
    } else if (scheduled > 0 && out.missing.empty()) {
      const char* arm = before.value ? "the contender" : after.value ? "the baseline" : "both arms";
      out.missing = fmt::format("nothing to measure in {} of pair {}", arm, i + 1);
      const std::string why =
          first_error_in(before.value ? pairs[i].contender : pairs[i].baseline, operation);
      if (!why.empty()) out.missing += fmt::format(" (the first error: {})", why);
    }
  }
  return out;
}

// The generators' lag differs between the arms by so much of the row's baseline; 0 while that is
// below a quarter of the margin. Lag is part of a response time and says nothing of the change. It
// is trimmed as the metric is: a few late wake-ups that a tm95 leaves out do not touch it.
double lag_slack(const std::vector<PairSample>& pairs, const Row& row) {
  if (!row.metric.starts_with("response_time_") || !row.baseline || *row.baseline <= 0) return 0;
  const bool trimmed = row.metric.find("tm95") != std::string::npos || row.metric.ends_with("p50");
  const auto lag_of = [trimmed](const Sample& sample) {
    const HistogramSummary& lag = sample.result.generator.lag_ns;
    return trimmed ? lag.tm95 : lag.mean;
  };
  double difference = 0;
  for (const PairSample& pair : pairs) {
    difference += lag_of(pair.contender) - lag_of(pair.baseline);
  }
  const double share = std::abs(difference / double(pairs.size())) / *row.baseline;
  return std::isfinite(share) && share > row.margin / 4 ? share : 0;
}

void note(Row& row, const std::string& text) {
  if (!row.note.empty()) row.note += "; ";
  row.note += text;
}

void note_no_failures(Row& row, const std::vector<PairSample>& pairs) {
  int64_t requests = 0;
  for (const PairSample& pair : pairs) requests += scheduled_in(pair.contender, row.operation);
  const double most = 100 * std::min(1.0, 3 / double(requests));  // the rule of three
  note(row, most < 10 ? fmt::format("0 of {} failed; at most {:.2g} % at 95 %", requests, most)
                      : fmt::format("0 of {} failed; at most {:.0f} % at 95 %", requests, most));
}

bool all_zero(const std::vector<TrialValue>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](const TrialValue& each) { return each.value == 0; });
}

// The decision in the row's own terms.
void fill_in(Row& row, const Decision& decision, const DifferenceScale& scale, WorseIs worse) {
  row.pairs = decision.estimate.n;
  row.change = scale.change();
  row.p_value = decision.p_value;
  const double mean = decision.estimate.mean;
  const auto beside = [&](double distance) {
    return std::abs(scale.change_at(mean + distance) - scale.change_at(mean));
  };
  if (decision.limits) {
    row.low = scale.change_at(decision.limits->low);
    row.high = scale.change_at(decision.limits->high);
    if (worse == WorseIs::lower) std::swap(row.low, row.high);
  }
  if (decision.detectable) row.detectable_change = beside(*decision.detectable);
  if (decision.order_effect) {
    const double up = worse == WorseIs::lower ? -*decision.order_effect : *decision.order_effect;
    row.order_effect = std::copysign(beside(*decision.order_effect), up);
  }
}

void judge_values(Judged& judged, const Values& values, const std::vector<PairSample>& pairs,
                  const Criteria& criteria) {
  Row& row = judged.row;
  const WorseIs worse = is_lower_worse(row.metric) ? WorseIs::lower : WorseIs::higher;
  const DifferenceScale scale(row.kind, worse, values.baseline, values.contender);
  row.pairs = int(scale.differences().size());
  row.change = scale.change();
  if (values.fewest_beyond < kFewestBeyond) {
    note(row, fmt::format("fewer than {} requests beyond it in a trial", kFewestBeyond));
    if (row.gating == Gating::gating) row.verdict = Verdict::inconclusive;
    return;
  }
  judged.slack = lag_slack(pairs, row);
  Differences differences{scale.differences(), values.orders, scale.worse_margin(row.margin),
                          scale.better_margin(row.margin), std::log1p(judged.slack)};
  const Decision decision = decide(differences, criteria.levels);
  judged.estimate = decision.estimate;
  fill_in(row, decision, scale, worse);
  if (row.pairs == 1) note(row, "one pair has no interval");
  const bool nothing_failed =
      row.metric == "failed_share" && all_zero(values.baseline) && all_zero(values.contender);
  if (nothing_failed) {
    note_no_failures(row, pairs);
    row.p_value.reset();
  }
  const bool gating = row.gating == Gating::gating;
  if (!gating && !decision.limits) return;
  row.verdict = nothing_failed ? Verdict::equivalent : decision.verdict;
  if (gating && *row.verdict == Verdict::inconclusive) row.more_pairs = decision.more_pairs;
  if (!decision.note.empty()) note(row, decision.note);
  if (judged.slack == 0) return;
  differences.slack = 0;
  if (decide(differences, criteria.levels).verdict == *row.verdict) return;
  row.verdict = Verdict::inconclusive;
  row.more_pairs.reset();  // they would not help
  note(row, fmt::format("the generators' lag differs by {:.2g} % of the baseline: use fewer "
                        "requests per second or more cores",
                        100 * judged.slack));
}

}  // namespace

bool is_lower_worse(const std::string& metric) {
  return metric == "hit_ratio" || metric == "throughput";
}

double margin_of(const Criteria& criteria, const std::string& metric) {
  const auto found = criteria.margins.find(metric);
  if (found != criteria.margins.end() && std::isfinite(found->second)) return found->second;
  if (metric == "failed_share") return 0.001;
  if (metric == "hit_ratio") return 0.01;
  if (metric == "blocks_per_query") return 0.2;
  if (metric.ends_with("p999") || metric.ends_with("max")) return 0.2;
  if (metric.ends_with("p90") || metric.ends_with("p95") || metric.ends_with("p99")) return 0.1;
  return 0.03;
}

Judged judge_metric(const std::vector<PairSample>& pairs, const Measurand& measurand, Gating gating,
                    const Criteria& criteria) {
  Judged judged;
  Row& row = judged.row;
  row.operation = measurand.operation;
  row.metric = measurand.metric;
  row.step = measurand.step;
  row.gating = gating;
  row.margin = margin_of(criteria, row.metric);
  const Values values = values_of(pairs, measurand, row.unit);
  if (row.unit == Unit::share) row.kind = ChangeKind::points;
  for (const char* path : {"hit", "miss"}) {
    if (row.metric.ends_with(std::string("_") + path)) row.path = path;
  }
  const auto middle = [&row](const std::vector<TrialValue>& arm) -> std::optional<double> {
    std::vector<double> plain;
    for (const TrialValue& each : arm) plain.push_back(each.value);
    if (plain.empty()) return std::nullopt;
    return row.unit == Unit::share ? estimate(plain).mean : geometric_mean(plain);
  };
  row.baseline = middle(values.baseline);
  row.contender = middle(values.contender);
  if (values.missing.empty() && values.baseline.empty()) {
    note(row, "no such request in the measured window: measure longer");
    if (gating == Gating::gating) row.verdict = Verdict::inconclusive;
  } else if (!values.missing.empty()) {
    note(row, values.missing);
    if (gating == Gating::gating) row.verdict = Verdict::invalid;
  } else {
    judge_values(judged, values, pairs, criteria);
  }
  return judged;
}

ExpectationResult judge_expectation(const Judged& judged, const Expectation& expectation) {
  const Row& row = judged.row;
  ExpectationResult out{expectation.operation, expectation.metric,    expectation.limit,
                        expectation.bound,     Outcome::inconclusive, row.note};
  if (!row.change) return out;
  const bool exact = row.kind == ChangeKind::exact;
  const std::optional<double> low = exact ? row.change : row.low;
  const std::optional<double> high = exact ? row.change : row.high;
  if (!low || !high) return out;
  if (expectation.bound == Bound::at_most) {
    if (*high + judged.slack <= expectation.limit) out.outcome = Outcome::met;
    if (*low - judged.slack > expectation.limit) out.outcome = Outcome::missed;
  } else {
    if (*low - judged.slack >= expectation.limit) out.outcome = Outcome::met;
    if (*high + judged.slack < expectation.limit) out.outcome = Outcome::missed;
  }
  return out;
}

}  // namespace tare
