// Metrics of an operation over the pairs, and their verdicts.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/compare/comparison_parts.h"
#include "tools/compare/decision.h"
#include "tools/compare/difference_scale.h"
#include "tools/compare/few_failures.h"
#include "tools/compare/statistics.h"

namespace tare {
namespace {

struct Values {
  std::vector<TrialValue> baseline, contender;
  std::vector<PairOrder> orders;
  int64_t fewest_beyond = std::numeric_limits<int64_t>::max();
  std::string missing;  // why a metric is not there in an arm
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
  const bool trimmed =
      row.metric.find("_tm95") != std::string::npos || row.metric.find("_p50") != std::string::npos;
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

FailureCount failures_of(const std::vector<TrialValue>& trials) {
  FailureCount count;
  for (const TrialValue& trial : trials) {
    count.failed += std::llround(trial.value * double(trial.of));
    count.of += trial.of;
  }
  return count;
}

// So few are judged by their counts, and none of so few requests that the margin may be broken is
// shown. Says whether they are so few.
bool judge_as_few_failures(Row& row, const Values& values, const Criteria& criteria) {
  if (row.metric != "failed_share") return false;
  const FailureCount before = failures_of(values.baseline), after = failures_of(values.contender);
  if (before.of == 0 || after.of == 0 || before.failed + after.failed >= kFewFailures) return false;
  const FewFailures found = judge_few_failures(before, after, row.margin, criteria.levels);
  row.low = found.limits.low;
  row.high = found.limits.high;
  row.p_value = found.p_value;
  if (row.gating == Gating::gating || found.verdict) row.verdict = found.verdict;
  if (after.failed > 0) {
    const bool told = found.verdict && *found.verdict != Verdict::inconclusive;
    note(row, fmt::format("{} of {} failed, {} of {} before{}", after.failed, after.of,
                          before.failed, before.of, told ? "" : ": too few to judge"));
  } else {
    const double most = 100 * -std::expm1(std::log(0.05) / double(after.of));  // 95 %, one-sided
    note(row, fmt::format("0 of {} failed; at most {:.2g} % at 95 %{}", after.of, most,
                          found.verdict ? "" : ", too few to judge"));
  }
  if (!found.verdict) row.gating = Gating::shown;
  return true;
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
  if (judge_as_few_failures(row, values, criteria)) return;
  judged.scale = scale;
  if (row.pairs == 1) note(row, "one pair has no interval");
  const bool gating = row.gating == Gating::gating;
  if (!gating && !decision.limits) return;
  row.verdict = decision.verdict;
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
  const std::string path = path_of(metric);
  const std::string of_all =
      path.empty() ? metric : metric.substr(0, metric.size() - path.size() - 1);
  if (of_all.ends_with("p999") || of_all.ends_with("max")) return 0.2;
  if (of_all.ends_with("p90") || of_all.ends_with("p95") || of_all.ends_with("p99")) return 0.1;
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
  row.path = path_of(row.metric);
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
  // Where nothing failed, nothing rises: how much might have been missed is the note's to say.
  const bool nothing_failed =
      row.metric == "failed_share" && row.baseline == 0.0 && row.contender == 0.0;
  const bool exact = row.kind == ChangeKind::exact || nothing_failed;
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
