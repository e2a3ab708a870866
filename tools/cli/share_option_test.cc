#include "tools/cli/share_option.h"

#include <gtest/gtest.h>

#include "bench/model/errors.h"

namespace tare {
namespace {

TEST(ShareOption, IsAPercentageOrANumber) {
  EXPECT_DOUBLE_EQ(parse_share("--x", "5%"), 0.05);
  EXPECT_DOUBLE_EQ(parse_share("--x", "0.05"), 0.05);
  EXPECT_DOUBLE_EQ(parse_share("--x", "300%", 10), 3);
}

TEST(ShareOption, RefusesWhatIsNone) {
  for (const char* text : {"", "x", "5 percent", "0", "-1%", "101%", "nan", "inf"}) {
    EXPECT_THROW(parse_share("--x", text), UsageError) << text;
  }
}

}  // namespace
}  // namespace tare
