#include "bench/drivers/wait_sampler.h"

#include <gtest/gtest.h>

#include <thread>

#include "bench/drivers/index_use.h"
#include "bench/drivers/postgres_control.h"
#include "bench/drivers/test_servers.h"
#include "bench/drivers/test_versions.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

class WaitSamplerTest : public testing::TestWithParam<TestVersion> {
 protected:
  // Runs one statement in a session of its own, until the end of the test.
  std::jthread session(const char* application, const std::string& sql) {
    return std::jthread([this, application, sql] {
      PostgresControl postgres(server_.endpoint(), {});
      postgres.query("SELECT set_config('application_name', $1, false)", {application});
      postgres.query(sql);
    });
  }

  TestPostgres server_{TestPostgres::Setup{GetParam().bin, {}}};
};

int64_t samples_of(const WaitProfile& profile, const std::string& statement,
                   const std::string& event) {
  for (const WaitProfile::Count& count : profile.counts) {
    if (count.statement == statement && count.event == event) return count.samples;
  }
  return 0;
}

TEST_P(WaitSamplerTest, TellsWhatEachStatementWaitsFor) {
  PostgresControl locker(server_.endpoint(), {});
  locker.execute("CREATE TABLE post (id int)");
  locker.query("SELECT pg_advisory_lock(7)");
  const std::string sleeping = "SELECT pg_sleep(1.2)", waiting = "SELECT pg_advisory_lock(7)";
  WaitSampler sampler(server_.endpoint(), "postgres",
                      StatementNames({{"a/sleep", sleeping}, {"b/lock", waiting}}), {}, 20ms);
  WaitProfile profile;
  {
    const std::jthread a = session("tare load", sleeping), b = session("tare load", waiting),
                       c = session("psql", sleeping);
    std::this_thread::sleep_for(200ms);
    sampler.begin();
    std::this_thread::sleep_for(500ms);
    sampler.end();
    profile = sampler.profile();
    EXPECT_EQ(await_other_sessions_end(locker, 0ms), 3) << "the sampler has gone, and never counts";
    locker.query("SELECT pg_advisory_unlock(7)");
  }
  EXPECT_EQ(profile.missing, "");
  EXPECT_EQ(profile.every_s, 0.02);
  EXPECT_GE(profile.looks, 10);
  EXPECT_LE(profile.looks, 26);
  EXPECT_EQ(samples_of(profile, "a/sleep", "Timeout/PgSleep"), profile.looks);
  EXPECT_EQ(samples_of(profile, "b/lock", "Lock/advisory"), profile.looks);
  EXPECT_EQ(samples_of(profile, "(other sessions)", "Timeout/PgSleep"), profile.looks);
  EXPECT_EQ(profile.counts.size(), 3u) << "nothing else was at work";
}

INSTANTIATE_TEST_SUITE_P(All, WaitSamplerTest, testing::ValuesIn(test_versions()),
                         [](const auto& each) { return version_name(each.param); });

TEST(WaitSampler, SaysWhyThereIsNothing) {
  TestPostgres server;
  WaitSampler nowhere(server.endpoint(), "gone", StatementNames({}), {});
  nowhere.begin();
  nowhere.end();
  EXPECT_NE(nowhere.profile().missing.find("no database gone"), std::string::npos);
  WaitSampler cut(server.endpoint(), "postgres", StatementNames({}), {}, 5ms);
  cut.begin();
  server.kill_now();
  std::this_thread::sleep_for(100ms);
  cut.end();
  EXPECT_NE(cut.profile().missing.find("ended early"), std::string::npos);
}

}  // namespace
}  // namespace tare
