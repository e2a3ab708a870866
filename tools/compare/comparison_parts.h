// The parts comparison.cc is put together from; nobody else includes this.
// Level: compare. Pure functions; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/compare/comparison.h"
#include "tools/compare/difference_scale.h"
#include "tools/compare/statistics.h"

namespace tare {

// A row and how far the limits of its interval must be moved outwards before they are believed: the
// arms' generators were not equally late.
struct Judged {
  Row row;
  double slack = 0;
  PairedEstimate estimate = {};               // on the scale of its differences
  std::optional<DifferenceScale> scale = {};  // none: it is not judged by differences
};

// How rows name what is no operation.
inline constexpr std::string_view kJobPrefix = "job ";  // "job import"
inline constexpr std::string_view kAllOperations = "(all)";

struct Measurement {
  Unit unit = Unit::nanoseconds;
  std::optional<double> value;  // none: nothing was measured
  int64_t beyond = 1000;        // requests beyond a quantile; no quantile: as many as one needs
  int64_t of = 0;               // what a share is a share of; 0: not known
};

// What is to be measured: a metric of an operation, a job or all operations; or of one of its
// steps.
struct Measurand {
  std::string operation;
  std::string metric;
  std::string step = {};
};

// An unknown metric has no value.
Measurement measure(const Sample& sample, const Measurand& measurand);

// The path that a metric is of: "hit" of "response_time_p99_hit"; empty: of all.
std::string path_of(const std::string& metric);

// The requests, or the job's runs, that can be measured.
int64_t scheduled_in(const Sample& sample, const std::string& name);

// The first server message behind a failure of the operation or job; empty: none.
std::string first_error_in(const Sample& sample, const std::string& name);

// Any metric, judged; a shown row only where there is enough to judge, and without the pairs that
// would settle it. An unknown metric gives an invalid row.
Judged judge_metric(const std::vector<PairSample>& pairs, const Measurand& measurand, Gating gating,
                    const Criteria& criteria);

// Of an operation, its paths (where it has several) and its steps: what either arm has, shown.
std::vector<Judged> shown_rows(const std::vector<PairSample>& pairs, const std::string& operation,
                               const Criteria& criteria);

// Of all operations: the throughput, which gates in a closed loop, and what the servers spent.
std::vector<Judged> overall_rows(const std::vector<PairSample>& pairs, const Criteria& criteria);

// None unless every trial tells of its stalls.
std::vector<Row> stall_rows(const std::vector<PairSample>& pairs, const Criteria& criteria);

// Whether both arms have plans to count blocks of: else there is no such row.
bool has_plans(const std::vector<PairSample>& pairs, const std::string& operation);
Row judge_blocks(const std::vector<PairSample>& pairs, const std::string& operation,
                 const Criteria& criteria);

// What its queries answered for the same parameters: of no direction that is worse, so not judged.
Row rows_answered(const std::vector<PairSample>& pairs, const std::string& operation,
                  const Criteria& criteria);

ExpectationResult judge_expectation(const Judged& judged, const Expectation& expectation);

double margin_of(const Criteria& criteria, const std::string& metric);

// Of other metrics more is worse.
bool is_lower_worse(const std::string& metric);

// Steps that give another number of rows in the contender for the same parameters; one line each.
std::vector<std::string> different_rows(const std::vector<PairSample>& pairs);

std::vector<PlanChange> plan_changes(const std::vector<PairSample>& pairs, int& steps_compared);

// What auto_explain told and cost, and what was not watched and why; empty: an older tare's.
std::vector<std::string> watched_in(const std::vector<PairSample>& pairs);

std::vector<PlanUseChange> plan_use_changes(const std::vector<PairSample>& pairs);

// What makes the pairs not comparable; empty when nothing does. What differs between the arms'
// environments is put into `environment`, where the trials tell.
std::vector<std::string> reasons_not_comparable(const std::vector<PairSample>& pairs,
                                                const Criteria& criteria,
                                                std::optional<EnvironmentComparison>& environment);

}  // namespace tare
