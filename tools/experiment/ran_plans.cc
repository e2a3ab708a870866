#include "tools/experiment/ran_plans.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "bench/engine/schedule.h"
#include "bench/engine/sql_step_calls.h"
#include "tools/plans/plan_shape.h"
#include "tools/plans/plan_tree.h"

namespace tare {
namespace {

constexpr int kFewestConnections = 3;   // of a worker: the canary, its control, and any other
constexpr int64_t kFewestCalls = 1000;  // of each connection: fewer tell chance, not cost
constexpr double kWantedPlans = 200;    // of a run
// A plan that is told costs the server about as much as the lightest statement: measured, 29 us of
// processor time beside 26 us. Of one statement in 200 that is half a percent of the load at most.
constexpr double kMostOfLoad = 1.0 / 200;
constexpr double kLeastRate = 0.001, kMostRate = 0.1;

size_t sql_calls_of(const Operation& operation) {
  return size_t(std::count_if(operation.steps.begin(), operation.steps.end(), [](const Step& step) {
    return !std::holds_alternative<RedisStep>(step);
  }));
}

struct StatementStep {
  std::string operation, step;
};

// By place in Traffic::sql_calls().
std::vector<StatementStep> statement_steps(const Traffic& traffic) {
  std::vector<StatementStep> steps(traffic.sql_calls().size());
  for (const SqlStepCall& call : sql_step_calls(traffic)) {
    steps[call.index] = {traffic.operations()[call.operation].name, call.name};
  }
  return steps;
}

std::vector<std::string> parameters_of(const PlanNotice& notice, const Traffic& traffic) {
  Request request;
  traffic.make(notice.number, notice.intended, request);
  std::vector<std::string> parameters;
  if (request.operation != notice.operation) return parameters;
  for (const size_t draw : traffic.sql_calls()[notice.index].parameters) {
    parameters.emplace_back(request.values[draw]);
  }
  return parameters;
}

// What all of them are read with.
struct Reading {
  const Traffic& traffic;
  Protocol protocol;
  const PartitionRoots& roots;
};

// nullopt: what was told cannot be read.
std::optional<RanPlan> ran_plan(const PlanNotice& notice, const StatementStep& step,
                                const Reading& reading) {
  Plan described;
  described.explain_json = "[" + notice.explain_json + "]";
  describe_plan(described, reading.roots);
  if (!described.error.empty()) return std::nullopt;
  RanPlan plan;
  plan.operation = step.operation;
  plan.step = step.step;
  plan.parameters = parameters_of(notice, reading.traffic);
  plan.service_ns = notice.service.count();
  plan.times = notice.times;
  plan.mean_service_ns = double(notice.service_sum.count()) / double(notice.times);
  plan.shape = described.shape;
  plan.summary = described.summary;
  plan.blocks = described.blocks;
  plan.rows = described.rows;
  plan.explain_json = described.explain_json;
  if (plan.parameters.empty()) return plan;
  const bool generic =
      reading.protocol == Protocol::prepared && read_plan_tree(described.explain_json).generic;
  plan.kind = generic ? PlanKind::generic : PlanKind::custom;
  return plan;
}

// One that differs from another in nothing but a condition is the same plan.
void merge_into(RanPlan& plan, const RanPlan& other) {
  const double sum =
      plan.mean_service_ns * double(plan.times) + other.mean_service_ns * double(other.times);
  plan.times += other.times;
  plan.mean_service_ns = sum / double(plan.times);
}

std::vector<RanPlan> distinct_plans(const SessionReport& canary, const Reading& reading,
                                    int64_t& unreadable) {
  const std::vector<StatementStep> steps = statement_steps(reading.traffic);
  std::map<std::tuple<size_t, std::string, PlanKind>, RanPlan> distinct;
  for (const PlanNotice& notice : canary.ran) {
    const auto plan = ran_plan(notice, steps[notice.index], reading);
    if (!plan) {
      unreadable += notice.times;
      continue;
    }
    const auto [place, added] =
        distinct.try_emplace({notice.index, plan->shape, plan->kind}, *plan);
    if (!added) merge_into(place->second, *plan);
  }
  std::vector<std::pair<size_t, RanPlan>> ordered;
  for (const auto& [key, plan] : distinct) ordered.emplace_back(std::get<0>(key), plan);
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second.times > b.second.times;
  });
  std::vector<RanPlan> plans;
  for (auto& [index, plan] : ordered) plans.push_back(std::move(plan));
  return plans;
}

