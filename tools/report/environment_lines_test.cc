#include "tools/report/environment_lines.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(EnvironmentLines, SayWhatDiffersAndWhy) {
  Experiment experiment;
  EXPECT_TRUE(environment_lines(experiment).empty()) << "an older tare's";
  EnvironmentComparison found;
  found.same = {"client", "host"};
  experiment.comparison.environment = found;
  EXPECT_EQ(environment_lines(experiment),
            std::vector<std::string>{"environment: no group differs; same: client, host"});
  found.differing = {{"settings", Standing::allowed, "", {"jit: not set -> \"off\""}},
                     {"schema", Standing::declared, "", {"+ index a"}},
                     {"data", Standing::follows, "an index has pages of its own", {"x"}},
                     {"cache", Standing::chance, "keys expire meanwhile", {"x"}},
                     {"redis", Standing::undeclared, "", {"x"}}};
  found.unknown = {"maintenance"};
  experiment.comparison.environment = found;
  experiment.criteria.emplace();
  experiment.criteria->declared.allowed = {"settings", "host"};
  const std::vector<std::string> lines = environment_lines(experiment);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0],
            "environment: differs in settings (allowed by name), schema (declared), data (follows: "
            "an index has pages of its own), redis (NOT declared); by chance: cache; same: client, "
            "host; not known: maintenance");
  EXPECT_EQ(lines[1], "allowed to differ: settings: jit: not set -> \"off\"");
  EXPECT_EQ(lines[2], "allowed to differ: host; nothing undeclared does");
}

}  // namespace
}  // namespace tare
