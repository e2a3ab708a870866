#include "tools/report/calibration_table.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

Calibration calibration() {
  Calibration out;
  out.scenario = "shop";
  out.duration_s = 372;
  out.pairs = 20;
  out.tainted_pairs = 1;
  CalibratedRow row;
  row.operation = "view_order";
  row.metric = "response_time_tm95";
  row.gating = Gating::gating;
  row.spread = 0.02;
  row.sees = {{6, 0.041}, {10, 0.0251}, {20, 0.0152}, {30, 0.0119}};
  row.margin = 0.03;
  row.not_worse_20 = 0.958;
  row.not_worse_30 = 0.999;
  row.resolves = 0.025;
  out.rows.push_back(row);
  row.metric = "failed_share";
  row.kind = ChangeKind::points;
  row.spread = 0.31;
  row.sees = {{6, 0.0041}, {10, 0.0025}, {20, 0.0015}, {30, 0.0012}};
  row.margin = 0.001;
  row.not_worse_20 = 0.4;
  row.resolves.reset();
  out.rows.push_back(row);
  row = out.rows.front();
  row.metric = "response_time_p99";
  row.gating = Gating::shown;
  row.sees.front().change = 12;
  row.resolves.reset();
  out.rows.push_back(row);
  out.alarms = {0.004, 0, 0.62};
  out.not_worse_20 = {0.391, 0.05, 0.9};
  out.not_worse_30 = {0.8, 0.1, 1};
  out.worth = 1.25;
  out.margins = {{"response_time_tm95", 0.025}};
  out.unresolved = {"view_order response_time_p99"};
  return out;
}

TEST(CalibrationTable, RowsThenRatesThenMargins) {
  EXPECT_EQ(calibration_table(calibration(), "results/shop/x-calibrate", Style()),
            R"(shop | calibration | 20 pairs, 1 tainted | 6:12
operation        spread  sees: 6       10       20       30  margin  passes: 20    30  resolves
view_order
  response tm95     2 %    4.1 %    2.5 %    1.5 %    1.2 %     3 %        95 %  99 %     2.5 %
  failed share     0.31  0.41 pp  0.25 pp  0.15 pp  0.12 pp  0.1 pp        40 %  99 %         -
  response p99      2 %  > 999 %    2.5 %    1.5 %    1.2 %     3 %        95 %  99 %   > 100 %
sees: the smallest worsening that 6, 10, 20 and 30 pairs show, four times in five
passes: A/A experiments that end not worse within 20 and 30 pairs, at the margin
resolves: the smallest margin at which nine in ten would

false alarms: 0.4 % (95 %: 0 to 62 %) of 1,000 experiments resampled from these pairs, which are
  worth 1.2 of them; at most 1 % is promised
everything not worse: 39 % (95 %: 5 to 90 %) of them within 20 pairs, 80 % (95 %: 10 to 100 %)
  within 30
not resolved by any margin: view_order response_time_p99; measure longer (--set measure_s) or
  quieten the machine (tare doctor)

margins that nine in ten experiments resolve within 20 pairs; for the scenario:
  "margins": {"response_time_tm95": 0.025}

Done: nothing was found where nothing was changed. (exit code 0)
evidence: results/shop/x-calibrate
)");
}

TEST(CalibrationTable, HasNoExponents) {
  Calibration wild = calibration();
  for (Sight& sight : wild.rows.front().sees) sight.change *= 40;  // the first is 164 %
  wild.not_worse_20 = {0.02, 5.6e-173, 1};
  const std::string text = calibration_table(wild, "", Style());
  EXPECT_NE(text.find("164 %"), std::string::npos) << text;
  EXPECT_NE(text.find("2 % (95 %: 0 to 100 %) of them within 20"), std::string::npos) << text;
  EXPECT_EQ(text.find("e-1"), std::string::npos) << text;
}

TEST(CalibrationTable, SaysAnAlarmPlainlyAndOffersNoMargins) {
  Calibration alarmed = calibration();
  alarmed.alarmed = {"view_order response_time_tm95"};
  alarmed.exit_code = 3;
  const std::string text = calibration_table(alarmed, "", Style());
  EXPECT_NE(text.find("false alarm: view_order response_time_tm95 is called regressed although"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("\"margins\""), std::string::npos) << text;
  EXPECT_NE(text.find("(exit code 3)"), std::string::npos);
  EXPECT_EQ(text.find("evidence"), std::string::npos);
}

TEST(CalibrationTable, InvalidHasItsReasons) {
  Calibration invalid;
  invalid.scenario = "shop";
  invalid.pairs = 1;
  invalid.invalid_reasons = {"one pair is \x1b[2J too few"};
  invalid.exit_code = 3;
  EXPECT_EQ(calibration_table(invalid, "", Style()),
            "shop | calibration | 1 pair | 0.0 s\n"
            "invalid: one pair is ?[2J too few\n"
            "\nNot valid: do not trust verdicts of this machine and scenario yet. (exit code 3)\n");
}

TEST(CalibrationTable, PaintsWhatTheScenarioDoesNotResolve) {
  Style colours;
  colours.colour = Colour::on;
  const std::string text = calibration_table(calibration(), "", colours);
  EXPECT_NE(text.find("\x1b[33m40 %\x1b[0m"), std::string::npos) << text;
}

}  // namespace
}  // namespace tare
