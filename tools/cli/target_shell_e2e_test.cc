// Shell steps on named targets with the real binary: where they go, and what they may give away.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tools/cli/target_fixture.h"

namespace tare {
namespace {

class TargetShellTest : public TargetTest {
 protected:
  TareOutcome weigh_shell(const std::string& command) const {
    auto arguments = ab(change("[{\"shell\": \"" + command + "\"}]", "[]"), postgres_uri());
    arguments.emplace_back("--allow-shell");
    return tare_.run(arguments);
  }

  void lead_elsewhere() {
    const PostgresEndpoint& endpoint = postgres_.endpoint();
    const std::string file = tare_.write(
        "services", "[prod]\nhost=" + endpoint.host + "\nport=" + std::to_string(endpoint.port) +
                        "\nuser=" + endpoint.user + "\ndbname=theirs\n");
    tare_.set_environment("PGSERVICEFILE", file);
    tare_.set_environment("PGSERVICE", "prod");
  }

  void expect_not_in_theirs(const std::string& table) const {
    EXPECT_EQ(in("theirs").value("SELECT to_regclass('" + table + "') IS NULL"), "t");
  }
};

constexpr const char* kMakeTable = "psql -X -c 'CREATE TABLE from_the_shell (i int)'";

TEST_F(TargetShellTest, AServiceDoesNotLeadAShellStepElsewhere) {
  lead_elsewhere();
  const TareOutcome outcome = weigh_shell(kMakeTable);
  EXPECT_LE(outcome.code, 2) << outcome.errors;
  expect_not_in_theirs("from_the_shell");
}

TEST_F(TargetShellTest, NorFromTheSandbox) {
  lead_elsewhere();
  const std::string file = change(std::string("[{\"shell\": \"") + kMakeTable + "\"}]", "[]");
  const TareOutcome outcome = tare_.run(
      {"ab", scenario_, "--change", file, "--pairs", "2", "--set", "measure_s=1", "--allow-shell"});
  EXPECT_LE(outcome.code, 2) << outcome.errors;
  expect_not_in_theirs("from_the_shell");
}

TEST_F(TargetShellTest, PasswordsStayOutOfTheLogAndTheErrors) {
  const TareOutcome outcome = weigh_shell("env; set -x; : $PGPASSWORD; false");
  EXPECT_EQ(outcome.code, 4) << outcome.out << outcome.errors;
  EXPECT_EQ(outcome.errors.find(kPassword), std::string::npos) << outcome.errors;
  expect_says(outcome.errors, "[password]");
  EXPECT_LE(weigh_shell("env").code, 2);
  size_t logs = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(tare_.folder())) {
    if (entry.path().filename() != "log.jsonl") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    EXPECT_EQ(text.str().find(kPassword), std::string::npos) << entry.path();
    logs += text.str().find("PGPASSWORD=[password]") != std::string::npos;
  }
  EXPECT_GT(logs, 0U) << "the log holds what the step printed";
}

}  // namespace
}  // namespace tare
