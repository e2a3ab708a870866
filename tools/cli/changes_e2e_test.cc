// Every change in scenarios/, weighed with its real scenario: does tare find what it is known to
// do?
#include <gtest/gtest.h>
#include <filesystem>
#include <set>

#include "bench/drivers/test_versions.h"
#include "tools/cli/tare_runner.h"
#include "tools/compare/experiment_file.h"

namespace tare {
namespace {

// What is known of a change. Times and hits of a few short trials may stay inconclusive on a busy
// machine, however far apart they are, and then the estimate must tell; what is counted may not.
struct Known {
  std::string scenario;
  std::string change;
  std::set<int> exit_codes;
  std::vector<std::set<Outcome>> expectations;
  std::string operation = {};          // the one it is about; empty: not looked at
  std::set<Cause> causes = {};         // of that operation's change; empty: not looked at
  std::optional<Verdict> blocks = {};  // on what a query of that operation reads
  double hits = 0;                     // moves the operation's hit ratio that way, at least so far
};

// Times of a busy machine may be unclear, but never is the wrong cause named.
const std::set<Cause> kCache = {Cause::cache, Cause::neither, Cause::unclear, Cause::within_margin};
const std::set<Cause> kWork = {Cause::work, Cause::unclear};

const std::set<Outcome> kMet = {Outcome::met};
const std::set<Outcome> kAny = {Outcome::met, Outcome::missed, Outcome::inconclusive};
const std::set<Outcome> kNotMissed = {Outcome::met, Outcome::inconclusive};
const std::set<Outcome> kNotMet = {Outcome::missed, Outcome::inconclusive};

const std::filesystem::path kScenarios = std::filesystem::path(TARE_SOURCE_DIR) / "scenarios";
const std::filesystem::path kOtherPostgres =
    std::filesystem::path(TARE_SOURCE_DIR) /
    "build/packages/npm/node_modules/postgres-17/native/bin/postgres";

// A sandbox that stays, so that the scenario's data is loaded once for all its changes.
class KeptServers {
 public:
  explicit KeptServers(const TareRunner& tare) : tare_(tare) {
    EXPECT_EQ(tare_.run({"sandbox", "start", "--dir", folder()}).code, 0);
  }
  ~KeptServers() {
    EXPECT_EQ(tare_.run({"sandbox", "stop", "--dir", folder()}).code, 0);
    EXPECT_EQ(tare_.servers_running(), 0);
  }
  KeptServers(const KeptServers&) = delete;
  KeptServers& operator=(const KeptServers&) = delete;

  std::string folder() const { return (tare_.temporary() / "kept").string(); }

