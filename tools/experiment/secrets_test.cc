#include "tools/experiment/secrets.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(Secrets, AreTakenOutHoweverTheyAreWritten) {
  Secrets secrets;
  secrets.add("");
  secrets.add("a@b");
  secrets.add("a@b'c");
  EXPECT_EQ(secrets.hidden_in("PGPASSWORD=a@b'c\nREDISCLI_AUTH=a@b\n"),
            "PGPASSWORD=[password]\nREDISCLI_AUTH=[password]\n");
  EXPECT_EQ(secrets.hidden_in("postgresql://me:a%40b%27c@h/d, redis://:a%40b@h"),
            "postgresql://me:[password]@h/d, redis://:[password]@h");
  EXPECT_EQ(secrets.hidden_in("+ PGPASSWORD='a@b'\\''c'"), "+ PGPASSWORD='[password]'");
  EXPECT_EQ(secrets.hidden_in("a@ b"), "a@ b");
  EXPECT_EQ(Secrets().hidden_in("text"), "text");
}

}  // namespace
}  // namespace tare
