// tare compare on a real experiment: the same verdict to the last bit, and a clear word for every
// file that is not as it was. Each test measures once and asks much of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "bench/model/result_file.h"
#include "tools/cli/tare_runner.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

using nlohmann::json;
using nlohmann::ordered_json;

void expect_in(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "\"" << part << "\" is not in:\n" << text;
}

// Neither word stands in any other word of an output.
void expect_no_nan(const TareOutcome& outcome) {
  for (const std::string word : {"nan", "NaN", "inf", "null"}) {
    for (size_t at = outcome.out.find(word); at != std::string::npos;
         at = outcome.out.find(word, at + 1)) {
      const bool inside = (at > 0 && std::isalpha(outcome.out[at - 1]) != 0) ||
                          std::isalpha(outcome.out[at + word.size()]) != 0;
      EXPECT_TRUE(inside) << word << " in:\n" << outcome.out;
    }
  }
}

class CompareTest : public ::testing::Test {
 protected:
  using Edit = std::function<void(ordered_json&)>;

  // An index, weighed in two short pairs.
  void measure_experiment() {
    measured_ = tare_.run(
        {"ab", tare_.write("shop.json", shop_scenario()), "--change",
         tare_.write(
             "change.json",
             shop_change(R"j([{"sql": "CREATE INDEX orders_customer ON orders (customer_id)"}])j",
                         R"j([{"sql": "DROP INDEX orders_customer"}])j",
                         R"j([{"operation": "orders_of", "metric": "blocks_per_query",
                               "at_most": -0.1}])j")),
         "--pairs", "2", "--set", "measure_s=1"});
    ASSERT_TRUE(measured_.code == 0 || measured_.code == 2) << measured_.errors << measured_.out;
    const auto folders = tare_.result_folders("shop");
    ASSERT_EQ(folders.size(), 1u);
    folder_ = tare_.results() / "shop" / folders[0];
  }

  TareOutcome compare(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "compare");
    return tare_.run(arguments);
  }

  // A copy to be spoilt.
  fs::path copy(const std::string& name) const {
    fs::path to = tare_.folder() / name;
    fs::remove_all(to);
    fs::copy(folder_, to, fs::copy_options::recursive);
    return to;
  }

  static void edit(const fs::path& file, const Edit& change) {
    ordered_json document = ordered_json::parse(read_whole_file(file));
    change(document);
    write_whole_file(file, document.dump(2) + "\n");
  }

  // Of every trial of an arm.
  static void edit_trials(const fs::path& folder, const std::string& arm, const Edit& change) {
    for (const std::string number : {"01", "02"}) {
      edit(folder / "trials" / (number + "-" + arm) / "result.json", change);
    }
  }

  void expect_refused(const fs::path& folder, const std::vector<std::string>& parts) const {
    const TareOutcome outcome = compare({folder.string()});
    EXPECT_EQ(outcome.code, 4) << outcome.out;
    EXPECT_EQ(outcome.out, "");
    for (const std::string& part : parts) expect_in(outcome.errors, part);
  }

  void says_the_same_to_the_last_bit();
  void sees_what_was_changed();
  void refuses_broken_files();
  void refuses_what_is_elsewhere();
  void survives_odd_measurements();
  void compares_arms();

  TareRunner tare_;
  TareOutcome measured_;
  fs::path folder_;
};

