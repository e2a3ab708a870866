// Logging in to PostgreSQL on both paths, on a real server that wants a password.
#include "bench/drivers/postgres_connection.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/postgres_session.h"
#include "bench/drivers/session_testing.h"
#include "bench/drivers/test_servers.h"

namespace tare {
namespace {

constexpr const char* kPassword = "s3cret'\\ p\"w";

class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() { ::unsetenv(name_); }

 private:
  const char* name_;
};

std::string refusal_of(const PostgresEndpoint& endpoint) {
  try {
    PostgresControl control(endpoint, {});
  } catch (const ServerError& error) {
    return error.what();
  }
  return "";
}

const std::vector<SqlCall> kNoCalls;

class PostgresConnection : public testing::Test {
 protected:
  void expect_refused(const PostgresEndpoint& endpoint, const std::string& advice) {
    const std::string control = refusal_of(endpoint);
    EXPECT_NE(control.find(advice), std::string::npos) << control;
    EXPECT_EQ(control.find('\n'), std::string::npos) << control;
    for (const std::string& text : {control, measured_problem(endpoint)}) {
      EXPECT_EQ(text.find("s3cret"), std::string::npos) << text;
      EXPECT_EQ(text.find("wr0ng"), std::string::npos) << text;
      EXPECT_NE(text.find(public_text(endpoint)), std::string::npos) << text;
    }
  }

  static std::string measured_problem(const PostgresEndpoint& endpoint) {
    const ConnectingSession session([&](AsioLoop& loop) {
      return make_postgres_session(loop, endpoint, kNoCalls, {std::chrono::seconds(7)});
    });
    EXPECT_FALSE(session.connected());
    return session.problem();
  }

  void expect_let_in(const PostgresEndpoint& endpoint) {
    EXPECT_EQ(refusal_of(endpoint), "");
    const ConnectingSession session([&](AsioLoop& loop) {
      return make_postgres_session(loop, endpoint, kNoCalls, {std::chrono::seconds(7)});
    });
    EXPECT_TRUE(session.connected()) << session.problem();
  }

