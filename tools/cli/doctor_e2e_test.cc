// tare doctor with the real binary, on real servers.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/redis_control.h"
#include "bench/drivers/test_servers.h"
#include "bench/model/result_file_schema.h"
#include "embedded/doctor_schema.h"
#include "tools/cli/tare_runner.h"

namespace tare {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr const char* kPassword = "s3cret";

class Doctor : public testing::Test {
 protected:
  // `doctor --quick --format json`, checked against the schema.
  json ask(std::vector<std::string> arguments, const std::vector<int>& codes) {
    arguments.insert(arguments.begin(), {"doctor", "--quick", "--format", "json"});
    const TareOutcome outcome = tare_.run(arguments);
    EXPECT_NE(std::find(codes.begin(), codes.end(), outcome.code), codes.end())
        << outcome.code << outcome.errors << outcome.out;
    EXPECT_NO_THROW(require_valid(outcome.out, embedded::doctor_schema, "doctor"));
    for (const std::string& text : {outcome.out, outcome.errors}) {
      EXPECT_EQ(text.find(kPassword), std::string::npos) << text;
    }
    json document = json::parse(outcome.out, nullptr, false);
    EXPECT_EQ(document.value("exit_code", -1), outcome.code);
    return document;
  }

  static json row(const json& document, const std::string& name) {
    for (const json& candidate : document.at("rows")) {
      if (candidate.at("name") == name) return candidate;
    }
    return {{"status", "missing: " + name}, {"found", ""}, {"advice", ""}};
  }

  static std::vector<std::string> row_names(const json& document) {
    std::vector<std::string> names;
    for (const json& candidate : document.at("rows")) names.push_back(candidate.at("name"));
    return names;
  }

  static std::string uri(const PostgresEndpoint& endpoint, const std::string& login) {
    return "postgresql://" + login + "@" + endpoint.host + ":" + std::to_string(endpoint.port) +
           "/postgres";
  }

  static std::string uri(const RedisEndpoint& endpoint, const std::string& login) {
    return "redis://" + login + "@" + endpoint.host + ":" + std::to_string(endpoint.port);
  }