void CompareTest::says_the_same_to_the_last_bit() {
  const TareOutcome outcome = compare({folder_.string()});
  EXPECT_EQ(outcome.code, measured_.code) << outcome.errors;
  expect_in(outcome.out, "recomputed from 4 stored trials: the same as stored, to the last bit");
  const std::string stored = read_whole_file(folder_ / "experiment.json");
  const fs::path again = tare_.folder() / "again.json", page = tare_.folder() / "page.md";
  EXPECT_EQ(compare({folder_.string(), "--format", "json", "-o", again.string(), "--format",
                     "markdown", "-o", page.string()})
                .code,
            measured_.code);
  EXPECT_EQ(ordered_json::parse(read_whole_file(again)).at("comparison").dump(),
            ordered_json::parse(stored).at("comparison").dump());
  EXPECT_EQ(read_whole_file(again), stored);
  expect_in(read_whole_file(page), "the same as stored, to the last bit");
  // Wide margins: the same figures, judged otherwise.
  const TareOutcome wide =
      compare({folder_.string(), "--margin", "response_time_tm95=100%", "--format", "json"});
  const json document = json::parse(wide.out);
  EXPECT_EQ(document.at("criteria").at("margins").at("response_time_tm95"), 1.0);
  expect_in(compare({folder_.string(), "--margin", "response_time_tm95=50%"}).out,
            "with other margins: response_time_tm95 = 50");
}

void CompareTest::sees_what_was_changed() {
  const fs::path changed = copy("changed");
  edit(changed / "trials/01-contender/result.json", [](ordered_json& result) {
    ordered_json& figure = result["operations"]["orders_of"]["response_time_ns"]["tm95"];
    figure = figure.get<double>() + 0.001;
  });
  const TareOutcome outcome = compare({changed.string()});
  EXPECT_EQ(outcome.code, 3) << outcome.out;
  expect_in(outcome.out, "NOT the same as stored");
  expect_in(outcome.out, "differs: rows orders_of response_time_tm95: change: stored ");
  expect_in(outcome.errors, "does not follow from its trials");
  const fs::path embellished = copy("embellished");
  edit(embellished / "experiment.json", [](ordered_json& file) { file["verdict"] = "improved"; });
  const TareOutcome better = compare({embellished.string()});
  const bool was =
      json::parse(read_whole_file(folder_ / "experiment.json")).at("verdict") == "improved";
  EXPECT_EQ(better.code, was ? measured_.code : 3) << better.out;
}

void CompareTest::refuses_broken_files() {
  const fs::path cut = copy("cut");
  const std::string whole = read_whole_file(cut / "trials/02-baseline/result.json");
  write_whole_file(cut / "trials/02-baseline/result.json", whole.substr(0, whole.size() / 2));
  expect_refused(cut, {"trials/02-baseline/result.json", "perhaps cut short"});
  const fs::path newer = copy("newer");
  edit(newer / "experiment.json", [](ordered_json& file) { file["schema_version"] = 2; });
  expect_refused(newer, {"/schema_version: is 2; this tare reads 1"});
  for (const std::string figure : {"NaN", "null", "1e999"}) {
    const fs::path odd = copy("odd");
    edit(odd / "trials/01-baseline/result.json",
         [](ordered_json& file) { file["achieved_rate_per_s"] = "FIGURE"; });
    std::string text = read_whole_file(odd / "trials/01-baseline/result.json");
    text.replace(text.find("\"FIGURE\""), 8, figure);
    write_whole_file(odd / "trials/01-baseline/result.json", text);
    expect_refused(odd, {"trials/01-baseline/result.json"});
  }
  const fs::path old = copy("old");
  edit(old / "experiment.json", [](ordered_json& file) { file.erase("criteria"); });
  expect_refused(old, {"is too old to be re-analysed", "tare show"});
  const fs::path margin = copy("margin");
  edit(margin / "experiment.json",
       [](ordered_json& file) { file["criteria"]["closed_loop"] = "perhaps"; });
  expect_refused(margin, {"experiment.json", "/criteria/closed_loop"});
}

