#include "bench/model/result_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <limits>

#include "bench/model/errors.h"
#include "bench/model/problem.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

class ResultFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "tare-result-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { fs::remove_all(root_); }

  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(root_)) out.push_back(entry.path().filename());
    std::sort(out.begin(), out.end());
    return out;
  }

  fs::path root_;
};

Result whole_result() {
  int64_t next = 1;  // every field differs from every other
  auto summary = [&next] {
    HistogramSummary out;
    out.count = next++;
    out.mean = double(next++) / 3;
    out.tm95 = double(next++) / 7;
    out.p50 = next++, out.p90 = next++, out.p95 = next++, out.p99 = next++, out.p999 = next++;
    out.max = std::numeric_limits<int64_t>::max() - next++;
    return out;
  };
  OperationResult operation;
  operation.requests = {100, 90, 4, 3, 2, 1};
  operation.failed = {{"wrong_answer", 3}, {"server_error", 1}};
  operation.first_error = "ERROR: \"x\" \n does not exist";
  operation.response_time_ns = summary();
  operation.service_time_ns = summary();
  operation.paths = {{"hit", {80, summary()}}, {"miss", {10, summary()}}};
  operation.paths["miss"].tm95_part = {1.0 / 3, 1234.5};
  operation.steps = {{"page", {90, summary()}}, {"GET ü", {91, summary()}}};
  operation.cache_check = {7, 1, "site:post:1"};
  operation.thirds = {{30, 1.5}, {29, 1.0 / 3}, {31, 7}};
  Result result;
  result.scenario = "debian-archive";
  result.change = "index";
  result.arm = "contender";
  result.started_at = "2026-01-01T00:00:00Z";
  result.warmup_s = 0.1;
  result.measured_s = 1.0 / 3;
  result.offered_rate_per_s = 2000.5;
  result.achieved_rate_per_s = 1e-7;
  result.clock_step_s = -1.5;
  result.schedule_digest = "0123456789abcdef";
  result.operations = {{"package_page", operation}, {"empty", {}}};
  result.jobs = {
      {"import", {"upsert", 2.5, {21, 6, 5, 4, 3, 2}, 71, 8, 9, "no", summary(), summary()}}};
  result.cache = CacheReview{{{"page", {{1, 2, 3, 4}, {5, 6, 7, 8.5, 9, 10, "site:1"}}}},
                             {11, 12, 13, 14.5, 15, 16, "site:x"},
                             17,
                             false,
                             18,
                             19,
                             {"a finding"}};
  result.stalls = {3, 71'000'000, 41'000'000};
  result.generator = {summary(), summary(), 3900.25, 2};
  result.environment = {{{"postgres", "15.4"}},
                        {{"work_mem", "4MB"}},
                        {{"save", ""}},
                        {{"cores", "2"}},
                        {{"seed", "7"}},
                        "ext4",
                        "none"};
  result.warnings = {"one", "two"};
  result.observed = Observed{20.01,
                             0.001,
                             0.25,
                             0.7,
                             PostgresObserved{1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
                             RedisObserved{11, 12, 13, 14, 15, 16, 17, 18, 19}};
  return result;
}

// What its connections told.
Result with_sessions(Result result) {
  result.session_plans =
      SessionPlans{8, "a pooler", {{"view", "page.query", 7, 3, 1, 70, 60, 50}}, {"mixed"}};
  result.auto_explain = AutoExplain{
      "why not", 0.02, 200, 1, 2, {{"view", "page.query", 5000, 5001, 1e5 / 3, 1e5 / 7}}, -1.0 / 3};
  return result;
}

TEST_F(ResultFile, ComesBackExactlyAsText) {
  const Result result = with_sessions(whole_result());
  EXPECT_EQ(result_from_json(result_to_json(result), "result.json"), result);
  EXPECT_EQ(result_from_json(result_to_json(Result()), "result.json"), Result());
}

TEST_F(ResultFile, WhatWasNotObservedIsLeftOut) {
  Result result = with_sessions(whole_result());
  result.observed = Observed{};
  result.observed->postgres.emplace();
  const std::string text = result_to_json(result);
  for (const char* name : {"steal_share", "throttled_s", "cpu_ns\"", "wal_bytes\"", "redis\": {"}) {
    EXPECT_EQ(text.substr(text.find("\"observed\"")).find(name), std::string::npos) << name;
  }
  EXPECT_EQ(result_from_json(text, "result.json"), result);
}

TEST_F(ResultFile, ComesBackExactlyFromAFolder) {
  Result result = with_sessions(whole_result());
  Plan plan;
  plan.operation = "package_page", plan.step = "page", plan.sql = "SELECT 1";
  plan.parameters = {"a", ""}, plan.shape = "00ff", plan.summary = "Result";
  plan.blocks = 3, plan.rows = 1;
  plan.explain_json = R"([{"Plan":{"Zeta":1,"Alpha":[],"Cost":1.25}}])";
  Plan without;
  without.operation = "package_page", without.step = "other", without.error = "no such table";
  plan.kind = PlanKind::generic, plan.custom_shape = "11ff", plan.custom_summary = "Other";
  RanPlan ran{"view",           "page.query", {"7"},      123, 4, 500.5,
              PlanKind::custom, "22ff",       "Seq Scan", 5,   6, plan.explain_json};
  RanPlan bare;
  bare.operation = "other", bare.step = "count", bare.explain_json = "[]";
  result.ran_plans = {ran, bare};
  result.plans = {plan, without};
  result.plans[0].explain_json = "[ {\"Plan\": {\"Zeta\": 1, \"Alpha\": [], \"Cost\": 1.25}}\n ]";
  write_result(root_ / "x" / "y", result, {"log", "{} // scenario", "{} // change"});
  result.plans = {plan, without};  // the order of the keys is kept, the white space is not
  EXPECT_EQ(read_result(root_ / "x" / "y"), result);
  EXPECT_EQ(read_whole_file(root_ / "x" / "y" / "latency.hlog"), "log");
  EXPECT_EQ(read_whole_file(root_ / "x" / "y" / "scenario.json"), "{} // scenario");
  EXPECT_EQ(read_whole_file(root_ / "x" / "y" / "change.json"), "{} // change");
}

TEST_F(ResultFile, RefusesNumbersThatAreNone) {
  Result result = with_sessions(whole_result());
  result.operations["package_page"].response_time_ns.mean = std::nan("");
  try {
    result_to_json(result);
    FAIL() << "wrote NaN";
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("/operations/package_page/response_time_ns"),
              std::string::npos)
        << error.what();
  }
  result = with_sessions(whole_result());
  result.measured_s = std::numeric_limits<double>::infinity();
  EXPECT_THROW(result_to_json(result), std::invalid_argument);
}

