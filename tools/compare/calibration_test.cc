#include "tools/compare/calibration.h"

#include <gtest/gtest.h>

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <random>

#include "bench/model/result_file_schema.h"
#include "embedded/calibration_schema.h"
#include "tools/compare/comparison_fixture.h"

namespace tare {
namespace {

// Trials of 10 ms whose logarithms spread so far; `shift` makes the contender slower.
std::vector<PairSample> same_arms(int pairs, double spread, double shift = 0) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> noise(0, spread);
  std::vector<double> before, after;
  for (int i = 0; i < pairs; ++i) {
    before.push_back(10 * std::exp(noise(random)));
    after.push_back(10 * std::exp(noise(random) + shift));
  }
  return paired(before, after);
}

Calibration calibrated(const std::vector<PairSample>& pairs, const Criteria& criteria = {},
                       int within = 20) {
  return calibrate(pairs, compare(pairs, criteria), criteria, within, 200);
}

const CalibratedRow& row_of(const Calibration& calibration, const std::string& metric) {
  for (const CalibratedRow& row : calibration.rows) {
    if (row.metric == metric) return row;
  }
  static const CalibratedRow none;
  ADD_FAILURE() << "no row " << metric;
  return none;
}

TEST(Calibrate, QuietMachineResolvesSmallMargins) {
  const Calibration found = calibrated(same_arms(20, 0.005));
  EXPECT_EQ(found.exit_code, 0);
  EXPECT_EQ(found.pairs, 20);
  const CalibratedRow& row = found.rows.front();
  EXPECT_EQ(row.metric, "response_time_tm95") << "gating rows first";
  EXPECT_EQ(row.gating, Gating::gating);
  EXPECT_NEAR(row.spread, 0.005 * std::sqrt(2), 0.0025);
  EXPECT_GT(row.not_worse_20, 0.99);
  EXPECT_EQ(row.margin, 0.03);
  EXPECT_LE(row.resolves.value(), 0.015);
  EXPECT_LT(found.alarms.share, 0.01);
  EXPECT_GT(found.not_worse_20.share, 0.99);
  EXPECT_EQ(found.margins.at("response_time_tm95"), row.resolves.value());
  EXPECT_EQ(found.margins.at("response_time_p95"), row.resolves.value()) << "the same times";
  EXPECT_TRUE(found.unresolved.empty());
}

TEST(Calibrate, NoisyMachineNeedsWideMarginsAndSaysSo) {
  const Calibration found = calibrated(same_arms(20, 0.1));
  const CalibratedRow& row = found.rows.front();
  EXPECT_LT(row.not_worse_30, 0.2) << "at 3 %";
  EXPECT_GE(row.resolves.value(), 0.08);
  EXPECT_LE(row.resolves.value(), 0.25);
  EXPECT_LT(found.not_worse_30.share, 0.2);
  EXPECT_LT(found.alarms.share, 0.02);
}

TEST(Calibrate, MarginThatIsFoundIsResolvedWithIt) {
  Criteria criteria;
  const std::vector<PairSample> pairs = same_arms(20, 0.03);
  const CalibratedRow before = row_of(calibrated(pairs), "response_time_tm95");
  EXPECT_LT(before.not_worse_20, kResolvedShare);
  criteria.margins["response_time_tm95"] = before.resolves.value();
  EXPECT_GE(row_of(calibrated(pairs, criteria), "response_time_tm95").not_worse_20, kResolvedShare);
}

TEST(Calibrate, MorePairsSeeMoreAndResolveMore) {
  const std::vector<PairSample> pairs = same_arms(12, 0.03);
  const CalibratedRow soon = row_of(calibrated(pairs, {}, 6), "response_time_tm95");
  const CalibratedRow late = row_of(calibrated(pairs, {}, 20), "response_time_tm95");
  EXPECT_GT(soon.resolves.value(), late.resolves.value());
  ASSERT_EQ(soon.sees.size(), 4u);
  EXPECT_EQ(soon.sees.front().pairs, 6);
  for (size_t i = 1; i < soon.sees.size(); ++i) {
    EXPECT_LT(soon.sees[i].change, soon.sees[i - 1].change);
  }
}

TEST(Calibrate, SeesWhatTheSpreadLetsThrough) {
  const Calibration found =
      calibrated(paired({10, 10, 10, 10.5, 10.5, 10.5}, {10.5, 10.5, 10.5, 10, 10, 10}));
  const CalibratedRow& row = found.rows.front();
  EXPECT_NEAR(row.spread, std::log(1.05) * std::sqrt(6.0 / 5), 1e-9);
  // The alarm's level of five looks, of one row, four times in five: t with 5 degrees of freedom.
  const boost::math::students_t t(5);
  const double distance = quantile(complement(t, 0.0022)) + quantile(complement(t, 0.2));
  EXPECT_NEAR(std::log1p(row.sees.front().change), distance * row.spread / std::sqrt(6), 1e-4);
}

// What the pairs are worth bounds what may be said of the false alarms.
TEST(Calibrate, LimitsOfSharesKnowHowFewPairsThereAre) {
  const Calibration few = calibrated(same_arms(6, 0.005));
  const Calibration many = calibrated(same_arms(120, 0.005));
  EXPECT_NEAR(few.worth, 1, 0.05);
  EXPECT_GT(few.alarms.high, 0.9);
  EXPECT_NEAR(many.worth, 20, 1);
  EXPECT_LT(many.alarms.high, 0.25);
  EXPECT_GE(many.alarms.high, 0.1);
}

TEST(Calibrate, AlarmOfTheExperimentItselfIsTold) {
  const Calibration found = calibrated(same_arms(10, 0.005, 0.2));
  EXPECT_EQ(found.exit_code, 3);
  EXPECT_EQ(found.alarmed, std::vector<std::string>{"page response_time_tm95"});
  EXPECT_TRUE(found.invalid_reasons.empty());
}

TEST(Calibrate, FewerThanSixPairsAreRefusedInWords) {
  const Calibration found = calibrated(same_arms(5, 0.005));
  EXPECT_EQ(found.exit_code, 3);
  EXPECT_TRUE(found.rows.empty());
  ASSERT_EQ(found.invalid_reasons.size(), 1u);
  EXPECT_NE(found.invalid_reasons[0].find("5 pairs"), std::string::npos);
  EXPECT_NO_THROW(calibration_to_json(found));
  EXPECT_EQ(calibrated({}).exit_code, 3);
}

TEST(Calibrate, InvalidTrialsAreInvalid) {
  std::vector<PairSample> pairs = same_arms(6, 0.005);
  pairs[2].contender.result.schedule_digest = "another";
  const Calibration found = calibrated(pairs);
  EXPECT_EQ(found.exit_code, 3);
  EXPECT_FALSE(found.invalid_reasons.empty());
}

TEST(Calibrate, NothingMovesAndNothingBreaks) {
  const std::vector<double> still(8, 10.0);
  const Calibration found = calibrated(paired(still, still));
  EXPECT_EQ(found.exit_code, 0);
  EXPECT_EQ(found.rows.front().spread, 0);
  EXPECT_NEAR(found.rows.front().sees.front().change, 0.03, 1e-9) << "the margin";
  EXPECT_EQ(found.rows.front().resolves, 0.01) << "no margin below 1 %";
  EXPECT_NO_THROW(calibration_to_json(found));
}

TEST(Calibrate, TheWorstOperationSetsTheMargin) {
  std::vector<PairSample> pairs = same_arms(20, 0.005);
  const std::vector<PairSample> noisy = same_arms(20, 0.1);
  for (size_t i = 0; i < pairs.size(); ++i) {
    for (Sample PairSample::*arm : {&PairSample::baseline, &PairSample::contender}) {
      (pairs[i].*arm).result.operations["list"] = (noisy[i].*arm).result.operations.at("page");
    }
  }
  const Calibration found = calibrated(pairs);
  double widest = 0;
  for (const CalibratedRow& row : found.rows) {
    if (row.metric == "response_time_tm95") widest = std::max(widest, row.resolves.value());
  }
  EXPECT_EQ(found.margins.at("response_time_tm95"), widest);
  EXPECT_GE(widest, 0.08);
}

TEST(Calibrate, WhatNoMarginResolvesHasNone) {
  const Calibration found = calibrated(same_arms(6, 3));
  EXPECT_FALSE(found.rows.front().resolves.has_value());
  EXPECT_EQ(found.margins.count("response_time_tm95"), 0u);
  EXPECT_EQ(found.unresolved.front(), "page response_time_tm95");
  EXPECT_NO_THROW(calibration_to_json(found));
}

// A quantile needs ten requests beyond it in every trial.
TEST(Calibrate, LeavesOutWhatAnAccidentDecides) {
  std::vector<PairSample> pairs = same_arms(6, 0.005);
  pairs[3].baseline = trial(10, 900);
  for (const CalibratedRow& row : calibrated(pairs).rows) {
    EXPECT_NE(row.metric, "response_time_p99");
  }
  EXPECT_EQ(row_of(calibrated(same_arms(6, 0.005)), "response_time_p99").margin, 0.1);
}

TEST(Calibrate, SharesHaveRowsInPointsAndNoMargin) {
  std::vector<PairSample> pairs;
  for (int i = 0; i < 8; ++i) pairs.push_back({trial(10, 4000, 20 + i), trial(10, 4000, 27 - i)});
  const CalibratedRow row = row_of(calibrated(pairs), "failed_share");
  EXPECT_EQ(row.kind, ChangeKind::points);
  EXPECT_FALSE(row.resolves.has_value());
  EXPECT_GT(row.sees.front().change, 0);
  EXPECT_LT(row.sees.front().change, 0.01);
}

TEST(CalibrationJson, HoldsItsSchemaAndTheMarginsOfAScenario) {
  Calibration found = calibrated(same_arms(10, 0.02));
  found.scenario = "shop";
  found.started_at = "2026-01-01T00:00:00Z";
  const std::string text = calibration_to_json(found);
  EXPECT_NO_THROW(require_valid(text, embedded::calibration_schema, "calibration"));
  EXPECT_NE(text.find("\"alarms\""), std::string::npos);
  found.margins = {{"response_time_p99", 0.1}, {"response_time_tm95", 0.015}};
  EXPECT_EQ(margins_to_json(found),
            "\"margins\": {\"response_time_p99\": 0.1, \"response_time_tm95\": 0.015}");
  found.duration_s = NAN;
  EXPECT_THROW(calibration_to_json(found), std::invalid_argument);
}

}  // namespace
}  // namespace tare