void CompareTest::refuses_what_is_elsewhere() {
  const fs::path missing = copy("missing");
  fs::remove_all(missing / "trials/01-contender");
  fs::remove_all(missing / "trials/02-baseline");
  expect_refused(missing, {"trials/01-contender", "trials/02-baseline", "is missing"});
  const fs::path seed = copy("seed");
  edit(seed / "trials/02-contender/result.json",
       [](ordered_json& file) { file["environment"]["generator"]["seed"] = "4"; });
  expect_refused(seed, {"trials/02-contender/result.json",
                        "is no trial of this experiment: its seed is \"4\", and not \"3\""});
  const fs::path other = copy("other");
  edit(other / "trials/02-contender/result.json",
       [](ordered_json& file) { file["scenario"] = "content-site"; });
  expect_refused(other, {"its scenario is \"content-site\", and not \"shop\""});
  const fs::path swapped = copy("swapped");
  fs::remove_all(swapped / "trials/02-contender");
  fs::copy(swapped / "trials/02-baseline", swapped / "trials/02-contender");
  expect_refused(swapped, {"its arm is \"baseline\", and not \"contender\""});
  const fs::path unfinished = copy("cut-unfinished");
  fs::remove(unfinished / "experiment.json");
  write_whole_file(unfinished / "unfinished.json", "{}");
  expect_refused(unfinished, {"is not finished", "tare ab --resume"});
  expect_refused(tare_.folder() / "nowhere", {"is not a folder"});
  expect_refused(tare_.folder(), {"holds neither experiment.json nor result.json"});
  expect_refused(folder_ / "trials/01-baseline", {"is a single run"});
  expect_refused(folder_.string() + ":baseline", {"is one arm"});
  EXPECT_EQ(compare({folder_.string(), "--margin", "tm95=5%"}).code, 4);
  EXPECT_EQ(compare({folder_.string(), "--margin", "response_time_tm95=nan"}).code, 4);
}

void CompareTest::survives_odd_measurements() {
  const fs::path failed = copy("failed");
  edit_trials(failed, "contender", [](ordered_json& file) {
    ordered_json& operation = file["operations"]["orders_of"];
    operation["requests"]["failed"] = operation["requests"]["scheduled"];
    for (const char* other : {"ok", "timed_out", "dropped", "unfinished"}) {
      operation["requests"][other] = 0;
    }
    operation["paths"] = ordered_json::object();
    for (const char* times : {"response_time_ns", "service_time_ns"}) {
      for (auto& [name, figure] : operation[times].items()) figure = 0;
    }
  });
  const TareOutcome all_failed = compare({failed.string(), "--margin", "failed_share=1%"});
  EXPECT_EQ(all_failed.code, 1) << all_failed.out;
  expect_in(all_failed.out, "orders_of failed share regressed");
  expect_no_nan(all_failed);
  const fs::path same = copy("same");  // every pair says exactly the same: no variance
  for (const std::string arm : {"baseline", "contender"}) {
    fs::copy_file(same / ("trials/01-" + arm) / "result.json",
                  same / ("trials/02-" + arm) / "result.json",
                  fs::copy_options::overwrite_existing);
  }
  const TareOutcome no_variance = compare({same.string(), "--margin", "failed_share=1%"});
  EXPECT_TRUE(no_variance.code >= 0 && no_variance.code <= 2) << no_variance.out;
  expect_no_nan(no_variance);
  const fs::path absent = copy("absent");
  edit_trials(absent, "contender", [](ordered_json& file) { file["operations"].erase("count"); });
  const TareOutcome one_arm = compare({absent.string(), "--margin", "failed_share=1%"});
  EXPECT_EQ(one_arm.code, 3) << one_arm.out;
  expect_in(one_arm.out, "nothing to measure in the contender");
  expect_no_nan(one_arm);
  const fs::path single = copy("single");
  edit(single / "experiment.json", [](ordered_json& file) { file["pairs"].erase(1); });
  const TareOutcome one_pair = compare({single.string(), "--margin", "failed_share=1%"});
  EXPECT_EQ(one_pair.code, 2) << one_pair.out;
  expect_in(one_pair.out, "one pair has no interval");
  expect_no_nan(one_pair);
}

