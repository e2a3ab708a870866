// The mixes, the jobs and the closed loop of a load.
#include <gtest/gtest.h>

#include "bench/model/reader_fixture.h"
#include "bench/model/scenario_reader.h"

namespace tare {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

const std::string kMix = R"("mix": {"browse": 20, "package_page": 80})";

// The good file with an operation for jobs, and `more` after the mix.
std::string with_more(const std::string& more) {
  const std::string text = with(kGoodScenario, "    \"browse\": {\n", R"(    "refresh": {
      "draw": {"batch": {"job": "batch"}, "run": {"job": "run"}},
      "steps": [{"sql": "UPDATE package SET popularity = $1 WHERE id = $2",
                 "params": ["run", "batch"]}]
    },
    "browse": {
)");
  return with(text, kMix, kMix + ", " + more);
}

Load load_of(const std::string& more) {
  const TemporaryFile file(with_more(more));
  return read_scenario(file.path()).load;
}

Lines problems_with(const std::string& more) {
  const TemporaryFile file(with_more(more));
  return problems_of([&] { read_scenario(file.path()); });
}

const std::string kJob = R"("jobs": {"nightly": {"operation": "refresh", "every_s": 2})";

TEST(ReadJobs, TakesCadenceBatchesAndRetries) {
  const Load load = load_of(R"("jobs": {
      "queue": {"operation": "refresh", "every_s": 0.5, "batches": {"until_empty": 40}},
      "import": {"operation": "refresh", "every_s": 2, "first_s": 1, "batches": 12, "retries": 3,
                 "timeout_ms": 5000}})");
  ASSERT_EQ(load.jobs.size(), 2u);
  const Job& queue = load.jobs[0];
  EXPECT_EQ(queue.name, "queue");
  EXPECT_EQ(queue.operation, 1u);
  EXPECT_EQ(queue.every, 500ms);
  EXPECT_EQ(queue.until, Job::Until::empty);
  EXPECT_EQ(queue.batches, 40);
  EXPECT_EQ(queue.timeout, 1min);
  const Job& import = load.jobs[1];
  EXPECT_EQ(import.first, 1s);
  EXPECT_EQ(import.until, Job::Until::batches);
  EXPECT_EQ(import.batches, 12);
  EXPECT_EQ(import.retries, 3);
  EXPECT_EQ(import.timeout, 5s);
  EXPECT_EQ(load.mix, (std::vector<double>{80, 0, 20})) << "what jobs do needs no weight";
}

TEST(ReadJobs, ToldAllThatIsWrong) {
  EXPECT_EQ(problems_with(R"("jobs": {"nightly": {"operation": "refrehs", "every_s": 2}})").at(0),
            "/load/jobs/nightly/operation: there is no operation \"refrehs\"; did you mean "
            "\"refresh\"?");
  EXPECT_EQ(problems_with(R"("jobs": {"late": {"operation": "refresh", "every_s": 2,
                                               "first_s": 6}})"),
            Lines{"/load/jobs/late: falls due after the measured window has ended; lower first_s"});
  EXPECT_EQ(problems_with(R"("jobs": {"busy": {"operation": "refresh", "every_s": 0.001}})"),
            Lines{"/load/jobs/busy/every_s: must be >= 0.01"});
}

TEST(ReadJobs, LimitsAreForReadersAndForRuns) {
  const auto problems = [](const std::string& limits) {
    const std::string text =
        with(with_more(kJob + "}"),
             R"("package_page": {"response_time_p99_ms": 20, "error_rate": 0.001})", limits);
    const TemporaryFile file(text);
    return problems_of([&] { read_scenario(file.path()); });
  };
  EXPECT_EQ(problems(R"("job nightly": {"error_rate": 0.1})"), Lines{});
  EXPECT_EQ(problems(R"("job nightly": {"response_time_p99_ms": 10})"),
            Lines{"/limits/job nightly: a job has an error_rate, no response time"});
  EXPECT_EQ(problems(R"("refresh": {"error_rate": 0.1})"),
            Lines{"/limits: no reader asks for \"refresh\": give it a weight in the mix, or "
                  "limit the job that carries it out (\"job NAME\")"});
}

TEST(ReadJobs, ReadersHaveNoRunsAndBatches) {
  const std::string text =
      with(with_more(kJob + "}"), "\"browse\": 20", "\"browse\": 20, \"refresh\": 1");
  const TemporaryFile file(text);
  EXPECT_EQ(problems_of([&] { read_scenario(file.path()); }),
            Lines{"/load/mix/refresh: operation \"refresh\" draws the run or batch of a job, which "
                  "readers do not have; give it to a job instead"});
}

