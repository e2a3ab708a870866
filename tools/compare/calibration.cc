#include "tools/compare/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <set>

#include "tools/compare/comparison_parts.h"
#include "tools/compare/difference_scale.h"
#include "tools/compare/few_failures.h"

namespace tare {
namespace {

constexpr std::array<int, 4> kSights = {6, 10, 20, 30};

// Readable, and close enough to each other that rounding up costs little.
constexpr std::array<double, 22> kMargins = {0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.06,
                                             0.08, 0.1,   0.12, 0.15,  0.2,  0.25, 0.3,  0.4,
                                             0.5,  0.6,   0.7,  0.8,   0.9,  1.0};

// What people set margins for, where it can be measured.
constexpr std::array<const char*, 7> kMetrics = {
    "response_time_tm95",     "response_time_p50",       "response_time_p95", "response_time_p99",
    "response_time_tm95_hit", "response_time_tm95_miss", "service_time_tm95"};

// One metric of one operation, with its pairs.
struct Subject {
  CalibratedRow row;
  DifferenceScale scale;
  Differences differences;  // at the row's margin

  Differences with(double margin) const {
    Differences out = differences;
    out.worse_margin = scale.worse_margin(margin);
    out.better_margin = scale.better_margin(margin);
    return out;
  }
};

// None where a trial does not tell enough of the metric.
std::optional<Subject> subject_of(const std::vector<PairSample>& pairs, const Criteria& criteria,
                                  const std::string& operation, const std::string& metric) {
  std::vector<TrialValue> baseline, contender;
  Differences differences;
  Unit unit = Unit::nanoseconds;
  double failures = 0;
  for (const PairSample& pair : pairs) {
    const Measurement before = measure(pair.baseline, {operation, metric});
    const Measurement after = measure(pair.contender, {operation, metric});
    if (!before.value || !after.value) return std::nullopt;
    if (std::min(before.beyond, after.beyond) < kFewestBeyond) return std::nullopt;
    unit = before.unit;
    baseline.push_back({*before.value, before.of});
    contender.push_back({*after.value, after.of});
    differences.orders.push_back(pair.order);
    failures += *before.value * double(before.of) + *after.value * double(after.of);
  }
  // Judged by their counts (few_failures.h), which cannot be resampled.
  if (metric == "failed_share" && failures < double(kFewFailures)) return std::nullopt;
  const ChangeKind kind = unit == Unit::share ? ChangeKind::points : ChangeKind::relative;
  const WorseIs worse = is_lower_worse(metric) ? WorseIs::lower : WorseIs::higher;
  Subject subject{{}, DifferenceScale(kind, worse, baseline, contender), std::move(differences)};
  subject.row.operation = operation;
  subject.row.metric = metric;
  subject.row.kind = kind;
  subject.row.margin = margin_of(criteria, metric);
  subject.differences.values = subject.scale.differences();
  subject.differences = subject.with(subject.row.margin);
  return subject;
}

// Gating rows that chance can move, then what else has a margin.
std::vector<Subject> subjects_of(const std::vector<PairSample>& pairs, const Comparison& comparison,
                                 const Criteria& criteria) {
  std::vector<Subject> subjects;
  std::set<std::pair<std::string, std::string>> known;
  const auto add = [&](const std::string& operation, const std::string& metric, Gating gating) {
    if (!known.emplace(operation, metric).second) return;
    std::optional<Subject> subject = subject_of(pairs, criteria, operation, metric);
    if (!subject) return;
    subject->row.gating = gating;
    subjects.push_back(*std::move(subject));
  };
  std::vector<std::string> operations;
  for (const Row& row : comparison.rows) {
    if (row.gating == Gating::gating && row.p_value) add(row.operation, row.metric, row.gating);
    const bool plain = row.operation != kAllOperations && !row.operation.starts_with(kJobPrefix);
    const bool seen =
        std::find(operations.begin(), operations.end(), row.operation) != operations.end();
    if (plain && !seen) operations.push_back(row.operation);
  }
  for (const std::string& operation : operations) {
    for (const char* metric : kMetrics) add(operation, metric, Gating::shown);
  }
  return subjects;
}

class ResampledExperiments {
 public:
  ResampledExperiments(int measured, int experiments) {
    for (int number = 0; number < experiments; ++number) {
      experiments_.push_back(resample(measured, standard_looks().back(), number));
    }
  }

  std::vector<Ended> run(const std::vector<Differences>& rows, int within) const {
    const ResampledRule rule(within);
    std::vector<Ended> all;
    for (const auto& chosen : experiments_) all.push_back(rule.run(rows, chosen));
    return all;
  }

