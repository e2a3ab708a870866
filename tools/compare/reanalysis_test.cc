#include "tools/compare/reanalysis.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tools/compare/comparison_fixture.h"

namespace tare {
namespace {

Experiment unjudged(int pairs) {
  Experiment out;
  out.scenario = "s";
  out.looks = {pairs};
  out.criteria = Criteria();
  return out;
}

std::vector<PairSample> slower() {
  return paired({10, 10.1, 9.9, 10.05, 9.95, 10}, {11, 11.2, 10.9, 11.1, 11, 11.05});
}

TEST(Judged, FollowsFromTheTrialsAndTheCriteria) {
  EXPECT_EQ(judged(unjudged(6), slower()).exit_code, 1);
  Experiment tolerant = unjudged(6);
  tolerant.criteria->margins["response_time_tm95"] = 0.5;
  EXPECT_EQ(judged(tolerant, slower()).exit_code, 0);
  EXPECT_EQ(judged(unjudged(6), slower()).comparison, compare(slower(), Criteria()));
}

TEST(Judged, TakesTheLevelsFromTheLooks) {
  Experiment sequential = unjudged(6);
  sequential.looks = standard_looks();
  const Row once = row_of(judged(unjudged(6), slower()).comparison, "response_time_tm95");
  const Row often = row_of(judged(sequential, slower()).comparison, "response_time_tm95");
  EXPECT_EQ(often.change, once.change);
  EXPECT_LT(*often.low, *once.low);
  EXPECT_GT(*often.high, *once.high);
}

TEST(Judged, KeepsWhatNoTrialTells) {
  Experiment experiment = unjudged(6);
  experiment.found_invalid = {"the cache was wrong"};
  const Experiment out = judged(experiment, slower());
  EXPECT_EQ(out.exit_code, 3);
  EXPECT_EQ(out.comparison.invalid_reasons, experiment.found_invalid);
  EXPECT_EQ(judged(out, slower()), out);  // and does not say it twice
}

TEST(Judged, CountsTheRollback) {
  Experiment experiment = unjudged(6);
  experiment.rollback.status = RollbackStatus::failed;
  EXPECT_EQ(judged(experiment, paired({1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1})).exit_code, 1);
}

TEST(TaintedAnew, FollowsFromTheTrials) {
  Experiment experiment = unjudged(6);
  std::vector<PairSample> samples = slower();
  for (size_t i = 0; i < samples.size(); ++i) {
    experiment.pairs.push_back(
        {PairOrder::baseline_first, "b", "c", int(i) + 1, {"somebody said so"}});
  }
  samples[2].contender.result.observed.emplace().steal_share = 0.5;
  samples[2].baseline.result.observed.emplace().steal_share = 0.5;
  const std::vector<ExperimentPair> pairs = tainted_anew(experiment, samples);
  ASSERT_EQ(pairs.size(), 6u);
  for (size_t i = 0; i < pairs.size(); ++i) EXPECT_EQ(pairs[i].tainted.empty(), i != 2) << i;
  EXPECT_EQ(pairs[4].number, 5);
  EXPECT_THROW(tainted_anew(Experiment(), {}), std::invalid_argument);
}

TEST(Judged, WantsCriteria) {
  EXPECT_THROW(judged(Experiment(), slower()), std::invalid_argument);
}

TEST(Differences, AreNoneAfterALongWay) {
  const std::string text = experiment_to_json(judged(unjudged(6), slower()));
  const Experiment read = experiment_from_json(text, "x");
  EXPECT_TRUE(differences(text, experiment_to_json(judged(read, slower()))).empty());
  EXPECT_EQ(experiment_to_json(judged(read, slower())), text);
}

TEST(Differences, NameTheRowAndItsField) {
  const std::string text = experiment_to_json(judged(unjudged(6), slower()));
  auto document = nlohmann::json::parse(text);
  nlohmann::json& row = document["comparison"]["rows"][0];
  ASSERT_EQ(row["metric"], "response_time_tm95");
  row["verdict"] = "equivalent";
  row["change"] = 0.1;
  row.erase("p_value");
  document["exit_code"] = 0;
  const std::vector<std::string> lines = differences(document.dump(), text);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0], "exit_code: stored 0, recomputed 1");
  EXPECT_TRUE(lines[1].starts_with("rows page response_time_tm95: change: stored 0.1, recomputed"));
  EXPECT_TRUE(
      lines[2].starts_with("rows page response_time_tm95: p_value: stored nothing, recomputed "));
  EXPECT_EQ(lines[3],
            "rows page response_time_tm95: verdict: stored \"equivalent\", recomputed "
            "\"regressed\"");
}

TEST(Differences, SeeARowThatIsGoneAndTheLastBit) {
  const std::string text = experiment_to_json(judged(unjudged(6), slower()));
  auto document = nlohmann::json::parse(text);
  document["comparison"]["rows"].erase(document["comparison"]["rows"].size() - 1);
  EXPECT_EQ(differences(document.dump(), text).size(), 1u);
  document = nlohmann::json::parse(text);
  document["comparison"]["rows"][0]["margin"] = -0.0;
  auto zero = document;
  zero["comparison"]["rows"][0]["margin"] = 0.0;
  EXPECT_EQ(differences(document.dump(), zero.dump()).size(), 1u);
}

}  // namespace
}  // namespace tare
