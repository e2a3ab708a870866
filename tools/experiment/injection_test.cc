#include "tools/experiment/injection.h"

#include <gtest/gtest.h>

#include "bench/model/errors.h"

namespace tare {
namespace {

TEST(Injection, IsAnOperationAndAShare) {
  const Injection found = parse_injection("author_page=+2.5%");
  EXPECT_EQ(found.operation, "author_page");
  EXPECT_DOUBLE_EQ(found.share, 0.025);
  EXPECT_EQ(parse_injection("page=+0%").share, 0);
  EXPECT_EQ(parse_injection("page=+1000%").share, 10);
}

TEST(Injection, RefusesWhatItWouldHaveToGuess) {
  for (const char* text :
       {"", "page", "page=5%", "page=+5", "=+5%", "page=+%", "page=+-5%", "page=+5x%",
        "page=+1.2.3%", "page=+nan%", "page=+1001%", "page=+1e2%"}) {
    EXPECT_THROW(parse_injection(text), UsageError) << text;
  }
}

TEST(Injection, TakesTheShareOfWhatTheProbeAdded) {
  EXPECT_EQ(turns_for(0.1, 5001, 1.0), 501);
  EXPECT_EQ(turns_for(0.1, 5001, 0.5), 1001) << "the load hides half of it";
  EXPECT_EQ(turns_for(2, 5001, 1.0), 10'001);
}

TEST(Injection, IsToldAsAChange) {
  Spin spin;
  spin.injection = {"page", 0.05};
  spin.turns = 301;
  spin.probe_turns = 5001;
  spin.probe_share = 0.83;
  spin.probe_requests = 2400;
  spin.baseline_ns = 249'000;
  spin.runs_per_request = 0.4;
  const Change change = change_of(spin);
  EXPECT_EQ(change.name, "inject-page-5-percent");
  EXPECT_EQ(change.reason,
            "+5 % injected into page: its statement counts to 301 before it answers, in the "
            "baseline to 1 (its response_time_tm95 was 249 us; counting to 5001 added 83 % in 2400 "
            "requests; 0.4 of its requests ran the statement)");
  EXPECT_TRUE(change.apply.empty());
  EXPECT_EQ(change.text,
            "{\"injected\": {\"operation\": \"page\", \"share\": 0.05, \"turns\": 301}}\n");
}

}  // namespace
}  // namespace tare
