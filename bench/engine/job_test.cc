// Background work beside the readers: runs, batches, retries, lateness.
#include <gtest/gtest.h>

#include "bench/engine/engine_fixture.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

// Operation 0 is the readers', operation 1 a job's with one SQL call of 200 us.
Scenario job_scenario(Nanoseconds every, int64_t batches) {
  Scenario scenario = one_call_scenario(100, 1s);
  Draw run{"run", JobDraw{JobDraw::Count::run}};
  Draw batch{"batch", JobDraw{JobDraw::Count::batch}};
  SqlStep step{"work", "SELECT $1, $2", {0, 1}, {}, true};
  scenario.operations.push_back({"work", {run, batch}, {step}});
  scenario.load.mix = {1, 0};
  Job job;
  job.name = "import";
  job.operation = 1;
  job.every = every;
  job.batches = batches;
  scenario.load.jobs.push_back(job);
  return scenario;
}

class JobFixture : public WorkerFixture {
 public:
  explicit JobFixture(const Scenario& scenario)
      : WorkerFixture(scenario, 1, options_of(scenario), schedule_of(scenario)) {
    postgres.answer = [this](Call& call) {
      asked.push_back(std::string(call.request->values[0]) + "." +
                      std::string(call.request->values[1]));
      call.reply.rows = 1;
      if (answer) answer(call);
    };
  }

  JobResult job() const { return stats.jobs().at("import"); }

  std::vector<std::string> asked;  // "run.batch"
  std::function<void(Call&)> answer;

 private:
  static WorkerOptions options_of(const Scenario& scenario) {
    WorkerOptions options{scenario.load.jobs[0].timeout, 10s};
    options.job = 0;
    return options;
  }
  static Schedule schedule_of(const Scenario& scenario) {
    Arrivals due;
    due.kind = ArrivalKind::timestamps;
    due.timestamps_s = Traffic(scenario, {}).jobs().at(0).due_s;
    return Schedule(due, 0, scenario.load.warmup + scenario.load.measure, 0, 1);
  }
};

TEST(Job, FallsDueInTheWindowAndCarriesOutItsBatchesInTurn) {
  Scenario scenario = job_scenario(400ms, 3);
  scenario.load.warmup = 2s;
  scenario.load.jobs[0].first = 100ms;
  JobFixture fixture(scenario);
  fixture.run();
  const JobResult job = fixture.job();
  EXPECT_EQ(job.operation, "work");
  EXPECT_DOUBLE_EQ(job.every_s, 0.4);
  EXPECT_EQ(job.runs.scheduled, 3) << "0.1, 0.5 and 0.9 s of the window; none in the warm-up";
  EXPECT_EQ(job.runs.ok, 3);
  EXPECT_EQ(job.batches, 9);
  EXPECT_EQ(fixture.asked, (std::vector<std::string>{"1.1", "1.2", "1.3", "2.1", "2.2", "2.3",
                                                     "3.1", "3.2", "3.3"}));
  EXPECT_LE(job.lateness_ns.max, 1);
  EXPECT_NEAR(double(job.duration_ns.p50), 600e3, 600);
  EXPECT_FALSE(fixture.stats.operations().contains("work")) << "a job is no operation of readers";
}

TEST(Job, GoesOnUntilThereIsNothingToDo) {
  Scenario scenario = job_scenario(500ms, 100);
  scenario.load.jobs[0].until = Job::Until::empty;
  JobFixture fixture(scenario);
  fixture.answer = [left = 4](Call& call) mutable { call.reply.rows = left-- > 0 ? 10 : 0; };
  fixture.run();
  EXPECT_EQ(fixture.job().batches, 5 + 1) << "the queue is emptied, then found empty";
  EXPECT_EQ(fixture.job().work_left, 0);
}

