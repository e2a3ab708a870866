#include "tools/experiment/meeting.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace tare {
namespace {

using namespace std::chrono_literals;

TEST(Meeting, BothGetTheLaterTime) {
  Meeting meeting;
  for (int round = 0; round < 100; ++round) {
    std::chrono::nanoseconds other{};
    std::thread thread([&] { other = meeting.meet(7ns); });
    EXPECT_EQ(meeting.meet(5ns), 7ns);
    thread.join();
    EXPECT_EQ(other, 7ns);
  }
}

TEST(Meeting, NobodyGoesOnBeforeTheOtherIsThere) {
  Meeting meeting;
  std::atomic<bool> through = false;
  std::thread thread([&] {
    meeting.meet();
    through = true;
  });
  std::this_thread::sleep_for(50ms);
  EXPECT_FALSE(through);
  meeting.meet();
  thread.join();
  EXPECT_TRUE(through);
}

TEST(Meeting, WhoeverIsLeftGoesOnAlone) {
  Meeting meeting;
  std::thread thread([&] { EXPECT_EQ(meeting.meet(3ns), 3ns); });
  std::this_thread::sleep_for(20ms);
  meeting.leave();
  thread.join();
  EXPECT_EQ(meeting.meet(4ns), 4ns);
}

TEST(Meeting, WhoeverIsAbandonedDoesNotGoOn) {
  Meeting meeting;
  std::thread thread([&] { EXPECT_THROW(meeting.meet(), Abandoned); });
  std::this_thread::sleep_for(20ms);
  meeting.abandon();
  thread.join();
  EXPECT_THROW(meeting.meet(), Abandoned);
}

}  // namespace
}  // namespace tare
