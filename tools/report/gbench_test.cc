#include "tools/report/gbench.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <set>

namespace tare {
namespace {

using nlohmann::json;

HistogramSummary times(int64_t count, double ns) {
  HistogramSummary out;
  out.count = count, out.mean = out.tm95 = ns;
  out.p50 = out.p90 = out.p95 = out.p99 = out.p999 = out.max = int64_t(ns);
  return out;
}

Result trial(double ns, int64_t count = 2000) {
  Result out;
  out.started_at = "2026-01-01T00:00:00Z";
  out.environment.host = {{"cores", "4"}};
  out.environment.generator = {{"workers", "2"}};
  out.generator.cpu_ns_per_request = 21'500;
  OperationResult& page = out.operations["page"];
  page.response_time_ns = times(count, ns);
  page.service_time_ns = times(count, ns / 2);
  page.paths = {{"hit", {count, times(count, ns / 4)}}, {"miss", {5, times(5, ns)}}};
  return out;
}

std::vector<json> rows_of(const std::string& text, const std::string& name) {
  std::vector<json> rows;
  const json document = json::parse(text);
  for (const json& row : document.at("benchmarks")) {
    if (row.at("name") == name) rows.push_back(row);
  }
  return rows;
}

std::set<std::string> names_in(const std::string& text) {
  std::set<std::string> names;
  const json document = json::parse(text);
  for (const json& row : document.at("benchmarks")) names.insert(row.at("name"));
  return names;
}

TEST(Gbench, HasARowForEachTrial) {
  const GbenchFiles files = gbench_files({{trial(1e6), trial(2e6)}, {trial(3e6), trial(4e6)}});
  const std::vector<json> rows = rows_of(files.contender, "page/response_time_tm95/real_time");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1], json::parse(R"({"name": "page/response_time_tm95/real_time",
      "family_index": 9, "per_family_instance_index": 0,
      "run_name": "page/response_time_tm95/real_time", "run_type": "iteration", "repetitions": 2,
      "repetition_index": 1, "threads": 2, "iterations": 2000, "real_time": 4e6,
      "cpu_time": 21500.0, "time_unit": "ns"})"))
      << rows[1];
  EXPECT_EQ(rows_of(files.baseline, "page/response_time_tm95/real_time")[0]["real_time"], 1e6);
  EXPECT_EQ(names_in(files.baseline), names_in(files.contender));
  EXPECT_EQ(json::parse(files.baseline)["context"], json::parse(R"({"date":
      "2026-01-01T00:00:00Z", "executable": "tare", "num_cpus": 4, "caches": [], "load_avg": [],
      "library_version": "0.1.0", "library_build_type": "release", "json_schema_version": 1})"));
}

TEST(Gbench, LeavesOutWhatATrialLacks) {
  const GbenchFiles files = gbench_files({{trial(1e6), trial(1e6)}, {trial(1e6), trial(1e6, 900)}});
  const std::set<std::string> names = names_in(files.baseline);
  EXPECT_TRUE(names.contains("page/hit/response_time_tm95/real_time"));
  EXPECT_TRUE(names.contains("page/response_time_p95/real_time"));
  EXPECT_FALSE(names.contains("page/response_time_p99/real_time")) << "9 requests beyond it";
  EXPECT_FALSE(names.contains("page/miss/response_time_tm95/real_time")) << "5 requests";
}

TEST(Gbench, HoldsNoNumberThatToolsRefuse) {
  Result odd = trial(1e6);
  odd.generator.cpu_ns_per_request = std::numeric_limits<double>::quiet_NaN();
  odd.operations["page"].response_time_ns.mean = std::numeric_limits<double>::infinity();
  odd.operations["page"].service_time_ns = times(2000, 0);
  const GbenchFiles files = gbench_files({{odd}, {odd}});
  EXPECT_FALSE(names_in(files.baseline).empty());
  const json document = json::parse(files.baseline);
  for (const json& row : document.at("benchmarks")) {
    EXPECT_GT(row.at("real_time").get<double>(), 0) << row;
    EXPECT_EQ(row.at("cpu_time"), row.at("real_time")) << "not known";
  }
  EXPECT_FALSE(names_in(files.baseline).contains("page/response_time_mean/real_time"));
  EXPECT_FALSE(names_in(files.baseline).contains("page/service_time_tm95/real_time"));
}

TEST(Gbench, BearsNoTrials) {
  EXPECT_TRUE(json::parse(gbench_files({}).baseline)["benchmarks"].empty());
  EXPECT_TRUE(json::parse(gbench_medians({}))["benchmarks"].empty());
}

TEST(GbenchMedians, HasOneRowForEachName) {
  const std::string text =
      gbench_medians({{trial(9e6), trial(9e6), trial(9e6)}, {trial(1e6), trial(7e6), trial(3e6)}});
  EXPECT_EQ(json::parse(text)["benchmarks"].size(), names_in(text).size());
  const std::vector<json> rows = rows_of(text, "page/response_time_tm95/real_time");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0]["real_time"], 3e6);
  EXPECT_EQ(rows[0]["iterations"], 6000);
  EXPECT_EQ(rows[0]["repetitions"], 1);
}

}  // namespace
}  // namespace tare
