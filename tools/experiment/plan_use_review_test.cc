#include "tools/experiment/plan_use_review.h"

#include <gtest/gtest.h>

#include "bench/drivers/invoices_testing.h"
#include "bench/drivers/postgres_session.h"
#include "bench/drivers/session_testing.h"
#include "bench/drivers/test_servers.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

class PlanUseReviewTest : public ::testing::Test {
 protected:
  PlanUseReviewTest() {
    scenario_.load.arrivals = {ArrivalKind::constant, 100};
    scenario_.load.mix = {1, 1};
    scenario_.load.warmup = 2s;
    scenario_.load.measure = 10s;
    scenario_.load.postgres_connections = 4;
    SqlStep count, plain;
    count.name = "count";
    count.sql = kCountInvoices;
    count.parameters = {0};
    plain.name = "plain";
    plain.sql = "SELECT 1";
    scenario_.operations = {{"by_status", {{"status", IntegerDraw{1, 9, UniformSkew{}}}}, {count}},
                            {"other", {}, {plain}}};
  }

  // What the connections of a load told that made so many calls of each in warm-up and window.
  LoadOutcome outcome(std::vector<SessionReport> sessions, int warmup_calls) {
    traffic_ = std::make_unique<Traffic>(scenario_, std::vector<ValueSet>{});
    LoadOutcome out{LoadStats(*traffic_, scenario_.load.warmup, scenario_.load.measure),
                    0,
                    0,
                    0,
                    0,
                    0,
                    {},
                    {},
                    {},
                    std::move(sessions)};
    for (int i = 0; i < warmup_calls + 1; ++i) {
      RequestRecord record;
      record.intended = i < warmup_calls ? 0ns : 3s;
      record.response = record.service = 1ms;
      record.call_ns.fill(RequestRecord::kNotMade);
      record.call_ns[0] = 1'000'000;
      out.stats.add(record);
    }
    out.stats.finish();
    return out;
  }

  std::optional<SessionPlans> review(std::vector<SessionReport> sessions, int warmup_calls = 400) {
    const LoadOutcome load = outcome(std::move(sessions), warmup_calls);
    return review_plan_use(scenario_, *traffic_, load);
  }

  static SessionReport told(int64_t generic, int64_t custom) {
    return {{{generic, custom}, {7, 0}}, ""};
  }

  Scenario scenario_;
  std::unique_ptr<Traffic> traffic_;
};

TEST_F(PlanUseReviewTest, CountsConnectionsByWhatTheyChose) {
  const auto plans = review({told(95, 5), told(90, 5), told(0, 3), told(0, 0)});
  ASSERT_TRUE(plans);
  EXPECT_EQ(plans->connections, 4);
  ASSERT_EQ(plans->steps.size(), 1u) << "without parameters there is nothing to choose";
  EXPECT_EQ(plans->steps[0], (StepPlanUse{"by_status", "count", 3, 2, 1, 185, 13, 400}));
  EXPECT_TRUE(plans->findings.empty()) << "one that is undecided makes no mixed pool";
}

TEST_F(PlanUseReviewTest, AMixedPoolIsToldWithWhatToDo) {
  const auto plans = review({told(95, 5), told(0, 100), told(0, 100), told(0, 5)});
  ASSERT_EQ(plans->findings.size(), 1u);
  EXPECT_NE(plans->findings[0].find("by_status count: 1 of 4 connections went over to the generic "
                                    "plan, 2 stayed with custom plans"),
            std::string::npos)
      << plans->findings[0];
  EXPECT_NE(plans->findings[0].find("plan_cache_mode"), std::string::npos);
}

TEST_F(PlanUseReviewTest, AWarmUpTooShortForTheSixthExecutionIsTold) {
  const auto plans = review({told(95, 5), told(95, 5)}, 20);
  ASSERT_EQ(plans->findings.size(), 1u);
  EXPECT_NE(plans->findings[0].find("by_status count (5.0)"), std::string::npos)
      << plans->findings[0];
  EXPECT_NE(plans->findings[0].find("raise load.warmup_s to 4"), std::string::npos)
      << plans->findings[0];
  EXPECT_TRUE(review({told(95, 5)}, 40)->findings.empty());
  EXPECT_TRUE(review({told(0, 100)}, 20)->findings.empty()) << "nothing changed in the window";
  EXPECT_EQ(review({{{}, "PostgreSQL counts them since version 14"}}, 20)->findings.size(), 1u);
}

TEST_F(PlanUseReviewTest, WhoDoesNotTellIsSaid) {
  const auto plans = review({{{}, "a pooler"}, told(0, 9)});
  EXPECT_EQ(plans->connections, 1);
  EXPECT_EQ(plans->unknown, "a pooler");
}

TEST_F(PlanUseReviewTest, OtherProtocolsHaveNothingToTell) {
  scenario_.load.protocol = Protocol::extended;
  EXPECT_FALSE(review({{}, {}}));
}

// Connections of one pool that were asked in another order, on a server.
TEST_F(PlanUseReviewTest, RealConnectionsAreFoundMixed) {
  TestPostgres server;
  PostgresControl control(server.endpoint(), {});
  make_invoices(control);
  const std::vector<SqlCall> calls = {{kCountInvoices, {0}}, {"SELECT 1", {}}};
  std::vector<SessionReport> reports;
  for (const std::string first : {"paid", "lost", "open"}) {
    CallingSession session([&](AsioLoop& loop) {
      return make_postgres_session(loop, server.endpoint(), calls, {10s, Protocol::prepared});
    });
    for (int i = 0; i < 12; ++i) session.ask(0, {i < 10 ? first : "paid"});
    reports.push_back(session.session().report(1s));
  }
  const auto plans = review(reports);
  ASSERT_EQ(plans->steps.size(), 1u);
  EXPECT_EQ(plans->steps[0].generic, 1);
  EXPECT_EQ(plans->steps[0].custom(), 2);
  EXPECT_EQ(plans->findings.size(), 1u);
}

}  // namespace
}  // namespace tare