 private:
  std::vector<std::vector<ResampledPair>> experiments_;
};

int count(const std::vector<Ended>& experiments, Ending ending, int within) {
  return int(std::count_if(experiments.begin(), experiments.end(), [&](const Ended& ended) {
    return ended.ending == ending && ended.pairs <= within;
  }));
}

double passed(const std::vector<Ended>& experiments, int within) {
  return double(count(experiments, Ending::passed, within)) / double(experiments.size());
}

// So few pairs may scatter less than the machine does: by how much more, at most, four times in
// five (the upper limit of a standard deviation, by the chi-squared distribution).
double scatter_may_be_more(int pairs) {
  const boost::math::chi_squared distribution(pairs - 1);
  return std::sqrt((pairs - 1) / quantile(distribution, 1 - kPower));
}

// A wider margin lets the same experiments pass and more, so that it can be halved towards.
std::optional<double> resolved_margin(const Subject& subject, const ResampledExperiments& resampled,
                                      int within) {
  const double more = scatter_may_be_more(int(subject.differences.values.size()));
  const auto found = std::partition_point(kMargins.begin(), kMargins.end(), [&](double margin) {
    Differences wider = subject.with(margin);
    for (double& value : wider.values) value *= more;
    return passed(resampled.run({wider}, within), within) < kResolvedShare;
  });
  return found == kMargins.end() ? std::nullopt : std::optional<double>(*found);
}

// As if it gated, among so many rows.
void fill_in(Subject& subject, const ResampledExperiments& resampled, int within, int rows) {
  CalibratedRow& row = subject.row;
  PairedEstimate found = estimate(subject.differences.values);
  row.spread = *found.standard_error * std::sqrt(double(found.n));
  const Levels levels = levels_of(int(standard_looks().size()));
  for (const int pairs : kSights) {
    const PairedEstimate with{found.mean, row.spread / std::sqrt(double(pairs)), pairs};
    double margin = subject.scale.worse_margin(row.margin);  // all of it without any spread
    if (!std::isfinite(margin)) margin = 0;
    const double distance = detectable_worsening(with, margin, levels, rows).value_or(margin);
    row.sees.push_back({pairs, std::abs(subject.scale.change_at(found.mean + distance) -
                                        subject.scale.change_at(found.mean))});
  }
  const std::vector<Ended> alone = resampled.run({subject.differences}, standard_looks().back());
  row.not_worse_20 = passed(alone, 20);
  row.not_worse_30 = passed(alone, 30);
  if (row.kind == ChangeKind::relative) row.resolves = resolved_margin(subject, resampled, within);
}

void fill_shares(Calibration& out, const std::vector<Subject>& subjects,
                 const ResampledExperiments& resampled) {
  std::vector<Differences> gating;
  for (const Subject& subject : subjects) {
    if (subject.row.gating == Gating::gating) gating.push_back(subject.differences);
  }
  const std::vector<Ended> all = resampled.run(gating, standard_looks().back());
  double pairs = 0;
  for (const Ended& ended : all) pairs += ended.pairs;
  out.worth = out.pairs * double(all.size()) / pairs;
  const auto share = [&](Ending ending, int within, double worth) {
    return proportion(double(count(all, ending, within)) / double(all.size()), worth);
  };
  out.alarms = share(Ending::alarm, 30, out.worth);
  out.not_worse_20 = share(Ending::passed, 20, out.worth);
  out.not_worse_30 = share(Ending::passed, 30, out.worth);
}

void fill_margins(Calibration& out) {
  std::set<std::string> unresolved;
  for (const CalibratedRow& row : out.rows) {
    if (row.kind != ChangeKind::relative) continue;
    if (row.resolves) {
      double& margin = out.margins[row.metric];
      margin = std::max(margin, *row.resolves);
    } else {
      unresolved.insert(row.metric);
      out.unresolved.push_back(row.operation + " " + row.metric);
    }
  }
  for (const std::string& metric : unresolved) out.margins.erase(metric);
}

}  // namespace

Calibration calibrate(const std::vector<PairSample>& pairs, const Comparison& comparison,
                      const Criteria& criteria, int within, int experiments) {
  Calibration out;
  out.experiments = experiments;
  out.pairs = int(pairs.size());
  out.within = within;
  out.invalid_reasons = comparison.invalid_reasons;
  for (const Row& row : comparison.rows) {
    if (row.gating == Gating::gating && row.verdict == Verdict::regressed) {
      out.alarmed.push_back(row.operation + " " + row.metric);
    }
    if (!makes_invalid(row, comparison)) continue;
    out.invalid_reasons.push_back(fmt::format("{} {}: {}", row.operation, row.metric, row.note));
  }
  if (out.pairs < kFewestCalibrated) {
    out.invalid_reasons.push_back(
        fmt::format("{} {} of trials {} too few to tell how far they spread, {} are the fewest: "
                    "give it more time (--budget) or shorter trials (--set)",
                    out.pairs, out.pairs == 1 ? "pair" : "pairs", out.pairs == 1 ? "is" : "are",
                    kFewestCalibrated));
  } else {
    std::vector<Subject> subjects = subjects_of(pairs, comparison, criteria);
    const ResampledExperiments resampled(out.pairs, experiments);
    const auto gating = std::count_if(subjects.begin(), subjects.end(), [](const Subject& subject) {
      return subject.row.gating == Gating::gating;
    });
    for (Subject& subject : subjects) {
      fill_in(subject, resampled, within, int(gating));
      out.rows.push_back(subject.row);
    }
    if (!subjects.empty()) fill_shares(out, subjects, resampled);
    fill_margins(out);
    if (subjects.empty() && out.invalid_reasons.empty()) {
      out.invalid_reasons.emplace_back(
          "no operation has a time in every trial: measure longer (--set measure_s)");
    }
  }
  out.exit_code = out.alarmed.empty() && out.invalid_reasons.empty() ? 0 : 3;
  return out;
}

}  // namespace tare
