// Bad input and bad luck with the real binary: the message, the exit code, and nothing left.
#include <gtest/gtest.h>

#include <cctype>

#include "tools/cli/tare_runner.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

// After any trouble: no server, no file, no half-written result.
void expect_clean(const TareRunner& tare) {
  EXPECT_EQ(tare.servers_running(), 0);
  EXPECT_TRUE(tare.left_behind().empty()) << tare.left_behind()[0];
  EXPECT_TRUE(tare.result_folders("shop").empty());
}

// A stage's name as progress says it, so that an interruption hits that stage.
struct Moment {
  const char* stage;
  int signal;
};
void PrintTo(const Moment& moment, std::ostream* out) {
  *out << moment.stage << ", signal " << moment.signal;
}
class Interruption : public ::testing::TestWithParam<Moment> {};

TEST_P(Interruption, LeavesNothing) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  const std::string change = tare.write(
      "change.json",
      shop_change(R"j([{"sql": "CREATE INDEX orders_customer ON orders (customer_id)"}])j",
                  R"j([{"sql": "DROP INDEX orders_customer"}, {"sql": "SELECT pg_sleep(1)"}])j"));
  Subprocess process = tare.start(
      {"ab", scenario, "--change", change, "--set", "measure_s=4", "--set", "cache=warm"});
  const auto limit = std::chrono::steady_clock::now() + 60s;
  while (process.error_tail().find(GetParam().stage) == std::string::npos &&
         std::chrono::steady_clock::now() < limit) {
    ASSERT_FALSE(process.wait_for(20ms, {})) << process.error_tail();
  }
  ASSERT_NE(process.error_tail().find(GetParam().stage), std::string::npos);
  process.send(GetParam().signal);
  const auto status = process.wait_for(30s, {});
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 128 + GetParam().signal) << process.error_tail();
  EXPECT_NE(process.error_tail().find("interrupted"), std::string::npos);
  expect_clean(tare);
}

INSTANTIATE_TEST_SUITE_P(Stages, Interruption,
                         ::testing::Values(Moment{"load", SIGINT}, Moment{"read what", SIGTERM},
                                           Moment{"warm the cache", SIGINT},
                                           Moment{"baseline: restart", SIGTERM},
                                           Moment{"contender: apply", SIGINT},
                                           Moment{"plans", SIGTERM}, Moment{"measure", SIGINT},
                                           Moment{"check and write", SIGTERM},
                                           Moment{"contender: roll back", SIGINT}),
                         [](const ::testing::TestParamInfo<Moment>& moment) {
                           std::string name;
                           for (const char c : std::string(moment.param.stage)) {
                             if (std::isalpha(static_cast<unsigned char>(c))) name += c;
                           }
                           return name;
                         });

TEST(Trouble, InterruptedWhileTheSandboxStarts) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  for (const auto delay : {50ms, 300ms, 700ms}) {
    const TareOutcome outcome =
        tare.run({"run", scenario}, delay, [](Subprocess& process) { process.send(SIGTERM); });
    EXPECT_EQ(outcome.code, 143) << outcome.errors;
    expect_clean(tare);
  }
}

TEST(Trouble, KilledTareIsCleanedUpByTheNextStart) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  tare.run({"run", scenario, "--set", "measure_s=20"}, 5s,
           [](Subprocess& process) { process.send(SIGKILL); });
  std::this_thread::sleep_for(1s);
  EXPECT_EQ(tare.servers_running(), 0) << "they die with tare";
  const TareOutcome next = tare.run({"run", scenario});
  EXPECT_EQ(next.code, 0) << next.errors;
  EXPECT_TRUE(tare.left_behind().empty());
  EXPECT_EQ(tare.result_folders("shop").size(), 1u);
}

TEST(Trouble, ServerThatDiesInTheMiddleIsNamed) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  const TareOutcome outcome =
      tare.run({"run", scenario, "--set", "measure_s=20"}, 8s, [&](Subprocess& process) {
        std::system(("pkill -KILL -P " + std::to_string(process.pid()) + " redis-server").c_str());
      });
  EXPECT_EQ(outcome.code, 3) << outcome.errors;
  EXPECT_NE(outcome.errors.find("redis"), std::string::npos) << outcome.errors;
  EXPECT_NE(outcome.errors.find("signal 9"), std::string::npos) << outcome.errors;
  expect_clean(tare);
}

