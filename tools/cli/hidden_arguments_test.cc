#include "tools/cli/hidden_arguments.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tare {
namespace {

TEST(HiddenArguments, OnlySecretsOfServersAreOverwritten) {
  std::vector<std::string> arguments = {"tare",
                                        "doctor",
                                        "--postgres",
                                        "postgresql://me:s3cret@db/shop",
                                        "--redis=redis://:s3cret@cache",
                                        "--postgres",
                                        "host=db PassWord=s3cret",
                                        "--redis",
                                        "unix:/tmp/x.sock",
                                        "--postgres-bin",
                                        "a@b",
                                        "--redis"};
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  hide_secrets(int(argv.size()), argv.data());
  EXPECT_EQ(arguments[3], std::string(30, '*'));
  EXPECT_EQ(arguments[4], "--redis=" + std::string(21, '*'));
  EXPECT_EQ(arguments[6], std::string(23, '*'));
  EXPECT_EQ(arguments[8], "unix:/tmp/x.sock");
  EXPECT_EQ(arguments[10], "a@b");
}

TEST(HiddenArguments, ErrorsThatQuoteThemAreMasked) {
  EXPECT_EQ(without_secrets("not expected: redis://:s3c@r/et@cache postgresql://me:pw@db/shop"),
            "not expected: redis://***@cache postgresql://***@db/shop");
  EXPECT_EQ(without_secrets("host=db PASSWORD = 's3 cret' user=me"),
            "host=db PASSWORD = *** user=me");
  const std::string harmless = "cannot connect to PostgreSQL at postgresql://me@db:5432/shop";
  EXPECT_EQ(without_secrets(harmless), harmless);
}

}  // namespace
}  // namespace tare
