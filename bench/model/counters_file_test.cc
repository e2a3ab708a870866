#include "bench/model/counters_file.h"

#include <gtest/gtest.h>

#include "bench/model/problem.h"

namespace tare {
namespace {

ServerCounters some_counters() {
  ServerCounters counters;
  counters.window_requests = 1000;
  counters.load_requests = 1500;
  counters.sources = {
      {"statements",
       "pg_stat_statements",
       CounterSpan::window,
       {{"page/post", "calls", "count", 990}, {"page/post", "exec_time", "ns", 123'456'789}},
       ""},
      {"io", "", CounterSpan::load, {}, "came with PostgreSQL 16; this is 15"}};
  counters.levels = {{"redis", "used_memory", "bytes", 1000, 900}};
  counters.latencies = {{"get", {{1, 900}, {2, 99}}}};
  counters.waits = {0.1, 200, {{"page/post", "IO/DataFileRead", 4}}, ""};
  return counters;
}

TEST(CountersFile, WhatIsWrittenIsRead) {
  const ServerCounters counters = some_counters();
  EXPECT_EQ(counters_from_json(counters_to_json(counters), "x"), counters);
  ServerCounters missing;
  missing.latencies_missing = "LATENCY HISTOGRAM came with Redis 7.0; this is 6.2.6";
  missing.waits.missing = "sessions could not be looked at";
  EXPECT_EQ(counters_from_json(counters_to_json(missing), "x"), missing);
}

TEST(CountersFile, ADifferenceIsNeverNegative) {
  ServerCounters counters = some_counters();
  counters.sources[0].values[0].value = -1;
  EXPECT_THROW(counters_to_json(counters), std::invalid_argument);
}

TEST(CountersFile, NamesWhatIsWrong) {
  std::string text = counters_to_json(some_counters());
  text.replace(text.find("\"covers\": \"window\""), 18, "\"covers\": \"always\"");
  try {
    counters_from_json(text, "trials/01-baseline/counters.json");
    FAIL() << "was accepted";
  } catch (const FileProblems& problems) {
    EXPECT_NE(std::string(problems.what()).find("trials/01-baseline/counters.json"),
              std::string::npos);
    EXPECT_NE(std::string(problems.what()).find("covers"), std::string::npos);
  }
  EXPECT_THROW(counters_from_json("{", "x"), FileProblems);
}

}  // namespace
}  // namespace tare
