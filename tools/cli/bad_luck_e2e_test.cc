// Bad luck that needs more than a wrong file: disks that fill, operations that never work, changes
// that belong elsewhere.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <filesystem>

#include "tools/cli/tare_runner.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

// A disk of its own, of a given size; only root can mount one.
class SmallDisk {
 public:
  SmallDisk(const fs::path& place, const std::string& size) : place_(place) {
    fs::create_directories(place_);
    mounted_ = mount("tmpfs", place_.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
    if (mounted_) chmod(place_.c_str(), 01777);
  }
  ~SmallDisk() {
    if (mounted_) umount2(place_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }

 private:
  fs::path place_;
  bool mounted_ = false;
};

constexpr const char* kNoMount = "mounting a small disk needs root";

std::string index_change(const TareRunner& tare) {
  return tare.write(
      "change.json",
      shop_change(R"j([{"sql": "CREATE INDEX orders_customer ON orders (customer_id)"}])j",
                  R"j([{"sql": "DROP INDEX orders_customer"}])j"));
}

TEST(BadLuck, AFullDiskForResultsIsSaidAndLeavesNothing) {
  TareRunner tare;
  const SmallDisk disk(tare.results(), "200k");
  if (!disk.mounted()) GTEST_SKIP() << kNoMount;
  const TareOutcome outcome =
      tare.run({"ab", tare.write("shop.json", shop_scenario()), "--change", index_change(tare),
                "--pairs", "2", "--set", "measure_s=1"});
  EXPECT_EQ(outcome.code, 3) << outcome.out;
  EXPECT_NE(outcome.errors.find("No space left on device"), std::string::npos) << outcome.errors;
  EXPECT_NE(outcome.errors.find(tare.results().filename().string()), std::string::npos)
      << "names the file: " << outcome.errors;
  EXPECT_TRUE(tare.result_folders("shop").empty()) << "nothing half-written";
  EXPECT_EQ(tare.servers_running(), 0);
  EXPECT_TRUE(tare.left_behind().empty());
}

TEST(BadLuck, ADatabaseWhoseDiskFillsIsNotMeasured) {
  TareRunner tare;
  const SmallDisk disk(tare.temporary(), "160m");
  if (!disk.mounted()) GTEST_SKIP() << kNoMount;
  const std::string scenario = tare.write("fill.json", R"j({
    "schema_version": 1, "name": "shop", "seed": 1,
    "dataset": {"tables": {"blob": {"rows_from": {"query": "SELECT 1, ''"},
      "columns": {"id": {"type": "integer"}, "text": {"type": "text"}}}}},
    "operations": {"grow": {"steps": [{"sql": "INSERT INTO blob SELECT 1, )j"
                                                       "string_agg(md5(random()::text), '') "
                                                       R"j(FROM generate_series(1, 20000)"}]}},
    "load": {"arrivals": {"constant": {"rate_per_s": 40}}, "mix": {"grow": 1},
             "measure_s": 12}})j");
  const TareOutcome outcome = tare.run({"run", scenario});
  EXPECT_EQ(outcome.code, 3) << outcome.out;
  EXPECT_NE((outcome.errors + outcome.out).find("No space left on device"), std::string::npos)
      << outcome.errors << outcome.out;
  EXPECT_EQ(tare.servers_running(), 0);
  EXPECT_TRUE(tare.left_behind().empty());
}

TEST(BadLuck, AnOperationThatNeverWorksIsNoVerdict) {
  TareRunner tare;
  const std::string scenario = tare.write(
      "shop.json", shop_scenario("SELECT id / 0 AS id, amount FROM orders WHERE id = $1"));
  const TareOutcome outcome = tare.run(
      {"ab", scenario, "--change", index_change(tare), "--pairs", "2", "--set", "measure_s=1"});
  EXPECT_EQ(outcome.code, 3) << outcome.out;
  EXPECT_NE(outcome.out.find("view_order response tm95: nothing to measure in both arms"),
            std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find("division by zero"), std::string::npos) << outcome.out;
}

TEST(BadLuck, AChangeOfAnotherScenarioIsRefused) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  const std::string change =
      std::string(TARE_SOURCE_DIR) + "/scenarios/content-site/changes/index-comment-created.json";
  const TareOutcome outcome = tare.run({"ab", scenario, "--change", change});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_NE(outcome.errors.find("scenario \"shop\" has no operation \"latest_comments\""),
            std::string::npos)
      << outcome.errors;
}

TEST(BadLuck, APatternThatMatchesEverythingIsRefused) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  std::string text = shop_change("[]", "[]");
  const std::string pattern = "\"shop:order:*\"";
  text.replace(text.find(pattern), pattern.size(), "\"*\"");
  const TareOutcome outcome =
      tare.run({"ab", scenario, "--change", tare.write("change.json", text)});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_NE(outcome.errors.find("matches keys of anyone"), std::string::npos) << outcome.errors;
}

}  // namespace
}  // namespace tare
