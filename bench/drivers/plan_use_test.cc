#include "bench/drivers/plan_use.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <map>

#include "bench/drivers/invoices_testing.h"
#include "bench/drivers/postgres_connection.h"
#include "bench/drivers/postgres_session.h"
#include "bench/drivers/session_testing.h"
#include "bench/drivers/test_servers.h"
#include "bench/drivers/test_versions.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

class PlanUseTest : public ::testing::TestWithParam<TestVersion> {
 protected:
  PlanUseTest() {
    PostgresControl control(server_.endpoint(), {});
    counted_ = control.version() >= 140000;
    make_invoices(control);
  }

  CallingSession::Make made(Protocol protocol) {
    return [this, protocol](AsioLoop& loop) {
      return make_postgres_session(loop, server_.endpoint(), calls_, {10s, protocol});
    };
  }

  // What a connection of this protocol tells that was asked for `first` five times, then for the
  // common value so often.
  SessionReport report_after(Protocol protocol, const std::string& first, int common) {
    CallingSession session(made(protocol));
    for (int i = 0; i < 5; ++i) session.ask(0, {first});
    for (int i = 0; i < common; ++i) {
      EXPECT_EQ(session.ask(0, {"paid"}).reply.status, CallStatus::ok);
      EXPECT_EQ(session.rows, "[{\"count\":\"19800\"}]");
    }
    return session.session().report(1s);
  }

  const std::vector<SqlCall> calls_ = {{kCountInvoices, {0}}, {"SELECT 1", {}}};
  // One server of each version for all tests: starting one takes longer than all the rest.
  static const TestPostgres& server_of(const TestVersion& version) {
    static std::map<int, TestPostgres> servers;
    const TestPostgres::Setup setup{.bin = version.bin, .settings = {}};
    return servers.try_emplace(version.major, setup).first->second;
  }

  const TestPostgres& server_ = server_of(GetParam());
  bool counted_ = false;
};

TEST_P(PlanUseTest, FiveCommonValuesMakeTheSixthGeneric) {
  const SessionReport report = report_after(Protocol::prepared, "paid", 7);
  if (!counted_) {
    EXPECT_TRUE(report.plan_use.empty());
    EXPECT_EQ(report.plan_use_unknown, "PostgreSQL counts them since version 14");
    return;
  }
  EXPECT_EQ(report.plan_use_unknown, "");
  EXPECT_EQ(report.plan_use, (std::vector<PlanUse>{{7, 5}, {0, 0}}));
}

// Until so many common ones have followed that custom plans have become dear on the average, too.
TEST_P(PlanUseTest, FiveRareValuesKeepItCustom) {
  if (!counted_) return;
  EXPECT_EQ(report_after(Protocol::prepared, "lost", 2).plan_use,
            (std::vector<PlanUse>{{0, 7}, {0, 0}}));
  EXPECT_GT(report_after(Protocol::prepared, "lost", 40).plan_use.at(0).generic, 0);
}

TEST_P(PlanUseTest, OtherProtocolsPrepareNothing) {
  for (const Protocol protocol : {Protocol::extended, Protocol::simple}) {
    const SessionReport report = report_after(protocol, "paid", 7);
    EXPECT_TRUE(report.plan_use.empty());
    EXPECT_EQ(report.plan_use_unknown, "");
  }
}

// What a pooler's other connection would say of statements it has never heard of.
TEST_P(PlanUseTest, APoolersConnectionIsNotTheServers) {
  if (!counted_) return;
  const PostgresHandle connection = connect_to(server_.endpoint(), "test", {});
  const SessionReport report = read_plan_use(*connection, 1, 1s);
  EXPECT_NE(report.plan_use_unknown.find("a pooler is in between"), std::string::npos);
  EXPECT_TRUE(read_plan_use(*connection, 0, 1s).plan_use_unknown.empty());
}

INSTANTIATE_TEST_SUITE_P(EachVersion, PlanUseTest, ::testing::ValuesIn(test_versions()),
                         [](const auto& each) { return version_name(each.param); });

TEST(PlanUse, ASilentServerIsNotWaitedFor) {
  TestPostgres server;
  const std::vector<SqlCall> calls = {{"SELECT 1", {}}};
  CallingSession session([&](AsioLoop& loop) {
    return make_postgres_session(loop, server.endpoint(), calls, {10s, Protocol::prepared});
  });
  session.ask(0, {});
  PostgresControl control(server.endpoint(), {});
  const std::string pid = control.value(
      "SELECT pid FROM pg_stat_activity WHERE application_name = 'tare load' LIMIT 1");
  kill(pid_t(std::stoi(pid)), SIGSTOP);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_NE(session.session().report(10s).plan_use_unknown.find("no answer within"),
            std::string::npos);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
  kill(pid_t(std::stoi(pid)), SIGCONT);
}

}  // namespace
}  // namespace tare
