#include "bench/drivers/plan_notices.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

using namespace std::chrono_literals;

std::string plan_text(const std::string& node, const std::string& condition,
                      const std::string& padding = "") {
  return "{\n  \"Query Text\": \"SELECT '$1'\",\n  \"Plan\": {\n    \"Node Type\": \"" + node +
         "\",\n    \"Relation Name\": \"t\",\n    \"Actual Rows\": 7,\n    \"Filter\": \"" +
         condition + "\"\n  }" + padding + "\n}";
}

class PlanNoticesTest : public ::testing::Test {
 protected:
  void notice(const std::string& message) { notices_.receive(message); }

  void answered(size_t index, uint64_t number, Nanoseconds service) {
    Request request;
    request.number = number;
    Call call;
    call.index = index;
    call.request = &request;
    call.reply.sent = 1s;
    call.reply.done = 1s + service;
    notices_.tie(call);
  }

  SessionReport told() {
    SessionReport report;
    notices_.tell(report);
    return report;
  }

  PlanNotices notices_;
};

TEST_F(PlanNoticesTest, OnePlanIsKeptOnceWithItsTimes) {
  for (const int milliseconds : {2, 4, 6}) {
    notice("duration: 0.1 ms  plan:\n" + plan_text("Seq Scan", "(a = 1)"));
    answered(3, uint64_t(milliseconds), std::chrono::milliseconds(milliseconds));
  }
  answered(3, 99, 1s);  // no plan came with it
  const SessionReport report = told();
  EXPECT_EQ(report.plans_told, 3);
  ASSERT_EQ(report.ran.size(), 1u);
  EXPECT_EQ(report.ran[0].index, 3u);
  EXPECT_EQ(report.ran[0].number, 2u);
  EXPECT_EQ(report.ran[0].service, 2ms);
  EXPECT_EQ(report.ran[0].times, 3);
  EXPECT_EQ(report.ran[0].service_sum, 12ms);
  EXPECT_EQ(report.ran[0].explain_json, plan_text("Seq Scan", "(a = 1)"));
}

TEST_F(PlanNoticesTest, UnlikeAreOtherNodesOtherStepsAndTheGenericPlan) {
  for (const auto& [index, text] :
       {std::pair<size_t, std::string>{0, plan_text("Seq Scan", "(a = 1)")},
        {0, plan_text("Seq Scan", "(a = 2)")},
        {0, plan_text("Seq Scan", "(a = $1)")},
        {0, plan_text("Index Scan", "(a = 1)")},
        {1, plan_text("Seq Scan", "(a = 1)")}}) {
    notice("duration: 0.1 ms  plan:\n" + text);
    answered(index, 0, 1ms);
  }
  EXPECT_EQ(told().ran.size(), 4u);
}

TEST_F(PlanNoticesTest, WhatIsNoPlanIsPassedOver) {
  for (const char* other : {"", "duration: 0.1 ms", "plan: {}", "relation \"t\" exists: {}"}) {
    notice(other);
    answered(0, 0, 1ms);
  }
  EXPECT_EQ(told().plans_told, 0);
  EXPECT_TRUE(told().ran.empty());
}

TEST_F(PlanNoticesTest, AFailedCallsPlanIsNotTheNextOnes) {
  notice("duration: 0.1 ms  plan:\n" + plan_text("Seq Scan", "(a = 1)"));
  notices_.forget();
  answered(0, 0, 1ms);
  EXPECT_TRUE(told().ran.empty());
}

TEST_F(PlanNoticesTest, ItsRoomIsBounded) {
  const std::string room(PlanNotices::kLongest, ' ');
  notice("duration: 0.1 ms  plan:\n" + plan_text("Seq Scan", "(a = 1)", room));
  answered(0, 0, 1ms);
  EXPECT_EQ(told().plans_too_long, 1);
  EXPECT_TRUE(told().ran.empty());
  for (size_t i = 0; i < PlanNotices::kMost + 5; ++i) {
    notice("duration: 0.1 ms  plan:\n" + plan_text("Seq Scan", "(a = 1)"));
    answered(i, 0, 1ms);
  }
  EXPECT_EQ(told().ran.size(), PlanNotices::kMost);
  EXPECT_EQ(told().plans_left_out, 5);
}

}  // namespace
}  // namespace tare
