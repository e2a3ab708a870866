#include "tools/report/counter_lines.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(CounterLines, SayWhatChangedInWords) {
  EXPECT_EQ(
      counter_change_lines({
          {CounterKind::share, "tables", "public.comment", "HOT updates", "share", 0.98, 0.12, 6},
          {CounterKind::counter, "indexes", "public.post_author", "scans", "count", 0, 0.412, 6},
          {CounterKind::share, "waits", "author_page/posts", "IO/DataFileRead", "share", 0.4, 0.03,
           6},
          {CounterKind::counter, "statements", "author_page/posts", "shared_blks_hit", "blocks",
           3411, 5, 6},
          {CounterKind::counter, "redis commands", "get", "time", "ns", 1500, 900, 6},
          {CounterKind::counter, "wal", "", "bytes", "bytes", 230, 71, 6},
      }),
      (std::vector<std::string>{
          "public.comment: HOT updates 98.0 % -> 12.0 %",
          "index public.post_author: scans 0 -> 412 per 1,000 requests",
          "wait events of author_page/posts: IO/DataFileRead 40.0 % -> 3.00 %",
          "author_page/posts: shared_blks_hit 3,411 -> 5.00 per request",
          "redis commands, get: time 1.50 us -> 900 ns per request",
          "wal: bytes 230 bytes -> 71.0 bytes per request"}));
}

TEST(CounterLines, ASummaryHasEachStepAndWhatIsMissing) {
  ServerCounters counters;
  counters.window_requests = 1000;
  counters.sources = {{"statements",
                       "pg_stat_statements",
                       CounterSpan::window,
                       {{"page/post", "calls", "count", 100},
                        {"page/post", "exec_time", "ns", 5'000'000},
                        {"page/post", "rows", "rows", 250},
                        {"page/post", "shared_blks_hit", "blocks", 380},
                        {"page/post", "shared_blks_read", "blocks", 20}},
                       ""},
                      {"io", "", CounterSpan::load, {}, "came with PostgreSQL 16; this is 15"}};
  counters.latencies_missing = "Redis does not allow LATENCY HISTOGRAM: ACL SETUSER ...";
  counters.waits = {
      0.1, 200, {{"page/post", "IO/DataFileRead", 3}, {"page/post", "running", 9}}, ""};
  const std::string text = counters_summary(counters, Style());
  EXPECT_NE(text.find("page/post     100     50.0 us  2.50    4.00  0.200          0  running "
                      "75.0 %, IO/DataFileRead 25.0 % of 12"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("not counted: Redis does not allow"), std::string::npos) << text;
  EXPECT_EQ(text.find("came with"), std::string::npos) << "no loss that one can mend";
  const std::string all = counters_table(counters, Style());
  EXPECT_NE(all.find("io: came with PostgreSQL 16; this is 15"), std::string::npos) << all;
  EXPECT_NE(all.find("0.38"), std::string::npos) << all;
  EXPECT_EQ(counters_summary({}, Style()), "");
}

}  // namespace
}  // namespace tare