 private:
  const TareRunner& tare_;
};

void expect_cause(const Known& known, const Comparison& comparison, const std::string& printed) {
  if (known.causes.empty()) return;
  for (const HitOrFix& found : comparison.hit_or_fix) {
    if (found.operation != known.operation) continue;
    EXPECT_TRUE(known.causes.contains(found.cause)) << to_text(found.cause) << "\n" << printed;
    const double sum = found.more_hits_ns + found.hits_ns + found.misses_ns + found.others_ns;
    EXPECT_EQ(sum, found.change_ns);
    // More hits make it faster, whatever else the machine does meanwhile.
    if (known.causes == kCache) {
      EXPECT_GT(found.hit_ratio_change.value(), kHitRatioMoved) << printed;
      EXPECT_LT(found.more_hits_ns, 0) << printed;
    }
    return;
  }
  ADD_FAILURE() << "nothing is said of " << known.operation << "\n" << printed;
}

void expect_blocks(const Known& known, const Comparison& comparison, const std::string& printed) {
  if (!known.blocks) return;
  for (const Row& row : comparison.rows) {
    if (row.operation != known.operation || row.metric != "blocks_per_query") continue;
    ASSERT_TRUE(row.verdict.has_value()) << printed;
    EXPECT_EQ(to_text(*row.verdict), to_text(*known.blocks)) << printed;
    return;
  }
  ADD_FAILURE() << "no blocks of " << known.operation << "\n" << printed;
}

void expect_hits(const Known& known, const Comparison& comparison, const std::string& printed) {
  if (known.hits == 0) return;
  for (const Row& row : comparison.rows) {
    if (row.operation != known.operation || row.metric != "hit_ratio") continue;
    ASSERT_TRUE(row.change.has_value()) << printed;
    EXPECT_GT(*row.change / known.hits, 1) << printed;
    return;
  }
  ADD_FAILURE() << "no hit ratio of " << known.operation << "\n" << printed;
}

void weigh(const TareRunner& tare, const Known& known, const std::vector<std::string>& servers) {
  SCOPED_TRACE(known.change);
  const std::string folder = (kScenarios / known.scenario).string();
  std::vector<std::string> arguments = {
      "ab",           folder + "/scenario.json",
      "--change",     folder + "/changes/" + known.change + ".json",
      "--set",        "measure_s=1.5",
      "--set",        "warmup_s=0.3",
      "--pairs",      known.causes.empty() ? "2" : "3",
      "--allow-shell"};
  arguments.insert(arguments.end(), servers.begin(), servers.end());
  const TareOutcome outcome = tare.run(arguments);
  EXPECT_TRUE(known.exit_codes.contains(outcome.code)) << outcome.code << outcome.errors;
  std::string result;
  for (const std::string& name : tare.result_folders(known.scenario)) {
    if (name.ends_with("-ab-" + known.change)) result = name;
  }
  ASSERT_FALSE(result.empty()) << outcome.errors;
  const Experiment experiment = read_experiment(tare.results() / known.scenario / result);
  EXPECT_TRUE(experiment.comparison.invalid_reasons.empty()) << outcome.out;
  EXPECT_EQ(experiment.rollback.status, RollbackStatus::equal) << outcome.out;
  const auto& expectations = experiment.comparison.expectations;
  ASSERT_EQ(expectations.size(), known.expectations.size());
  for (size_t i = 0; i < expectations.size(); ++i) {
    EXPECT_TRUE(known.expectations[i].contains(expectations[i].outcome))
        << expectations[i].metric << ": " << to_text(expectations[i].outcome) << "\n"
        << outcome.out;
  }
  expect_cause(known, experiment.comparison, outcome.out);
  expect_blocks(known, experiment.comparison, outcome.out);
  expect_hits(known, experiment.comparison, outcome.out);
}

const char* const kUpgrade = "upgrade-postgres";

std::vector<Known> known_changes() {
  constexpr Verdict kFewer = Verdict::improved, kMore = Verdict::regressed;
  const std::set<int> any = {0, 1, 2};
  return {
      {"content-site", "index-comment-created", any, {kNotMissed}, "latest_comments", {}, kFewer},
      {"content-site", "migrate-by-script", any, {kNotMissed}, "latest_comments", {}, kFewer},
      {"content-site", "rewrite-author-page", any, {kNotMissed, kMet}, "author_page", kWork},
      // Hits, not work: the same blocks for each miss.
      {"content-site", "longer-tag-ttl", any, {kNotMissed, kNotMissed, kMet}, "tag_page", kCache},
      {"content-site", "smaller-redis", {1, 2}, {kNotMet, kAny}, "view_post", {}, {}, -0.1},
      {"content-site", "relaxed-commit", any, {kNotMissed}},
      {"content-site", "retype-slug", {1}, {kNotMet}, "suggest", {}, kMore},
      {"content-site", "watch-nothing", any, {}},
      {"content-site", kUpgrade, any, {kMet, kMet}},
      {"debian-archive", "index-relation-target", any, {kNotMissed}, "reverse_depends", {}, kFewer},
      {"debian-archive", "drop-relation-package-index", {1}, {kNotMet}, "package_page", {}, kMore},
      {"debian-archive", "trim-popular", any, {kMet, kNotMissed}},
      {"debian-archive", "widen-popularity", any, {}}};
}

void weigh_all_of(const std::string& scenario) {
  const TareRunner tare;
  const KeptServers servers(tare);
  const std::string file = (kScenarios / scenario / "scenario.json").string();
  const TareOutcome loaded = tare.run({"load", file, "--sandbox", servers.folder()});
  if (loaded.errors.find("apt-get update") != std::string::npos) {
    GTEST_SKIP() << "this machine has no apt package index";
  }
  ASSERT_EQ(loaded.code, 0) << loaded.errors;
  for (const Known& known : known_changes()) {
    if (known.scenario != scenario || known.change == kUpgrade) continue;
    weigh(tare, known, {"--sandbox", servers.folder()});
  }
}

TEST(KnownChanges, AreAllThatThereAre) {
  std::set<std::string> known, files;
  for (const Known& each : known_changes()) known.insert(each.scenario + "/" + each.change);
  for (const auto& scenario : std::filesystem::directory_iterator(kScenarios)) {
    if (!std::filesystem::is_directory(scenario.path() / "changes")) continue;
    for (const auto& file : std::filesystem::directory_iterator(scenario.path() / "changes")) {
      if (file.path().extension() != ".json") continue;
      files.insert(scenario.path().filename().string() + "/" + file.path().stem().string());
    }
  }
  EXPECT_EQ(known, files);
}

TEST(KnownChanges, OfContentSite) {
  weigh_all_of("content-site");
}

TEST(KnownChanges, OfDebianArchive) {
  weigh_all_of("debian-archive");
}

TEST(KnownChanges, AnUpgrade) {
  if (!others_may_run(kOtherPostgres)) {
    GTEST_SKIP() << "no other PostgreSQL that the servers' user may run: " << kOtherPostgres;
  }
  const TareRunner tare;
  for (const Known& known : known_changes()) {
    if (known.change == kUpgrade) weigh(tare, known, {});
  }
  EXPECT_EQ(tare.servers_running(), 0);
}

}  // namespace
}  // namespace tare