TEST(ReadPhases, TakesOtherMixes) {
  const Load load = load_of(kJob + R"(}, "phases": [
      {"from_s": 2, "mix": {"browse": 1, "package_page": 0}},
      {"from_s": 4, "mix": {"browse": 0, "package_page": 1}}])");
  ASSERT_EQ(load.phases.size(), 2u);
  EXPECT_EQ(load.phases[0].from, 2500ms) << "since the start of the warm-up";
  EXPECT_EQ(load.phases[0].mix, (std::vector<double>{0, 0, 1}));
  EXPECT_EQ(load.phases[1].mix, (std::vector<double>{1, 0, 0}));
}

TEST(ReadPhases, ToldAllThatIsWrong) {
  const std::string mix = R"("mix": {"browse": 1, "package_page": 0})";
  EXPECT_EQ(problems_with(kJob + R"(}, "phases": [{"from_s": 2, )" + mix + R"(}, {"from_s": 1, )" +
                          mix + R"(}, {"from_s": 6, )" + mix + "}]"),
            (Lines{"/load/phases/1: begins no later than the phase before it; give them in order",
                   "/load/phases/2: begins after the measured window has ended; lower from_s"}));
  EXPECT_EQ(problems_with(kJob + R"(}, "phases": [{"from_s": 2, "mix": {"browse": 0,
                                                   "package_page": 0}}])"),
            Lines{"/load/phases/0/mix: all weights are 0; give at least one operation a weight "
                  "above 0"});
  EXPECT_EQ(
      problems_with(kJob + R"(}, "phases": [{"from_s": 2, "mix": {"browse": 1}}])"),
      Lines{"/load/phases/0/mix: operation \"package_page\" has no weight; give it one, 0 for "
            "never"});
}

std::string closed_scenario(const std::string& closed, const std::string& more = "") {
  std::string text = with(kGoodScenario, R"({"poisson": {"rate_per_s": "${rate_per_s}"}})",
                          R"({"closed": )" + closed + "}" + more);
  return with(text, "\"rate_per_s\": 400, ", "");
}

TEST(ReadClosedLoop, TakesClientsThinkTimeAndPipeline) {
  const TemporaryFile file(closed_scenario(R"({"clients": 16, "think_time_ms": 2.5})"));
  const Arrivals arrivals = read_scenario(file.path()).load.arrivals;
  EXPECT_EQ(arrivals.kind, ArrivalKind::closed);
  EXPECT_EQ(arrivals.closed.clients, 16);
  EXPECT_EQ(arrivals.closed.pipeline, 1);
  EXPECT_EQ(arrivals.closed.think, ClosedLoop::ThinkTime::constant);
  EXPECT_EQ(arrivals.closed.think_time, 2500us);
  const TemporaryFile other(
      closed_scenario(R"({"clients": 4, "think_time_ms": {"exponential": 10}, "pipeline": 32})"));
  const ClosedLoop closed = read_scenario(other.path()).load.arrivals.closed;
  EXPECT_EQ(closed.think, ClosedLoop::ThinkTime::exponential);
  EXPECT_EQ(closed.think_time, 10ms);
  EXPECT_EQ(closed.pipeline, 32);
}

TEST(ReadClosedLoop, HasAConnectionForEachClient) {
  const std::string text = with(closed_scenario(R"({"clients": 16})"),
                                ",\n    \"connections\": {\"postgres\": 6, \"redis\": 3}", "");
  const TemporaryFile file(text);
  const Load load = read_scenario(file.path()).load;
  EXPECT_EQ(load.postgres_connections, 16);
  EXPECT_EQ(load.redis_connections, 16);
}

TEST(ReadClosedLoop, ToldAllThatIsWrong) {
  const auto problems = [](const std::string& text) {
    const TemporaryFile file(text);
    return problems_of([&] { read_scenario(file.path()); });
  };
  EXPECT_EQ(problems(closed_scenario(R"({"clients": 1})")),
            Lines{"/load/arrivals: 1 clients cannot be shared out to 2 workers"});
  EXPECT_EQ(problems(closed_scenario(R"({"clients": 100, "pipeline": 100})")),
            Lines{"/load/arrivals: 100 clients with 100 requests each have more under way than "
                  "max_queued, 1000"});
  EXPECT_EQ(problems(closed_scenario(R"({"clients": 4})", R"(, "shape": {"steps": [1, 2]})")),
            Lines{"/load/shape: there is no rate_per_s to shape: these arrivals make their own"});
}

}  // namespace
}  // namespace tare
