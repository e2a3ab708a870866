#include "bench/drivers/canary.h"

#include <gtest/gtest.h>

#include <map>

#include "bench/drivers/invoices_testing.h"
#include "bench/drivers/postgres_session.h"
#include "bench/drivers/session_testing.h"
#include "bench/drivers/test_servers.h"
#include "bench/drivers/test_versions.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

class CanaryTest : public ::testing::TestWithParam<TestVersion> {
 protected:
  CanaryTest() { make_invoices(control_); }

  // One server of each version for all tests: starting one takes longer than all the rest.
  static const TestPostgres& server_of(const TestVersion& version) {
    static std::map<int, TestPostgres> servers;
    const TestPostgres::Setup setup{.bin = version.bin, .settings = {}};
    return servers.try_emplace(version.major, setup).first->second;
  }

  CallingSession::Make made(SessionRole role, double sample_rate = 1) {
    return [this, role, sample_rate](AsioLoop& loop) {
      return make_postgres_session(loop, endpoint_, calls_, {10s, protocol_, {role, sample_rate}});
    };
  }

  SessionReport report_of(CallingSession& session) { return session.session().report(1s); }

  const std::vector<SqlCall> calls_ = {{kCountInvoices, {0}}, {"SELECT 1", {}}};
  PostgresEndpoint endpoint_ = server_of(GetParam()).endpoint();
  PostgresControl control_{endpoint_, {}};
  Protocol protocol_ = Protocol::prepared;
};

TEST_P(CanaryTest, IsToldThePlansThatRanWithTheirRequests) {
  CallingSession session(made(SessionRole::canary));
  for (int i = 0; i < 8; ++i) session.ask(0, {"paid"});  // generic from the sixth on
  session.ask(1, {});
  EXPECT_EQ(session.rows, "[{\"?column?\":\"1\"}]");
  const SessionReport report = report_of(session);
  EXPECT_EQ(report.role, SessionRole::canary);
  EXPECT_EQ(report.auto_explain_off, "");
  EXPECT_EQ(report.plans_told, 9);
  ASSERT_EQ(report.ran.size(), 3u);
  EXPECT_EQ(report.ran[0].times, 5);
  EXPECT_NE(report.ran[0].explain_json.find("Seq Scan"), std::string::npos);
  EXPECT_NE(report.ran[0].explain_json.find("Actual Rows"), std::string::npos);
  EXPECT_NE(report.ran[0].explain_json.find("Shared Hit Blocks"), std::string::npos);
  EXPECT_EQ(report.ran[0].explain_json.find("Actual Total Time"), std::string::npos);
  EXPECT_EQ(report.ran[1].times, 3);
  EXPECT_NE(report.ran[1].explain_json.find("(status = $1)"), std::string::npos);
  EXPECT_GT(report.ran[1].service, 0ns);
  EXPECT_EQ(report.ran[2].index, 1u);
  EXPECT_EQ(report.service_ns.at(0).count, 8);
}

TEST_P(CanaryTest, EveryProtocolIsTold) {
  for (const Protocol protocol : {Protocol::extended, Protocol::simple}) {
    protocol_ = protocol;
    CallingSession session(made(SessionRole::canary));
    for (int i = 0; i < 8; ++i) session.ask(0, {"paid"});
    const SessionReport report = report_of(session);
    ASSERT_EQ(report.ran.size(), 1u) << kProtocolNames[size_t(protocol)];
    EXPECT_EQ(report.ran[0].times, 8);
    EXPECT_EQ(report.ran[0].explain_json.find("(status = $1)"), std::string::npos);
  }
}

TEST_P(CanaryTest, TheControlIsTheSameWithoutIt) {
  CallingSession session(made(SessionRole::control));
  for (int i = 0; i < 3; ++i) session.ask(0, {"lost"});
  const SessionReport report = report_of(session);
  EXPECT_EQ(report.role, SessionRole::control);
  EXPECT_EQ(report.plans_told, 0);
  EXPECT_EQ(report.service_ns.at(0).count, 3);
  EXPECT_EQ(report.service_ns.at(1).count, 0);
}

TEST_P(CanaryTest, ARateOfNothingTellsNothing) {
  CallingSession session(made(SessionRole::canary, 0));
  for (int i = 0; i < 20; ++i) session.ask(0, {"lost"});
  EXPECT_EQ(report_of(session).plans_told, 0);
}

TEST_P(CanaryTest, WhoMayNotIsToldAndWorksOn) {
  if (control_.query("SELECT 1 FROM pg_roles WHERE rolname = 'plain_user'").empty()) {
    control_.execute("CREATE ROLE plain_user LOGIN");
  }
  control_.execute("GRANT SELECT ON invoice TO plain_user");
  endpoint_.user = "plain_user";
  CallingSession session(made(SessionRole::canary));
  EXPECT_EQ(session.ask(0, {"lost"}).reply.status, CallStatus::ok);
  EXPECT_EQ(session.rows, "[{\"count\":\"20\"}]");
  const SessionReport report = report_of(session);
  EXPECT_NE(report.auto_explain_off.find("42501"), std::string::npos) << report.auto_explain_off;
  EXPECT_EQ(report.plans_told, 0);
  EXPECT_EQ(report.service_ns.at(0).count, 1);
}

// As its documentation in results/README.md says: an administrator lets the user, once.
TEST_P(CanaryTest, AUserWhoWasLetNeedsNoMore) {
  if (control_.version() < 150000) return;  // parameters are granted since then
  if (control_.query("SELECT 1 FROM pg_roles WHERE rolname = 'let_user'").empty()) {
    control_.execute("CREATE ROLE let_user LOGIN");
    control_.execute("LOAD 'auto_explain'");
    for (const char* name : {"log_level", "log_format", "log_analyze", "log_timing", "log_buffers",
                             "log_settings", "log_triggers", "log_verbose", "log_nested_statements",
                             "sample_rate", "log_min_duration"}) {
      control_.execute(std::string("GRANT SET ON PARAMETER auto_explain.") + name + " TO let_user");
    }
    if (control_.version() >= 160000) {
      control_.execute("GRANT SET ON PARAMETER auto_explain.log_parameter_max_length TO let_user");
    }
    control_.execute("ALTER ROLE let_user SET session_preload_libraries = 'auto_explain'");
  }
  control_.execute("GRANT SELECT ON invoice TO let_user");
  endpoint_.user = "let_user";
  CallingSession session(made(SessionRole::canary));
  session.ask(0, {"lost"});
  const SessionReport report = report_of(session);
  EXPECT_EQ(report.auto_explain_off, "");
  EXPECT_EQ(report.plans_told, 1);
}

INSTANTIATE_TEST_SUITE_P(EachVersion, CanaryTest, ::testing::ValuesIn(test_versions()),
                         [](const auto& each) { return version_name(each.param); });

}  // namespace
}  // namespace tare