TEST(Job, SaysThatARunStoppedWithWorkLeft) {
  Scenario scenario = job_scenario(500ms, 4);
  scenario.load.jobs[0].until = Job::Until::empty;
  JobFixture fixture(scenario);
  fixture.run();
  EXPECT_EQ(fixture.job().batches, 2 * 4);
  EXPECT_EQ(fixture.job().work_left, 2);
}

TEST(Job, TriesABatchAgainAndThenTheRunHasFailed) {
  Scenario scenario = job_scenario(500ms, 3);
  scenario.load.jobs[0].retries = 2;
  JobFixture fixture(scenario);
  fixture.answer = [&](Call& call) {
    // Batch 2 of run 1 fails twice, batch 1 of run 2 always.
    const std::string& batch = fixture.asked.back();
    const auto times = std::count(fixture.asked.begin(), fixture.asked.end(), batch);
    if ((batch == "1.2" && times <= 2) || batch == "2.1") {
      call.reply.status = CallStatus::server_error;
      call.set_error("deadlock detected");
    }
  };
  fixture.run();
  const JobResult job = fixture.job();
  EXPECT_EQ(job.runs.ok, 1);
  EXPECT_EQ(job.runs.failed, 1);
  EXPECT_DOUBLE_EQ(job.runs.failed_share(), 0.5);
  EXPECT_EQ(job.retries, 2 + 2);
  EXPECT_EQ(job.batches, 3);
  EXPECT_EQ(fixture.asked,
            (std::vector<std::string>{"1.1", "1.2", "1.2", "1.2", "1.3", "2.1", "2.1", "2.1"}));
  EXPECT_EQ(fixture.worker.first_error(1), "deadlock detected");
}

TEST(Job, ARunThatFallsDueMeanwhileIsLateAndTheNextIsSkipped) {
  JobFixture fixture(job_scenario(100ms, 1));
  fixture.postgres.stall_begin = 50ms;  // run 2 waits for its answer until 420 ms
  fixture.postgres.stall_end = 420ms;
  fixture.run();
  const JobResult job = fixture.job();
  EXPECT_EQ(job.runs.scheduled, 10);
  EXPECT_EQ(job.runs.ok, 8) << "due at 200 ms: late; due at 300 and 400 ms: skipped";
  EXPECT_EQ(job.runs.skipped, 2);
  EXPECT_NEAR(double(job.lateness_ns.max), 220e6, 1e6);
  EXPECT_EQ(job.runs.failed_share(), 0);
}

TEST(Job, ARunIsGivenUpAfterItsTimeout) {
  Scenario scenario = job_scenario(500ms, 1000);
  scenario.load.jobs[0].timeout = 50ms;  // time for 250 batches
  JobFixture fixture(scenario);
  fixture.run();
  EXPECT_EQ(fixture.job().runs.timed_out, 2);
  EXPECT_NEAR(double(fixture.job().batches), 2 * 250, 4);
}

TEST(Job, AsksTheSameWhateverBecameOfItsRuns) {
  JobFixture calm(job_scenario(100ms, 2)), stalled(job_scenario(100ms, 2));
  stalled.postgres.stall_begin = 50ms;
  stalled.postgres.stall_end = 500ms;
  calm.run();
  stalled.run();
  ASSERT_GT(stalled.job().runs.skipped, 0);
  EXPECT_EQ(calm.worker.digest(), stalled.worker.digest());
}

TEST(Job, StoppingLeavesNoRunBehind) {
  JobFixture fixture(job_scenario(100ms, 1));
  fixture.postgres.stall_begin = 50ms;
  fixture.postgres.stall_end = 30s;
  fixture.run(350ms, [&] { fixture.worker.stop(); });
  EXPECT_TRUE(fixture.worker.finished());
  const RunCounts runs = fixture.job().runs;
  EXPECT_EQ(runs.scheduled, runs.ok + runs.skipped + runs.unfinished);
  EXPECT_EQ(runs.unfinished, 2) << "the one under way and the one that waits";
}

}  // namespace
}  // namespace tare