  TareRunner tare_;
};

// The machine the tests run on may be unfit; the servers are not.
const std::vector<int> kServersAsked = {0, 1, 2};

TEST_F(Doctor, AThrowawaySandboxIsWell) {
  const json document = ask({}, kServersAsked);
  EXPECT_EQ(document.at("answers").at("up").at("answer"), "yes");
  EXPECT_EQ(document.at("answers").at("failing").at("answer"), "no");
  EXPECT_EQ(document.at("answers").at("changed").at("answer"), "unknown");
  for (const json& row : document.at("rows")) {
    const std::string name = row.at("name"), status = row.at("status");
    if (name.starts_with("machine.") || name.ends_with(".round_trip")) continue;
    EXPECT_TRUE(status == "ok" || status == "note") << row;
  }
  for (const char* name : {"sleep_100us", "clock", "cores", "noise", "memory", "disk", "fsync"}) {
    EXPECT_NE(row(document, std::string("machine.") + name).value("question", ""), "") << name;
  }
  EXPECT_TRUE(tare_.left_behind().empty());
  EXPECT_EQ(tare_.servers_running(), 0);
}

TEST_F(Doctor, TextBeginsWithTheFourAnswers) {
  const TareOutcome outcome = tare_.run({"doctor", "--quick"});
  EXPECT_NE(outcome.code, 3) << outcome.errors;
  size_t at = 0;
  for (const char* question : {"Is it up?", "Is it slow?", "Are jobs or requests failing?",
                               "Did anything change since the last promoted baseline?"}) {
    EXPECT_EQ(outcome.out.find(question), at) << outcome.out;
    at = outcome.out.find('\n', at) + 1;
  }
  EXPECT_EQ(outcome.out.find('\x1b'), std::string::npos);
  EXPECT_NE(outcome.errors.find("measure the noise"), std::string::npos) << outcome.errors;
}

TEST_F(Doctor, AKeptSandboxIsLeftRunning) {
  const std::string dir = (tare_.temporary() / "kept").string();
  ASSERT_EQ(tare_.run({"sandbox", "start", "--dir", dir}).code, 0);
  EXPECT_EQ(ask({"--sandbox", dir}, kServersAsked).at("answers").at("up").at("answer"), "yes");
  EXPECT_EQ(tare_.run({"sandbox", "status", "--dir", dir}).code, 0);
  EXPECT_EQ(tare_.run({"sandbox", "stop", "--dir", dir}).code, 0);
}

TEST_F(Doctor, ServersThatAreDownAreNamed) {
  const std::string port = std::to_string(free_test_port());
  const json document = ask({"--postgres", "postgresql://me@127.0.0.1:" + port + "/shop", "--redis",
                             "redis://127.0.0.1:" + port},
                            {3});
  EXPECT_EQ(document.at("answers").at("up").at("answer"), "no");
  for (const char* name : {"postgres.server", "redis.server"}) {
    const std::string found = row(document, name).at("found");
    EXPECT_NE(found.find("Nothing listens there"), std::string::npos) << found;
    EXPECT_NE(found.find(port), std::string::npos) << found;
  }
}

TEST_F(Doctor, AWrongPasswordSaysWhatToDoAndIsNotShown) {
  TestPostgres postgres("other", TestReach::loopback);
  TestRedis redis("other", TestReach::loopback);
  tare_.set_environment("DATABASE_URL", uri(postgres.endpoint(), "postgres:s3cret"));
  tare_.set_environment("REDIS_URL", uri(redis.endpoint(), ":s3cret"));
  const json document = ask({"--postgres", "env", "--redis", "env"}, {3});
  EXPECT_NE(row(document, "postgres.server").at("found").get<std::string>().find(".pgpass"),
            std::string::npos);
  EXPECT_NE(row(document, "redis.server").at("found").get<std::string>().find("check the password"),
            std::string::npos);
}

TEST_F(Doctor, APasswordOnTheCommandLineIsWarnedOfAndOverwritten) {
  TestPostgres postgres(kPassword, TestReach::loopback);
  TestRedis redis(kPassword, TestReach::loopback);
  const std::vector<std::string> servers = {"--postgres",
                                            uri(postgres.endpoint(), "postgres:s3cret"),
                                            "--redis=" + uri(redis.endpoint(), ":s3cret")};
  const json document = ask(servers, kServersAsked);
  EXPECT_EQ(document.at("answers").at("up").at("answer"), "yes");
  EXPECT_EQ(row(document, "secrets.command_line").at("status"), "warning");
  EXPECT_EQ(row(document, "redis.password").at("status"), "ok");
  std::vector<std::string> arguments = {"doctor"};
  arguments.insert(arguments.end(), servers.begin(), servers.end());
  std::string shown;
  tare_.run(arguments, 0ms, [&](Subprocess& process) {
    const auto limit = std::chrono::steady_clock::now() + 60s;
    while (process.error_tail().find("measure") == std::string::npos &&
           std::chrono::steady_clock::now() < limit) {
      if (process.wait_for(20ms, {})) break;
    }
    std::ifstream file("/proc/" + std::to_string(process.pid()) + "/cmdline");
    std::getline(file, shown);
    process.send(SIGTERM);
  });
  EXPECT_NE(shown.find("doctor"), std::string::npos);
  EXPECT_EQ(shown.find(kPassword), std::string::npos) << shown;
}

TEST_F(Doctor, NothingIsWrittenToATarget) {
  TestPostgres postgres;
  TestRedis redis;
  const std::string database = "host=" + postgres.endpoint().host + " user=postgres";
  const std::string cache = "unix:" + redis.endpoint().socket;
  const json before = ask({"--postgres", database, "--redis", cache}, kServersAsked);
  PostgresControl(postgres.endpoint(), {})
      .execute("ALTER ROLE postgres SET default_transaction_read_only = on");
  RedisControl control(redis.endpoint());
  for (const char* kind : {"@write", "@dangerous"}) {
    control.command(
        {"ACL", "SETUSER", "reader", "on", ">pw", "~*", "+@all", std::string("-") + kind});
  }
  control.command({"ACL", "SETUSER", "reader", "+info", "+config|get", "+slowlog|len",
                   "+latency|latest", "+acl|dryrun", "+acl|getuser"});
  const json after =
      ask({"--postgres", database, "--redis", cache + "?user=reader&password=pw"}, kServersAsked);
  const auto names_of = [](const json& document) {
    std::vector<std::string> names = row_names(document);
    std::erase_if(names, [](const std::string& name) { return name.starts_with("secrets."); });
    return names;
  };
  EXPECT_EQ(names_of(before), names_of(after)) << "no question needed the right to write";
  EXPECT_EQ(control.info("persistence").at("rdb_changes_since_last_save"), "0");
}

TEST_F(Doctor, FailingRequestsOfTheLastResultAreBad) {
  std::filesystem::create_directories(tare_.results() / "shop" / "one");
  tare_.write("results/shop/one/result.json",
              R"({"operations": {"view": {"requests": {"scheduled": 100, "ok": 90},
                                          "first_error": "no such table"}}})");
  const json document = ask({}, {1});
  EXPECT_EQ(document.at("answers").at("failing").at("answer"), "yes");
  EXPECT_EQ(document.at("answers").at("failing").at("because"), json({"result.view"}));
  EXPECT_NE(row(document, "result.view").at("advice").get<std::string>().find("no such table"),
            std::string::npos);
}