TEST_F(ResultFile, MakesTextOfAnyBytes) {
  Result result;
  result.warnings = {std::string("key \xff\x01 here")};
  EXPECT_EQ(result_from_json(result_to_json(result), "x").warnings.front(),
            "key \xEF\xBF\xBD\x01 here");
}

// The first problem of reading `text` after it replaced `what` once.
Problem problem_after(std::string text, const std::string& what, const std::string& with) {
  const size_t at = text.find(what);
  if (at == std::string::npos) throw std::logic_error("not in the text: " + what);
  text.replace(at, what.size(), with);
  try {
    result_from_json(text, "result.json");
  } catch (const FileProblems& problems) {
    return problems.problems().front();
  }
  return {"", "", "read without complaint"};
}

TEST_F(ResultFile, NamesThePlaceOfWhatIsWrong) {
  const std::string text = result_to_json(whole_result());
  EXPECT_EQ(problem_after(text, "\"schema_version\": 1", "\"schema_version\": 2").pointer,
            "/schema_version");
  EXPECT_EQ(problem_after(text, "\"reconnects\": 2", "\"reconnects\": \"2\"").pointer,
            "/generator/reconnects");
  const Problem unknown = problem_after(text, "\"reconnects\": 2", "\"reconnect\": 2");
  EXPECT_EQ(unknown.pointer, "/generator");
  EXPECT_NE(unknown.message.find("reconnect"), std::string::npos);
  EXPECT_EQ(problem_after(text, "\"scheduled\": 100", "\"scheduled\": 1.5").pointer,
            "/operations/package_page/requests/scheduled");
  EXPECT_NE(problem_after(text, "\"scheduled\": 100", "\"scheduled\": 18446744073709551615")
                .message.find("too large"),
            std::string::npos);
}

