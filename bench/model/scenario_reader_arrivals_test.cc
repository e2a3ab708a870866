// The "arrivals" and "shape" of a load.
#include <gtest/gtest.h>

#include <fstream>

#include "bench/model/reader_fixture.h"
#include "bench/model/scenario_reader.h"

namespace tare {
namespace {

using Lines = std::vector<std::string>;

std::string with_arrivals(const std::string& arrivals) {
  std::string text = kGoodScenario;
  const std::string before = R"("arrivals": {"poisson": {"rate_per_s": "${rate_per_s}"}})";
  const size_t at = text.find(before);
  EXPECT_NE(at, std::string::npos);
  text.replace(at, before.size(), arrivals);
  const std::string parameter = "\"rate_per_s\": 400, ";  // used nowhere now
  return text.erase(text.find(parameter), parameter.size());
}

Load load_of(const std::string& arrivals) {
  const TemporaryFile file(with_arrivals(arrivals));
  return read_scenario(file.path()).load;
}

Lines problems_with(const std::string& arrivals) {
  const TemporaryFile file(with_arrivals(arrivals));
  return problems_of([&] { read_scenario(file.path()); });
}

TEST(ReadArrivals, TakesBurstsAndShapes) {
  const Load gamma = load_of(R"("arrivals": {"gamma": {"rate_per_s": 100, "cv": 3}},
                                "shape": {"ramp": {"from": 0.5, "to": 2}})");
  EXPECT_EQ(gamma.arrivals.kind, ArrivalKind::gamma);
  EXPECT_EQ(gamma.arrivals.cv, 3);
  const double start = std::chrono::duration<double>(gamma.warmup).count();
  const double end = start + std::chrono::duration<double>(gamma.measure).count();
  ASSERT_EQ(gamma.arrivals.shape.size(), 2u);
  EXPECT_EQ(gamma.arrivals.shape[0].at_s, start) << "the warm-up runs at the first rate";
  EXPECT_EQ(gamma.arrivals.shape[1].at_s, end);
  EXPECT_EQ(gamma.arrivals.shape[1].factor, 2);

  const Load steps = load_of(R"("arrivals": {"constant": {"rate_per_s": 100}},
                                "shape": {"steps": [1, 0, 3]})");
  ASSERT_EQ(steps.arrivals.shape.size(), 6u);
  EXPECT_EQ(steps.arrivals.shape[4].factor, 3);
  EXPECT_NEAR(steps.arrivals.shape[5].at_s, end, 1e-9);

  const Load day = load_of(R"("arrivals": {"poisson": {"rate_per_s": 100}},
                              "shape": {"sine": {"amplitude": 0.5, "period_s": 2}})");
  double highest = 0, lowest = 2;
  for (const RatePoint& point : day.arrivals.shape) {
    highest = std::max(highest, point.factor);
    lowest = std::min(lowest, point.factor);
  }
  EXPECT_NEAR(highest, 1.5, 1e-9);
  EXPECT_NEAR(lowest, 0.5, 1e-9);
}

TEST(ReadArrivals, TakesRecordedTimes) {
  const TemporaryFile scenario(with_arrivals(R"("arrivals": {"timestamps": {"file": "t.txt"}})"));
  const std::filesystem::path times = scenario.path().parent_path() / "t.txt";
  std::ofstream(times) << "0.5\n1.25\n\n1.25\n3e0\n";
  EXPECT_EQ(read_scenario(scenario.path()).load.arrivals.timestamps_s,
            (std::vector<double>{0.5, 1.25, 1.25, 3}));
  std::ofstream(times) << "0.5\n0.25\n";
  const Lines unordered = problems_of([&] { read_scenario(scenario.path()); });
  ASSERT_EQ(unordered.size(), 1u);
  EXPECT_NE(unordered[0].find("/load/arrivals/timestamps/file: line 2 of t.txt: \"0.25\""),
            std::string::npos)
      << unordered[0];
  std::filesystem::remove(times);
  EXPECT_NE(problems_of([&] { read_scenario(scenario.path()); }).at(0).find("cannot be read"),
            std::string::npos);
}

TEST(ReadArrivals, RefusesWhatMeansNothing) {
  EXPECT_EQ(problems_with(R"("arrivals": {"gamma": {"rate_per_s": 1, "cv": 0}})"),
            Lines{"/load/arrivals/gamma/cv: must be >= 0.05"});
  EXPECT_EQ(problems_with(R"("arrivals": {"poisson": {"rate_per_s": 1}},
                             "shape": {"steps": [-1]})"),
            Lines{"/load/shape/steps/0: must be >= 0"});
  EXPECT_EQ(problems_with(R"("arrivals": {"poisson": {"rate_per_s": 1}},
                             "shape": {"sine": {"amplitude": 1, "period_s": 0.000001}})"),
            Lines{"/load/shape/sine: has more than 2,000 periods in the measured window; make "
                  "period_s longer"});
}

}  // namespace
}  // namespace tare
