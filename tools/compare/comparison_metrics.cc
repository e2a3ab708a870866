// Metrics of an operation over the pairs, and their verdicts.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/compare/comparison_parts.h"
#include "tools/compare/statistics.h"

namespace tare {
namespace {

constexpr double kLargestChange = 1e9;  // what an interval of two wild pairs is cut to

double bounded(double change) {
  return std::clamp(change, -kLargestChange, kLargestChange);
}

// From log-ratios back to a relative change.
double relative(double log_ratio) {
  return bounded(std::expm1(std::min(log_ratio, 700.0)));
}

struct Values {
  std::vector<double> baseline, contender;
  int64_t fewest_beyond = std::numeric_limits<int64_t>::max();
  std::string missing;  // why a metric is not there in an arm
  int64_t scheduled = 0;
};

Values values_of(const std::vector<PairSample>& pairs, const std::string& operation,
                 const std::string& metric, Unit& unit) {
  Values out;
  for (size_t i = 0; i < pairs.size(); ++i) {
    const Measurement before = measure(pairs[i].baseline, operation, metric);
    const Measurement after = measure(pairs[i].contender, operation, metric);
    unit = before.unit;
    const int64_t scheduled =
        scheduled_in(pairs[i].baseline, operation) + scheduled_in(pairs[i].contender, operation);
    out.scheduled += scheduled;
    if (before.value) out.baseline.push_back(*before.value);
    if (after.value) out.contender.push_back(*after.value);
    if (before.value && after.value) {
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

void estimate_into(Row& row, const Values& values, double confidence) {
  std::vector<double> differences;
  for (size_t i = 0; i < values.baseline.size(); ++i) {
    differences.push_back(row.kind == ChangeKind::points
                              ? values.contender[i] - values.baseline[i]
                              : std::log(values.contender[i] / values.baseline[i]));
  }
  const PairedEstimate found = estimate(differences, confidence);
  const auto change = [&row](double value) {
    return row.kind == ChangeKind::points ? value : relative(value);
  };
  row.pairs = found.n;
  row.change = change(found.mean);
  if (row.kind == ChangeKind::exact || !found.low) return;
  row.low = change(*found.low);
  row.high = change(*found.high);
}

Verdict verdict_of(const Row& row, double slack, double worse_sign) {
  if (!row.low || !row.high) return Verdict::inconclusive;
  // In the terms of "worse is up".
  double change = *row.change, low = *row.low - slack, high = *row.high + slack;
  if (worse_sign < 0) {
    change = -change;
    std::swap(low, high);
    low = -low, high = -high;
  }
  if (low > 0 && change - slack >= row.margin) return Verdict::regressed;
  if (high < 0 && change + slack <= -row.margin) return Verdict::improved;
  if (low > -row.margin && high < row.margin) return Verdict::equivalent;
  if (high < row.margin) return Verdict::not_worse;
  return Verdict::inconclusive;
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
  return std::isfinite(share) && share > row.margin / 4 ? bounded(share) : 0;
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

bool all_zero(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return value == 0; });
}

void judge_values(Judged& judged, const Values& values, const std::vector<PairSample>& pairs,
                  const Criteria& criteria) {
  Row& row = judged.row;
  estimate_into(row, values, criteria.confidence);
  const bool is_tail =
      row.metric.ends_with("p99") || row.metric.ends_with("p999") || row.metric.ends_with("max");
  if (is_tail && values.fewest_beyond < 10) {
    row.low.reset();
    row.high.reset();
    note(row, "fewer than 10 requests beyond it in a trial");
  } else if (row.pairs == 1 && row.kind != ChangeKind::exact) {
    note(row, "one pair has no interval");
  }
  judged.slack = lag_slack(pairs, row);
  const double worse_sign = row.metric == "hit_ratio" || row.metric == "throughput" ? -1 : 1;
  const bool nothing_failed =
      row.metric == "failed_share" && all_zero(values.baseline) && all_zero(values.contender);
  if (nothing_failed) note_no_failures(row, pairs);
  if (row.gating == Gating::shown) return;
  row.verdict = nothing_failed ? Verdict::equivalent : verdict_of(row, judged.slack, worse_sign);
  if (judged.slack > 0 && verdict_of(row, 0, worse_sign) != *row.verdict) {
    row.verdict = Verdict::inconclusive;
    note(row, fmt::format("the generators' lag differs by {:.2g} % of the baseline: use fewer "
                          "requests per second or more cores",
                          100 * judged.slack));
  }
}

}  // namespace

double margin_of(const Criteria& criteria, const std::string& metric) {
  const auto found = criteria.margins.find(metric);
  if (found != criteria.margins.end() && std::isfinite(found->second)) return found->second;
  if (metric == "failed_share") return 0.001;
  if (metric == "hit_ratio") return 0.01;
  if (metric == "blocks_per_query") return 0.2;
  if (metric.ends_with("p99") || metric.ends_with("p999") || metric.ends_with("max")) return 0.1;
  return 0.05;
}

Judged judge_metric(const std::vector<PairSample>& pairs, const std::string& operation,
                    const std::string& metric, Gating gating, const Criteria& criteria) {
  Judged judged;
  Row& row = judged.row;
  row.operation = operation;
  row.metric = metric;
  row.gating = gating;
  row.margin = margin_of(criteria, metric);
  const Values values = values_of(pairs, operation, metric, row.unit);
  if (row.unit == Unit::share) row.kind = ChangeKind::points;
  if (row.unit == Unit::calls) row.kind = ChangeKind::exact;

  const auto middle = [&row](const std::vector<double>& arm) -> std::optional<double> {
    if (arm.empty()) return std::nullopt;
    const bool ratio = row.unit == Unit::nanoseconds || row.unit == Unit::per_second ||
                       row.unit == Unit::bytes;
    if (ratio) return geometric_mean(arm);
    if (row.unit == Unit::calls) return median(arm);
    return estimate(arm, 0.95).mean;
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