  TestPostgres server_{kPassword, TestReach::loopback};
  PostgresEndpoint endpoint_ = server_.endpoint();
};

TEST_F(PostgresConnection, EachTroubleHasItsAdvice) {
  expect_let_in(endpoint_);
  PostgresEndpoint other = endpoint_;
  other.password = "wr0ng";
  expect_refused(other, "The password is wrong");
  other.password = "";
  expect_refused(other, ".pgpass");
  other = endpoint_;
  other.host = "no-such-host.invalid";
  expect_refused(other, "The host is unknown");
  other = endpoint_;
  other.port = free_test_port();
  expect_refused(other, "Nothing listens there. Is it running?");
  other.host = "localhost";  // two addresses, two answers, one line
  expect_refused(other, "Nothing listens there. Is it running?");
  other = endpoint_;
  other.database = "nothing";
  expect_refused(other, "Check the names of user and database");
  other = endpoint_;
  other.options["service"] = "nowhere";
  expect_refused(other, "name of the service");
  other = endpoint_;
  other.host = "/tmp";
  other.port = free_test_port();
  expect_refused(other, "There is no such socket");
  const std::string server_lacks = connection_failure(
      endpoint_,
      "connection to server on socket \"/tmp/.s.PGSQL.5432\" failed: FATAL:  could not access file "
      "\"nothing\": No such file or directory");
  EXPECT_NE(server_lacks.find("The server itself lacks a file"), std::string::npos) << server_lacks;
}

TEST_F(PostgresConnection, WhatIsNotSaidIsLibpqs) {
  TestFolder folder;
  const std::string file = (folder.path() / "services").string();
  std::ofstream(file) << "[shop]\nhost=" << endpoint_.host << "\nport=" << endpoint_.port
                      << "\nuser=postgres\ndbname=postgres\napplication_name=theirs\n";
  const std::string passwords = (folder.path() / "passwords").string();
  std::ofstream(passwords) << "*:*:*:*:s3cret'\\\\ p\"w\n";
  std::filesystem::permissions(passwords, std::filesystem::perms(0600));
  const Variable password_file("PGPASSFILE", passwords);
  PostgresEndpoint unsaid;
  unsaid.port = 0;
  {
    const Variable services("PGSERVICEFILE", file);
    unsaid.options["service"] = "shop";
    expect_let_in(unsaid);
    unsaid.options.clear();
    const Variable service("PGSERVICE", "shop");
    expect_let_in(unsaid);
  }
  const Variable host("PGHOST", endpoint_.host);
  const Variable port("PGPORT", std::to_string(endpoint_.port));
  const Variable user("PGUSER", "postgres");
  expect_let_in(unsaid);
}

TEST_F(PostgresConnection, BothPathsUseTheSameParameters) {
  endpoint_.options = {{"options", "-c work_mem=5MB"}, {"connect_timeout", "9"}};
  PostgresControl control(endpoint_, {});
  EXPECT_EQ(control.value("SHOW work_mem"), "5MB");
  const ConnectingSession session([&](AsioLoop& loop) {
    return make_postgres_session(loop, endpoint_, kNoCalls, {std::chrono::seconds(7)});
  });
  ASSERT_TRUE(session.connected()) << session.problem();
  EXPECT_EQ(control.value("SELECT count(*) FROM pg_stat_activity WHERE application_name IN "
                          "('tare', 'tare load')"),
            "2");
}

TEST_F(PostgresConnection, TheEnvironmentLeadsNowhereElse) {
  TestPostgres other;
  {
    const Variable address("PGHOSTADDR", endpoint_.host);
    EXPECT_THROW(PostgresControl(other.endpoint(), {}), UsageError);
  }
  TestFolder folder;
  const std::string file = (folder.path() / "services").string();
  std::ofstream(file) << "[shop]\nhostaddr=127.0.0.1\n";
  const Variable services("PGSERVICEFILE", file);
  const Variable service("PGSERVICE", "shop");
  PostgresEndpoint socket = other.endpoint();
  socket.port = endpoint_.port;
  socket.password = kPassword;
  EXPECT_THROW(PostgresControl(socket, {}), UsageError) << "the service's server is another one";
}

// libpq takes a service before PGHOST and PGDATABASE: another program must not see it.
TEST_F(PostgresConnection, AnotherProgramIsLedWhereOursGoes) {
  const TestFolder folder;
  const std::string file = folder.path() / "services";
  std::ofstream(file) << "[prod]\nhost=db.example.org\nport=6000\nuser=boss\ndbname=theirs\n";
  const Variable service("PGSERVICE", "prod"), services("PGSERVICEFILE", file);
  PostgresEndpoint named = {
      .host = "/tmp/x", .port = 6001, .user = "me", .database = "tare_shop", .password = kPassword};
  named.options["sslmode"] = "disable";
  auto variables = connection_variables(named);
  for (const char* gone : {"PGSERVICE", "PGSERVICEFILE", "PGHOSTADDR"}) {
    ASSERT_TRUE(variables.contains(gone)) << gone;
    EXPECT_EQ(variables[gone], std::nullopt) << gone;
  }
  EXPECT_EQ(variables["PGHOST"], "/tmp/x");
  EXPECT_EQ(variables["PGPORT"], "6001");
  EXPECT_EQ(variables["PGUSER"], "me");
  EXPECT_EQ(variables["PGDATABASE"], "tare_shop");
  EXPECT_EQ(variables["PGPASSWORD"], kPassword);
  EXPECT_EQ(variables["PGSSLMODE"], "disable");
  // A target that is named by the service, but for the database that tare makes there.
  variables = connection_variables(
      {.host = "", .port = 0, .user = "", .database = "tare_shop", .password = ""});
  EXPECT_EQ(variables["PGSERVICE"], std::nullopt);
  EXPECT_EQ(variables["PGHOST"], "db.example.org");
  EXPECT_EQ(variables["PGPORT"], "6000");
  EXPECT_EQ(variables["PGUSER"], "boss");
  EXPECT_EQ(variables["PGDATABASE"], "tare_shop");
}

TEST_F(PostgresConnection, OursStandBehindThePersonsOwnOptions) {
  const Variable variable("PGOPTIONS", "-c work_mem=6MB -c lock_timeout=5");
  add_server_options("-c lock_timeout=7", endpoint_);
  PostgresControl control(endpoint_, {});
  EXPECT_EQ(control.value("SHOW work_mem"), "6MB");
  EXPECT_EQ(control.value("SHOW lock_timeout"), "7ms");
}

TEST_F(PostgresConnection, AStopEndsTheWaitAtOnce) {
  const int silent = ::socket(AF_INET, SOCK_STREAM, 0);  // takes connections and says nothing
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(::bind(silent, plain, size), 0);
  ASSERT_EQ(::listen(silent, 1), 0);
  ASSERT_EQ(::getsockname(silent, plain, &size), 0);
  endpoint_.port = ntohs(address.sin_port);
  endpoint_.options["connect_timeout"] = "600";
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    stop.request_stop();
  });
  EXPECT_THROW(PostgresControl(endpoint_, stop.get_token()), Interrupted);
  endpoint_.options["connect_timeout"] = "1";
  EXPECT_NE(refusal_of(endpoint_).find("No answer"), std::string::npos);
  ::close(silent);
}

}  // namespace
}  // namespace tare