// Connections that plan a step in other ways cannot show what telling the plans costs.
bool plan_alike(const SessionReport& canary, const SessionReport& control, size_t statement) {
  const auto generic = [statement](const SessionReport& session) {
    return !session.plan_use.empty() && session.plan_use[statement].generic > 0;
  };
  return generic(canary) == generic(control);
}

// The same mix of steps on both: each weighs as often as both together made it.
void compare_with_control(const SessionReport& canary, const SessionReport& control,
                          const Traffic& traffic, AutoExplain& review) {
  const std::vector<StatementStep> steps = statement_steps(traffic);
  double canary_ns = 0, control_ns = 0;
  int64_t canary_calls = 0, control_calls = 0;
  for (size_t i = 0; i < steps.size(); ++i) {
    const HistogramSummary &with = canary.service_ns[i], &without = control.service_ns[i];
    if (with.count == 0 || without.count == 0 || !plan_alike(canary, control, i)) continue;
    review.steps.push_back(
        {steps[i].operation, steps[i].step, with.count, without.count, with.tm95, without.tm95});
    canary_calls += with.count;
    control_calls += without.count;
    canary_ns += with.tm95 * double(with.count + without.count);
    control_ns += without.tm95 * double(with.count + without.count);
  }
  if (std::min(canary_calls, control_calls) < kFewestCalls || control_ns <= 0) return;
  review.cost = canary_ns / control_ns - 1;
}

const SessionReport* session_of(SessionRole role, const LoadOutcome& outcome) {
  const auto found =
      std::find_if(outcome.postgres_sessions.begin(), outcome.postgres_sessions.end(),
                   [role](const SessionReport& session) { return session.role == role; });
  return found == outcome.postgres_sessions.end() ? nullptr : &*found;
}

}  // namespace

double canary_sample_rate(const Scenario& scenario) {
  const Load& load = scenario.load;
  if (load.arrivals.kind == ArrivalKind::closed) return kLeastRate;  // how often, nobody can tell
  const Nanoseconds length = load.warmup + load.measure;
  const std::vector<double> shares = expected_shares(load, Nanoseconds(0), length);
  double calls = 0;  // of one request
  for (size_t i = 0; i < shares.size(); ++i) {
    calls += shares[i] * double(sql_calls_of(scenario.operations[i]));
  }
  const double statements =
      calls * expected_requests(load.arrivals, length) / load.postgres_connections;
  const double most = std::min(kMostRate, kMostOfLoad * load.postgres_connections);
  return statements > 0 ? std::clamp(kWantedPlans / statements, kLeastRate, most) : most;
}

CanaryOptions canary_options(const Scenario& scenario, const SessionPlace& place) {
  if (!scenario.load.auto_explain || place.of != SessionPlace::Of::readers || place.worker != 0 ||
      place.pool < kFewestConnections || place.number > 1) {
    return {};
  }
  if (place.number == 1) return {SessionRole::control, 0};
  return {SessionRole::canary, canary_sample_rate(scenario)};
}

std::optional<RanPlans> review_ran_plans(const Scenario& scenario, const Traffic& traffic,
                                         const LoadOutcome& outcome, const PartitionRoots& roots) {
  if (!scenario.load.auto_explain || traffic.sql_calls().empty()) return std::nullopt;
  RanPlans out;
  AutoExplain& review = out.review;
  const SessionReport* canary = session_of(SessionRole::canary, outcome);
  const SessionReport* control = session_of(SessionRole::control, outcome);
  if (canary == nullptr || control == nullptr) {
    review.off =
        "a worker needs three connections to PostgreSQL, so that one may be told the plans and "
        "another show what that costs: raise load.connections.postgres";
    return out;
  }
  review.off = canary->auto_explain_off;
  if (!review.off.empty()) return out;
  review.sample_rate = canary_sample_rate(scenario);
  review.told = canary->plans_told;
  review.too_long = canary->plans_too_long;
  review.left_out = canary->plans_left_out;
  out.plans = distinct_plans(*canary, {traffic, scenario.load.protocol, roots}, review.left_out);
  compare_with_control(*canary, *control, traffic, review);
  return out;
}

}  // namespace tare
