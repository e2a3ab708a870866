#include "tools/cli/allow_option.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "bench/model/errors.h"

namespace tare {
namespace {

std::set<std::string> parsed(const std::string& line) {
  CLI::App app;
  std::vector<std::string> groups;
  add_allow_option(app, groups);
  app.parse(line);
  return parse_allowed(groups);
}

TEST(AllowOption, TakesGroupsByName) {
  EXPECT_EQ(parsed("--allow host,settings --allow schema"),
            (std::set<std::string>{"host", "schema", "settings"}));
  EXPECT_TRUE(parsed("").empty());
}

TEST(AllowOption, NamesWhatThereIs) {
  try {
    parsed("--allow hots");
    FAIL() << "took what is no group";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("no group \"hots\""), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("client, host, server"), std::string::npos);
  }
}

}  // namespace
}  // namespace tare
