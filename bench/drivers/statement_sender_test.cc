#include "bench/drivers/statement_sender.h"

#include <gtest/gtest.h>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/postgres_session.h"
#include "bench/drivers/session_testing.h"
#include "bench/drivers/test_servers.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

// Each way must give the same answer to the same values, whatever is in them.
class StatementSenderTest : public ::testing::TestWithParam<Protocol> {
 protected:
  std::string rows(const SqlCall& call, const std::vector<std::string>& values) {
    const std::vector<SqlCall> calls = {{"SELECT 'not this one'", {}}, call};
    CallingSession session([&](AsioLoop& loop) {
      return make_postgres_session(loop, server().endpoint(), calls, {10s, GetParam()});
    });
    const Call& answer = session.ask(1, values);
    EXPECT_EQ(answer.reply.status, CallStatus::ok) << answer.error.data();
    return session.rows;
  }

  static TestPostgres& server() {
    static TestPostgres postgres;
    return postgres;
  }
};

TEST_P(StatementSenderTest, ValuesArriveAsTheyAre) {
  const SqlCall call{"SELECT $2::text AS a, $1::int + 1 AS b", {1, 0}};
  for (const std::string value :
       {"x", "", "it's", "''", "\\", "\\'", "a\nb", "$1", "$$", "Gr\xc3\xbc\xc3\x9f", "; --"}) {
    const std::string got = rows(call, {value, "-5"});
    EXPECT_NE(got.find("\"b\":\"-4\""), std::string::npos) << got;
    PostgresControl control(server().endpoint(), {});
    const std::string length = rows({"SELECT octet_length($1::text) AS n", {0}}, {value});
    EXPECT_EQ(length, "[{\"n\":\"" + std::to_string(value.size()) + "\"}]") << value;
  }
}

TEST_P(StatementSenderTest, OneValueMayStandInSeveralPlaces) {
  EXPECT_EQ(rows({"SELECT $1 || '$2' || $2 || $1 AS a -- $3", {1, 0}}, {"y", "x"}),
            "[{\"a\":\"x$2yx\"}]");
}

TEST_P(StatementSenderTest, TypesFollowFromThePlaceAsTheyDoForParameters) {
  EXPECT_EQ(
      rows({"SELECT n FROM generate_series(1, 9) AS n WHERE n > $1 LIMIT $2", {0, 1}}, {"3", "2"}),
      "[{\"n\":\"4\"},{\"n\":\"5\"}]");
  EXPECT_EQ(rows({"SELECT 3 WHERE 3 IN ($1, $2)", {0, 1}}, {"3", "2"}), "[{\"?column?\":\"3\"}]");
}

TEST_P(StatementSenderTest, ALongValueIsSentWhole) {
  const std::string value(100'000, '\'');
  EXPECT_EQ(rows({"SELECT length($1::text) AS n", {0}}, {value}), "[{\"n\":\"100000\"}]");
}

TEST_P(StatementSenderTest, WhatTheServerRefusesIsTheCallsError) {
  const std::vector<SqlCall> calls = {{"SELECT $1::int AS a", {0}}};
  CallingSession session([&](AsioLoop& loop) {
    return make_postgres_session(loop, server().endpoint(), calls, {10s, GetParam()});
  });
  const Call& refused = session.ask(0, {"x'y"});
  EXPECT_EQ(refused.reply.status, CallStatus::server_error);
  EXPECT_NE(std::string(refused.error.data()).find("x'y"), std::string::npos);
  EXPECT_EQ(session.ask(0, {"7"}).reply.status, CallStatus::ok);
  EXPECT_EQ(session.rows, "[{\"a\":\"7\"}]");
}

// Each protocol leaves its mark on the server: how many statements a session has prepared.
TEST_P(StatementSenderTest, OnlyOneWayPrepares) {
  const std::vector<SqlCall> calls = {{"SELECT count(*) AS n FROM pg_prepared_statements", {}}};
  CallingSession session([&](AsioLoop& loop) {
    return make_postgres_session(loop, server().endpoint(), calls, {10s, GetParam()});
  });
  session.ask(0, {});
  EXPECT_EQ(session.rows, GetParam() == Protocol::prepared ? "[{\"n\":\"1\"}]" : "[{\"n\":\"0\"}]");
}

INSTANTIATE_TEST_SUITE_P(EachProtocol, StatementSenderTest,
                         ::testing::Values(Protocol::prepared, Protocol::extended,
                                           Protocol::simple),
                         [](const auto& each) { return kProtocolNames[size_t(each.param)]; });

}  // namespace
}  // namespace tare