TEST(Trouble, MissingColumnIsAFileErrorAtItsPlace) {
  TareRunner tare;
  const std::string scenario =
      tare.write("shop.json", shop_scenario("SELECT id, amuont FROM orders WHERE id = $1"));
  const TareOutcome outcome = tare.run({"run", scenario});
  EXPECT_EQ(outcome.code, 4) << outcome.errors;
  EXPECT_NE(outcome.errors.find("shop.json: /operations/view_order/steps/0/on_miss/sql: "),
            std::string::npos)
      << outcome.errors;
  EXPECT_NE(outcome.errors.find("amuont"), std::string::npos);
  expect_clean(tare);
}

TEST(Trouble, ChangeThatFailsHalfwaySaysWhere) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  const std::string change =
      tare.write("change.json", shop_change(R"j([{"sql": "CREATE INDEX a ON orders (customer_id)"},
                                     {"sql": "CREATE INDEX b ON orders (nothing)"}])j",
                                            R"j([{"sql": "DROP INDEX a"}])j"));
  const TareOutcome outcome = tare.run({"ab", scenario, "--change", change, "--pairs", "2"});
  EXPECT_EQ(outcome.code, 4) << outcome.errors;
  EXPECT_NE(outcome.errors.find("change.json: /apply/1/sql: "), std::string::npos)
      << outcome.errors;
  EXPECT_NE(outcome.errors.find("1 of 2 steps"), std::string::npos) << outcome.errors;
  expect_clean(tare);
}

TEST(Trouble, ChangeThatBreaksTheScenarioIsNamed) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  const std::string change = tare.write(
      "change.json", shop_change(R"j([{"sql": "ALTER TABLE orders DROP COLUMN amount"}])j", "[]"));
  const TareOutcome outcome = tare.run({"ab", scenario, "--change", change, "--pairs", "2"});
  EXPECT_EQ(outcome.code, 4) << outcome.errors;
  EXPECT_NE(outcome.errors.find("change.json: /apply: "), std::string::npos) << outcome.errors;
  EXPECT_NE(outcome.errors.find("amount"), std::string::npos) << outcome.errors;
  expect_clean(tare);
}

TEST(Trouble, EveryMistakeInAScenarioAtOnce) {
  TareRunner tare;
  std::string text = shop_scenario();
  text.replace(text.find("\"warmup_s\""), 10, "\"warm_up_s\"");
  text.replace(text.find("\"ttl_s\": 300"), 12, "\"ttl_s\": 0");
  text.replace(text.find("\"count\": 10"), 11, "\"cuont\": 10");
  const TareOutcome outcome = tare.run({"check", tare.write("shop.json", text)});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_NE(outcome.errors.find("warmup_s"), std::string::npos) << outcome.errors;
}

TEST(Trouble, NoServerBinarySaysWhatToDo) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  const TareOutcome outcome = tare.run({"run", scenario, "--postgres-bin", "/nonexistent"});
  EXPECT_EQ(outcome.code, 3) << outcome.errors;
  EXPECT_NE(outcome.errors.find("/nonexistent"), std::string::npos) << outcome.errors;
  expect_clean(tare);
}

TEST(Trouble, NoAptIndexSaysHowToGetOne) {
  TareRunner tare;
  std::filesystem::create_directories(tare.folder() / "bin");
  for (const char* program : {"redis-server", "true", "sh"}) {
    std::filesystem::create_symlink(*find_program(program), tare.folder() / "bin" / program);
  }
  tare.set_environment("PATH", (tare.folder() / "bin").string());
  const TareOutcome outcome =
      tare.run({"run", std::string(TARE_SOURCE_DIR) + "/scenarios/debian-archive/scenario.json"});
  EXPECT_EQ(outcome.code, 4) << outcome.out;
  EXPECT_NE(outcome.errors.find("apt"), std::string::npos) << outcome.errors;
}

TEST(Trouble, UsageErrorsAreExitCodeFour) {
  TareRunner tare;
  EXPECT_EQ(tare.run({}).code, 4);
  const TareOutcome slip = tare.run({"chek"});
  EXPECT_EQ(slip.code, 4);
  EXPECT_NE(slip.errors.find("did you mean \"check\"?"), std::string::npos) << slip.errors;
  EXPECT_EQ(tare.run({"run", "no-such-file.json"}).code, 4);
  EXPECT_EQ(tare.run({"show", "/nonexistent"}).code, 4);
  const std::string scenario = tare.write("shop.json", shop_scenario());
  EXPECT_EQ(tare.run({"run", scenario, "--set", "novalue"}).code, 4);
  EXPECT_EQ(tare.run({"load", scenario}).code, 4);
  for (const char* command : {"check", "run", "ab", "show", "load", "sandbox", "doctor"}) {
    const TareOutcome help = tare.run({command, "--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_NE(help.out.find("Example"), std::string::npos) << command;
  }
}

}  // namespace
}  // namespace tare