TEST_F(Doctor, ChangesSinceTheBaselineAreRows) {
  const auto baseline = tare_.results() / "baselines" / "shop";
  std::filesystem::create_directories(baseline / "first");
  std::filesystem::create_directory_symlink("first", baseline / "current");
  tare_.write("results/baselines/shop/first/result.json",
              R"({"environment": {"versions": {"postgres": "9.6"}}})");
  const json document = ask({}, {1, 2});
  EXPECT_EQ(document.at("answers").at("changed").at("answer"), "yes");
  EXPECT_EQ(row(document, "changed.postgres.version").at("status"), "warning");
}

TEST_F(Doctor, NoServerProgramsIsSaid) {
  std::filesystem::create_directories(tare_.folder() / "bin");
  tare_.set_environment("PATH", (tare_.folder() / "bin").string());  // no redis-server
  const json document = ask({}, {3});
  EXPECT_NE(row(document, "sandbox.start").at("found").get<std::string>().find("redis"),
            std::string::npos);
}

TEST_F(Doctor, CtrlCEndsIt) {
  Subprocess process = tare_.start({"doctor"});
  const auto limit = std::chrono::steady_clock::now() + 60s;
  while (process.error_tail().find("measure") == std::string::npos &&
         std::chrono::steady_clock::now() < limit) {
    ASSERT_FALSE(process.wait_for(20ms, {})) << process.error_tail();
  }
  process.send(SIGINT);
  const auto status = process.wait_for(30s, {});
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 130) << process.error_tail();
  EXPECT_TRUE(tare_.left_behind().empty());
}

TEST_F(Doctor, UsageErrors) {
  EXPECT_EQ(tare_.run({"doctor", "--postgres", "env"}).code, 4);
  EXPECT_EQ(tare_.run({"doctor", "--redis", "rediss://cache"}).code, 4);
  EXPECT_EQ(tare_.run({"doctor", "--redis", "redis://cache", "--sandbox", "x"}).code, 4);
  EXPECT_EQ(tare_.run({"doctor", "--sandbox", "/nonexistent"}).code, 4);
  const TareOutcome slip = tare_.run({"doctor", "--postgres", "postgresql://me:s3c@ret@db"});
  EXPECT_EQ(slip.code, 4);
  EXPECT_EQ(slip.errors.find("s3c"), std::string::npos) << slip.errors;
  const TareOutcome stray = tare_.run({"doctor", "redis://:s3cret@cache"});
  EXPECT_EQ(stray.code, 4);
  EXPECT_EQ(stray.errors.find(kPassword), std::string::npos) << stray.errors;
  const TareOutcome help = tare_.run({"doctor", "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_NE(help.out.find("Exit codes"), std::string::npos);
}

}  // namespace
}  // namespace tare