void CompareTest::compares_arms() {
  const std::string folder = folder_.string();
  const TareOutcome own = compare({folder + ":baseline", folder, "--format", "json"});
  EXPECT_EQ(own.code, measured_.code) << own.errors << own.out;
  json rows = json::parse(own.out).at("comparison").at("rows");
  EXPECT_EQ(rows,
            json::parse(read_whole_file(folder_ / "experiment.json")).at("comparison").at("rows"));
  EXPECT_EQ(compare({folder, folder + ":contender"}).code, 4);
  // The same servers on another day.
  const fs::path later = copy("later");
  for (const std::string arm : {"baseline", "contender"}) {
    edit_trials(later, arm,
                [](ordered_json& file) { file["started_at"] = "2031-05-06T07:08:09Z"; });
  }
  const TareOutcome apart = compare({folder + ":baseline", later.string()});
  EXPECT_TRUE(apart.code == 0 || apart.code == 2) << apart.out;
  expect_in(apart.out, "the pairs are not in random order: measured on different days (");
  expect_in(apart.out, "what changed on the machine between them is part of the difference");
  expect_in(apart.out, "contender: contender of " + later.string() +
                           " (change change), 2 trials, "
                           "2031-05-06 07:08 UTC");
  expect_in(apart.out, "expected: orders_of blocks per query falls by at least 10 %");
  edit_trials(later, "contender", [](ordered_json& file) {
    file["environment"]["postgres_settings"]["work_mem"] = "9MB";
  });
  const TareOutcome undeclared = compare({folder + ":baseline", later.string()});
  EXPECT_EQ(undeclared.code, 3) << undeclared.out;
  expect_in(undeclared.out, R"(settings differ between the arms: work_mem: not set -> "9MB")");
  const fs::path other = copy("blog");
  const auto rename = [](ordered_json& file) { file["scenario"] = "blog"; };
  edit(other / "experiment.json", rename);
  for (const std::string arm : {"baseline", "contender"}) edit_trials(other, arm, rename);
  const TareOutcome different = compare({folder, other.string()});
  EXPECT_EQ(different.code, 4);
  expect_in(different.errors, "of scenario \"shop\"");
  expect_in(different.errors, "of \"blog\"");
}

TEST_F(CompareTest, AnExperimentMadeAnew) {
  measure_experiment();
  if (HasFatalFailure()) return;
  says_the_same_to_the_last_bit();
  sees_what_was_changed();
  refuses_broken_files();
  refuses_what_is_elsewhere();
  survives_odd_measurements();
  compares_arms();
}

TEST_F(CompareTest, TwoRunsHaveNoInterval) {
  const std::string scenario = tare_.write("shop.json", shop_scenario());
  const std::vector<std::string> run = {"run", scenario, "--set", "measure_s=1"};
  for (int i = 0; i < 2; ++i) {
    const TareOutcome outcome = tare_.run(run);
    ASSERT_EQ(outcome.code, 0) << outcome.errors << outcome.out;
  }
  std::vector<std::string> folders = tare_.result_folders("shop");
  ASSERT_EQ(folders.size(), 2u);
  std::sort(folders.begin(), folders.end());
  const std::string first = (tare_.results() / "shop" / folders[0]).string();
  const std::string second = (tare_.results() / "shop" / folders[1]).string();
  const TareOutcome outcome = compare({first, second});
  EXPECT_EQ(outcome.code, 2) << outcome.errors << outcome.out;
  expect_in(outcome.out, "one trial against one has no interval");
  expect_in(outcome.out, "tare ab SCENARIO --change CHANGE");
  expect_in(outcome.out, "not in random order");
  expect_in(outcome.out, "baseline: the run " + first);
  expect_in(outcome.out, "limit");
  expect_no_nan(outcome);
  const TareOutcome document = compare({first, second, "--format", "json"});
  EXPECT_EQ(json::parse(document.out).at("verdict"), "inconclusive");
  EXPECT_EQ(compare({first, first}).code, 4);
  EXPECT_EQ(compare({first}).code, 4);
}

}  // namespace
}  // namespace tare
