#include "tools/experiment/event_log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <regex>

namespace tare {
namespace {

TEST(EventLog, WritesOneObjectALineAtOnce) {
  const auto file =
      std::filesystem::temp_directory_path() / ("tare-log-" + std::to_string(getpid()));
  {
    EventLog log(file);
    log.add("apply", {{"sql", "SELECT \"a\"\n, \xff"}});
    log.add("done");
    std::ifstream lines(file);
    std::string first, second, third;
    std::getline(lines, first);
    std::getline(lines, second);
    EXPECT_FALSE(std::getline(lines, third));
    EXPECT_EQ(nlohmann::json::parse(first)["event"], "apply");
    EXPECT_EQ(nlohmann::json::parse(first)["sql"], "SELECT \"a\"\n, \xEF\xBF\xBD");
    EXPECT_EQ(nlohmann::json::parse(second)["event"], "done");
  }
  std::filesystem::remove(file);
}

TEST(EventLog, RefusesAFileItCannotWrite) {
  EXPECT_THROW(EventLog("/nonexistent/log.jsonl"), std::runtime_error);
}

TEST(UtcNow, IsIso8601) {
  const std::regex iso_8601("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
  EXPECT_TRUE(std::regex_match(utc_now(), iso_8601));
}

}  // namespace
}  // namespace tare
