#include "tools/experiment/ran_plans.h"

#include <gtest/gtest.h>

#include "bench/drivers/invoices_testing.h"
#include "bench/drivers/postgres_session.h"
#include "bench/drivers/test_servers.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

Scenario invoices_scenario(double rate_per_s, int connections) {
  Scenario scenario;
  scenario.name = "invoices";
  scenario.seed = 7;
  scenario.load.arrivals = {ArrivalKind::constant, rate_per_s};
  scenario.load.mix = {1};
  scenario.load.measure = 2s;
  scenario.load.postgres_connections = connections;
  SqlStep count;
  count.name = "count";
  count.sql = "SELECT count(pad) FROM invoice WHERE id BETWEEN $1 AND $1::int + 20";
  count.parameters = {0};
  scenario.operations = {{"by_id", {{"id", IntegerDraw{1, 10'000, UniformSkew{}}}}, {count}}};
  return scenario;
}

TEST(RanPlans, TheRateFollowsFromHowMuchIsAsked) {
  EXPECT_NEAR(canary_sample_rate(invoices_scenario(100, 8)), 0.04, 1e-9) << "1 in 200 of all";
  EXPECT_NEAR(canary_sample_rate(invoices_scenario(100, 3)), 0.015, 1e-9);
  EXPECT_EQ(canary_sample_rate(invoices_scenario(100, 100)), 0.1) << "no more than that";
  EXPECT_NEAR(canary_sample_rate(invoices_scenario(80'000, 8)), 0.01, 1e-9);
  EXPECT_EQ(canary_sample_rate(invoices_scenario(8'000'000, 8)), 0.001) << "no less than that";
  Scenario closed = invoices_scenario(1, 8);
  closed.load.arrivals.kind = ArrivalKind::closed;
  EXPECT_EQ(canary_sample_rate(closed), 0.001);
}

TEST(RanPlans, TwoReadersOfOneWorkerAreSpecial) {
  Scenario scenario = invoices_scenario(100, 8);
  const auto role = [&](SessionPlace place) { return canary_options(scenario, place).role; };
  const SessionPlace first{1s, SessionPlace::Of::readers, 0, 0, 3};
  SessionPlace second = first, third = first, of_job = first, elsewhere = first, lonely = first;
  second.number = 1;
  third.number = 2;
  of_job.of = SessionPlace::Of::job;
  elsewhere.worker = 1;
  lonely.pool = 2;
  EXPECT_EQ(role(first), SessionRole::canary);
  EXPECT_EQ(role(second), SessionRole::control);
  for (const SessionPlace& place : {third, of_job, elsewhere, lonely}) {
    EXPECT_EQ(role(place), SessionRole::plain);
  }
  scenario.load.auto_explain = false;
  EXPECT_EQ(role(first), SessionRole::plain);
}

class RanPlansOnAServer : public ::testing::Test {
 protected:
  // Every plan of the canary is told, so that a short load has some.
  std::optional<RanPlans> run(const Scenario& scenario) {
    PostgresControl control(server_.endpoint(), {});
    make_invoices(control);
    control.execute("CREATE INDEX invoice_id ON invoice (id)");
    traffic_ = std::make_unique<Traffic>(scenario, std::vector<ValueSet>{});
    LoadWatch watch;
    watch.failure = [] { return std::nullopt; };
    const LoadOutcome outcome = run_load(
        scenario, *traffic_,
        [&](AsioLoop& loop, const SessionPlace& place) {
          CanaryOptions canary = canary_options(scenario, place);
          if (canary.role == SessionRole::canary) canary.sample_rate = 1;
          return make_postgres_session(loop, server_.endpoint(), traffic_->sql_calls(),
                                       {place.timeout, scenario.load.protocol, canary});
        },
        [](AsioLoop&, const SessionPlace&) { return std::unique_ptr<Session>(); }, watch, {});
    sessions_ = outcome.postgres_sessions;
    return review_ran_plans(scenario, *traffic_, outcome, {});
  }

  TestPostgres server_;
  std::unique_ptr<Traffic> traffic_;
  std::vector<SessionReport> sessions_;
};

TEST_F(RanPlansOnAServer, PlansAreTiedToTheirRequests) {
  const auto ran = run(invoices_scenario(400, 4));
  ASSERT_TRUE(ran);
  EXPECT_EQ(ran->review.off, "");
  EXPECT_GT(ran->review.told, 50);
  ASSERT_FALSE(ran->plans.empty());
  for (const RanPlan& plan : ran->plans) {
    EXPECT_EQ(plan.operation + "/" + plan.step, "by_id/count");
    EXPECT_NE(plan.summary.find("invoice"), std::string::npos) << plan.summary;
    EXPECT_EQ(plan.rows, 1);
    EXPECT_GT(plan.blocks, 0);
    EXPECT_GT(plan.service_ns, 0);
    ASSERT_EQ(plan.parameters.size(), 1u);
    if (plan.kind == PlanKind::custom) {
      EXPECT_NE(plan.explain_json.find("(id >= " + plan.parameters[0] + ")"), std::string::npos)
          << plan.explain_json;
    } else {
      EXPECT_EQ(plan.kind, PlanKind::generic);
      EXPECT_NE(plan.explain_json.find("$1"), std::string::npos) << plan.explain_json;
    }
  }
  // Both connections are asked alike, so that they can be compared.
  ASSERT_EQ(ran->review.steps.size(), 1u);
  const CanaryStep& step = ran->review.steps[0];
  EXPECT_NEAR(double(step.canary_calls) / double(step.control_calls), 1, 0.4);
  EXPECT_GT(step.canary_ns, 0);
  EXPECT_FALSE(ran->review.cost) << "hundreds of calls tell chance";
}

TEST(RanPlans, TheCostIsHeldAgainstTheControl) {
  Scenario scenario = invoices_scenario(100, 3);
  const Traffic traffic(scenario, {});
  const auto session = [](SessionRole role, int64_t calls, double tm95, PlanUse use) {
    SessionReport report;
    report.role = role;
    HistogramSummary times;
    times.count = calls;
    times.tm95 = tm95;
    report.service_ns = {times};
    report.plan_use = {use};
    return report;
  };
  LoadOutcome outcome{LoadStats(traffic, 0s, 2s), 0, 0, 0, 0, 0, {}, {}, {}};
  outcome.postgres_sessions = {session(SessionRole::canary, 2000, 330, {1995, 5}),
                               session(SessionRole::control, 2000, 300, {1995, 5}),
                               SessionReport()};
  EXPECT_NEAR(review_ran_plans(scenario, traffic, outcome, {})->review.cost.value(), 0.1, 1e-9);
  outcome.postgres_sessions[1].plan_use = {{0, 2000}};
  const auto unlike = review_ran_plans(scenario, traffic, outcome, {});
  EXPECT_FALSE(unlike->review.cost) << "one went over to the generic plan, the other did not";
  EXPECT_TRUE(unlike->review.steps.empty());
}

TEST_F(RanPlansOnAServer, TooFewConnectionsAreSaid) {
  const auto ran = run(invoices_scenario(100, 2));
  ASSERT_TRUE(ran);
  EXPECT_NE(ran->review.off.find("load.connections.postgres"), std::string::npos);
  EXPECT_TRUE(ran->plans.empty());
  Scenario off = invoices_scenario(100, 4);
  off.load.auto_explain = false;
  EXPECT_FALSE(run(off));
}

}  // namespace
}  // namespace tare