TEST_F(ResultFile, RefusesEveryTruncation) {
  const std::string text = result_to_json(Result());
  for (size_t length = 0; length + 2 < text.size(); length += 7) {
    EXPECT_THROW(result_from_json(text.substr(0, length), "result.json"), FileProblems) << length;
  }
  EXPECT_THROW(result_from_json(std::string(1'000'000, '['), "result.json"), FileProblems);
}

TEST_F(ResultFile, SaysWhichFileIsMissing) {
  EXPECT_THROW(read_result(root_), UsageError);
  EXPECT_THROW(read_result(root_ / "nowhere"), UsageError);
  write_whole_file(root_ / "result.json", result_to_json(Result()));
  EXPECT_THROW(read_result(root_), FileProblems);  // without plans.json
}

TEST_F(ResultFile, AppearsOnlyWhenPublished) {
  {
    PendingFolder folder(root_ / "deep" / "results", "run");
    write_whole_file(folder.path() / "log.jsonl", "{}\n");
    EXPECT_FALSE(fs::exists(root_ / "deep" / "results" / "run"));
    write_result(folder.path(), Result(), {"", "{}", ""});
    EXPECT_EQ(folder.publish(), root_ / "deep" / "results" / "run");
    EXPECT_THROW(folder.publish(), std::logic_error);
  }
  root_ = root_ / "deep" / "results";
  EXPECT_EQ(names(), std::vector<std::string>{"run"});
  EXPECT_EQ(read_result(root_ / "run"), Result());
  EXPECT_TRUE(fs::exists(root_ / "run" / "log.jsonl"));
  EXPECT_FALSE(fs::exists(root_ / "run" / ".owner"));
  root_ = root_.parent_path().parent_path();
}

TEST_F(ResultFile, NeverReplacesAnExistingName) {
  fs::create_directory(root_ / "run");
  PendingFolder second(root_, "run");
  PendingFolder third(root_, "run");
  EXPECT_NE(second.path(), third.path());
  EXPECT_EQ(second.publish(), root_ / "run-2");
  EXPECT_EQ(third.publish(), root_ / "run-3");
  EXPECT_EQ(names(), (std::vector<std::string>{"run", "run-2", "run-3"}));
}

TEST_F(ResultFile, LeavesNothingWhenNotPublished) {
  { PendingFolder folder(root_, "run"); }
  EXPECT_TRUE(names().empty());
}

TEST_F(ResultFile, RemovesWhatTheDeadLeftAndNothingElse) {
  PendingFolder alive(root_, "alive");
  fs::create_directory(root_ / ".partial-mark-missing-1");
  write_whole_file(root_ / ".partial-a-file", "");
  const pid_t child = ::fork();
  if (child == 0) {
    new PendingFolder(root_, "dead");  // dies without its destructor, as after kill -9
    ::_exit(0);
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ASSERT_EQ(names().size(), 3u);  // alive, the file, the dead one
  PendingFolder next(root_, "next");
  EXPECT_TRUE(fs::exists(alive.path()));
  EXPECT_EQ(names(), (std::vector<std::string>{".partial-a-file", alive.path().filename(),
                                               next.path().filename()}));
}

TEST_F(ResultFile, RefusesNamesThatLeadElsewhere) {
  for (const char* name : {"", ".", "..", "a/b", ".hidden"}) {
    EXPECT_THROW(PendingFolder(root_, name), UsageError) << name;
  }
  write_whole_file(root_ / "file", "");
  EXPECT_THROW(PendingFolder(root_ / "file", "run"), UsageError);
}

}  // namespace
}  // namespace tare
