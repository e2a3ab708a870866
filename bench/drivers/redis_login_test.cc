// Logging in to Redis on both paths, on a real server with a password and users.
#include "bench/drivers/redis_login.h"

#include <gtest/gtest.h>

#include "bench/drivers/redis_control.h"
#include "bench/drivers/redis_session.h"
#include "bench/drivers/session_testing.h"
#include "bench/drivers/test_servers.h"

namespace tare {
namespace {

const std::vector<RedisTemplate> kNoCalls;

std::string refusal_of(const RedisEndpoint& endpoint) {
  try {
    RedisControl control(endpoint);
  } catch (const ServerError& error) {
    return error.what();
  }
  return "";
}

class RedisLogin : public testing::Test {
 protected:
  void expect_refused(const RedisEndpoint& endpoint, const std::string& advice) {
    const std::string control = refusal_of(endpoint);
    EXPECT_NE(control.find(advice), std::string::npos) << control;
    EXPECT_EQ(control.find('\n'), std::string::npos) << control;
    const ConnectingSession session(
        [&](AsioLoop& loop) { return make_redis_session(loop, endpoint, kNoCalls); });
    EXPECT_FALSE(session.connected());
    for (const std::string& text : {control, session.problem()}) {
      EXPECT_EQ(text.find("s3cret"), std::string::npos) << text;
      EXPECT_EQ(text.find("wr0ng"), std::string::npos) << text;
      EXPECT_NE(text.find(public_text(endpoint)), std::string::npos) << text;
    }
  }

  void expect_let_in(const RedisEndpoint& endpoint) {
    EXPECT_EQ(refusal_of(endpoint), "");
    const ConnectingSession session(
        [&](AsioLoop& loop) { return make_redis_session(loop, endpoint, kNoCalls); });
    EXPECT_TRUE(session.connected()) << session.problem();
  }

  TestRedis server_{"s3cret", TestReach::loopback};
  RedisEndpoint endpoint_ = server_.endpoint();
};

TEST_F(RedisLogin, EachTroubleHasItsAdvice) {
  expect_let_in(endpoint_);
  RedisEndpoint other = endpoint_;
  other.password = "wr0ng";
  expect_refused(other, "check the password");
  other.user = "nobody";
  expect_refused(other, "check the user");
  other = endpoint_;
  other.password = "";
  EXPECT_NE(refusal_of(other).find("REDISCLI_AUTH"), std::string::npos) << refusal_of(other);
  other = endpoint_;
  other.database = 99;
  expect_refused(other, "fewer databases");
  other = endpoint_;
  other.host = "no-such-host.invalid";
  expect_refused(other, "unknown");
  other = endpoint_;
  other.port = free_test_port();
  expect_refused(other, "efused");
  other.socket = "/nonexistent/redis.sock";
  expect_refused(other, "o such file");
}

TEST_F(RedisLogin, UsersAndDatabases) {
  RedisControl admin(endpoint_);
  admin.command({"ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all"});
  RedisEndpoint app = endpoint_;
  app.user = "app";
  app.password = "pw";
  app.database = 3;
  expect_let_in(app);
  RedisControl control(app);
  EXPECT_EQ(control.command({"ACL", "WHOAMI"}).text, "app");
  const ConnectingSession session(
      [&](AsioLoop& loop) { return make_redis_session(loop, app, kNoCalls); });
  ASSERT_TRUE(session.connected()) << session.problem();
  const std::string clients = admin.command({"CLIENT", "LIST"}).text;
  size_t in_three = 0;
  for (size_t at = 0; (at = clients.find(" db=3 ", at)) != std::string::npos; ++at) ++in_three;
  EXPECT_EQ(in_three, 2u) << clients;
}

TEST_F(RedisLogin, AHostMayBeAName) {
  endpoint_.host = "localhost";
  EXPECT_EQ(refusal_of(endpoint_), "");
  // Of several addresses (::1, 127.0.0.1) the session tries one after the other.
  const ConnectingSession session(
      [&](AsioLoop& loop) { return make_redis_session(loop, endpoint_, kNoCalls); },
      std::chrono::seconds(20));
  EXPECT_TRUE(session.connected()) << session.problem();
}

TEST(RedisLoginWords, HoldNoPassword) {
  const RedisEndpoint endpoint{.socket = "", .host = "cache", .password = "s3cret"};
  const std::string text =
      login_failure(endpoint, "ERR unknown command 'AUTH', with args beginning with: 's3cret' ");
  EXPECT_EQ(text.find("s3cret"), std::string::npos) << text;
  EXPECT_EQ(login_commands({}).size(), 0u);
}

}  // namespace
}  // namespace tare
