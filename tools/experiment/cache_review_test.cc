#include "tools/experiment/cache_review.h"

#include <gtest/gtest.h>

#include "bench/drivers/test_servers.h"

namespace tare {
namespace {

using Lines = std::vector<std::string>;

// One operation with one cached step; ids 1 to 100, evenly; 2 % of the requests bypass.
Scenario page_scenario() {
  Scenario scenario;
  scenario.name = "test";
  scenario.seed = 7;
  scenario.cache_rules = {
      {"page", "site:page:{id}", 300, "editor", "", {"site:page:1"}, {"site:draft:1"}}};
  CachedStep step;
  step.name = "page";
  step.key = Template{"site:page:{id}", {{"site:page:", std::nullopt}, {"", 0}}};
  step.bypass = 1;
  step.on_miss = {"page", "SELECT $1", {0}, {}, false};
  scenario.operations = {
      {"view", {{"id", IntegerDraw{1, 100, UniformSkew{}}}, {"editor", ShareDraw{0.02}}}, {step}}};
  scenario.load.arrivals = {ArrivalKind::constant, 1000};
  scenario.load.mix = {1};
  scenario.load.measure = std::chrono::seconds(1);
  return scenario;
}

class CacheReviewTest : public ::testing::Test {
 protected:
  CacheReview review() {
    const Traffic traffic(scenario_, {});
    return review_cache(redis_, scenario_, traffic, evidence_, {"*"}, {});
  }

  // What a run leaves: a value for each id.
  void fill(const std::string& ttl) {
    for (int id = 1; id <= 100; ++id) {
      redis_.command({"SET", "site:page:" + std::to_string(id), std::string(200, 'x'), "EX", ttl});
    }
  }

  TestRedis server_;
  RedisControl redis_{server_.endpoint()};
  Scenario scenario_ = page_scenario();
  CacheEvidence evidence_{{{980, 900, 20, 80}}, {10, 5}, {910, 85}, 1000};
};

TEST_F(CacheReviewTest, ACacheThatKeepsItsRulesHasNoFindings) {
  fill("300");
  redis_.command({"HSET", "site:views", "1", "7"});
  scenario_.other_keys = {{"site:views", "a counter"}};
  const CacheReview found = review();
  EXPECT_EQ(found.findings, Lines{});
  const CachedKeys& keys = found.rules.at("page").keys;
  EXPECT_EQ(keys.keys, 100);
  EXPECT_EQ(keys.looked_at, 100);
  EXPECT_EQ(keys.without_ttl, 0);
  EXPECT_NEAR(keys.longest_ttl_s, 300, 5);
  EXPECT_EQ(keys.bytes_p50, 200);
  EXPECT_EQ(found.rules.at("page").lookups.hits, 900);
  EXPECT_EQ(found.info_hits, 900);
  EXPECT_EQ(found.info_misses, 80);
  EXPECT_EQ(found.declared_others, 1);
  EXPECT_EQ(found.others.keys, 0);
  EXPECT_TRUE(found.complete);
}

TEST_F(CacheReviewTest, KeysWithoutTtlOrRuleAreFound) {
  fill("300");
  redis_.command({"PERSIST", "site:page:7"});
  redis_.command({"SET", "site:pgae:8", "a slip"});
  redis_.command({"HSET", "site:views", "1", "7"});
  EXPECT_EQ(
      review().findings,
      (Lines{"cache rule \"page\": 1 of 100 keys looked at have no ttl, for example site:page:7: "
             "something writes them without one",
             "2 keys belong to no cache rule (2 of 2 looked at have no ttl), for example " +
                 review().others.example +
                 ": give them a rule, or name them under other_keys with the reason"}));
}

TEST_F(CacheReviewTest, ATtlOrSizeFarFromTheRuleIsFound) {
  fill("900");
  scenario_.cache_rules[0].value_bytes = 2000;
  EXPECT_EQ(review().findings,
            (Lines{"cache rule \"page\": a key has 900 s to live, and the rule says 300 s: "
                   "something else writes or extends it",
                   "cache rule \"page\": half of the values take 200 bytes or less, the rule says "
                   "2000: correct value_bytes, or what is stored"}));
  fill("30");
  scenario_.cache_rules[0].value_bytes.reset();
  EXPECT_EQ(review().findings,
            Lines{"cache rule \"page\": no key has more than 30 s to live although the rule says "
                  "300 s: something shortens them"});
}

TEST_F(CacheReviewTest, ExamplesAreHeldAgainstTheRun) {
  fill("300");
  scenario_.cache_rules[0].cached = {"site:page:101", "site:page:2"};
  redis_.command({"DEL", "site:page:2"});
  redis_.command({"RPUSH", "site:page:2", "a list"});
  redis_.command({"EXPIRE", "site:page:2", "300"});
  redis_.command({"SET", "site:draft:1", "secret", "EX", "10"});
  scenario_.other_keys = {{"site:views", "a counter"}};
  const Lines found = review().findings;
  ASSERT_EQ(found.size(), 4u) << ::testing::PrintToString(found);
  EXPECT_EQ(found[0],
            "cache rule \"page\": no request of this run asked for the example site:page:101, so "
            "nothing shows that it is cached");
  EXPECT_EQ(found[1],
            "cache rule \"page\": the example site:page:2 holds a list, not a value that the rule "
            "stored");
  EXPECT_EQ(found[2],
            "cache rule \"page\": site:draft:1 must not be cached and is in Redis (a string), and "
            "no rule makes it");
}

TEST_F(CacheReviewTest, ARuleOrBypassThatNeverHappenedIsFound) {
  fill("300");
  evidence_.lookups = {{980, 900, 0, 80}};
  EXPECT_EQ(review().findings,
            Lines{"cache rule \"page\": its bypass \"editor\" never happened in 980 requests"});
  evidence_.lookups = {{0, 0, 0, 0}};
  evidence_.after = evidence_.before;
  EXPECT_EQ(review().findings, Lines{"cache rule \"page\": this run never asked it"});
}

TEST_F(CacheReviewTest, SomebodyElsesLookupsAreFound) {
  fill("300");
  evidence_.after.hits += 500;
  EXPECT_EQ(review().findings,
            Lines{"Redis counted 1480 lookups and tare asked for 980: does something else use this "
                  "Redis?"});
}

TEST_F(CacheReviewTest, TheRuleThatSaysMostOfAKeyOwnsIt) {
  scenario_.cache_rules.push_back({"any", "site:{rest}", 300, "", "", {}, {}});
  evidence_.lookups.push_back({1, 1, 0, 0});
  fill("300");
  redis_.command({"SET", "site:else", "x", "EX", "300"});
  const CacheReview found = review();
  EXPECT_EQ(found.rules.at("page").keys.keys, 100);
  EXPECT_EQ(found.rules.at("any").keys.keys, 1);
}

}  // namespace
}  // namespace tare
