#include "tools/report/hit_or_fix_lines.h"

#include <gtest/gtest.h>

#include "tools/report/experiment_note.h"
#include "tools/report/experiment_table.h"

namespace tare {
namespace {

HitOrFix by_hits() {
  HitOrFix out;
  out.operation = "view_post";
  out.pairs = 3;
  out.baseline_ns = 900e3;
  out.change_ns = -320e3;
  out.more_hits_ns = -290e3;
  out.hits_ns = 10e3;
  out.misses_ns = -40e3;
  out.hit_ratio_change = 0.3;
  out.blocks_per_miss = Blocks{12, 12};
  out.cause = Cause::cache;
  out.words = words_of(out);
  return out;
}

HitOrFix by_less_work() {
  HitOrFix out;
  out.operation = "author_page";
  out.pairs = 3;
  out.baseline_ns = 9e6;
  out.change_ns = -8e6;
  out.others_ns = -8e6;
  out.blocks_per_miss = Blocks{3210, 120};
  out.cause = Cause::work;
  out.words = words_of(out);
  return out;
}

const std::vector<std::string> kLines = {
    "of the change of view_post's response tm95 (-320 us): more hits -290 us, slower hits +10.0 "
    "us, "
    "faster misses -40.0 us",
    "view_post: faster, same work per miss, more hits: the cache",
    "author_page: faster by less work per request, 3,210 blocks -> 120: a fix"};

TEST(HitOrFixLines, ShowPartsAndTheSentence) {
  HitOrFix nothing = by_hits();
  nothing.words = "";
  EXPECT_EQ(hit_or_fix_lines({by_hits(), nothing, by_less_work()}), kLines);
  EXPECT_TRUE(hit_or_fix_lines({nothing}).empty());
}

TEST(HitOrFixLines, LetNothingHarmfulThrough) {
  HitOrFix odd = by_hits();
  odd.operation = "a\x1b[2Jb\nc";
  for (const std::string& line : hit_or_fix_lines({odd})) {
    EXPECT_EQ(line.find_first_of("\x1b\n"), std::string::npos) << line;
  }
}

TEST(HitOrFixLines, StandInTheTableAndInTheNote) {
  Experiment experiment;
  experiment.comparison.hit_or_fix = {by_hits(), by_less_work()};
  const std::string table = experiment_table(experiment, "", {}, Style());
  const std::string note = experiment_note(experiment, Change(), {}, {}, "", std::nullopt);
  for (const std::string& line : kLines) {
    EXPECT_NE(table.find(line + "\n"), std::string::npos) << table;
    EXPECT_NE(note.find("- " + line + "\n"), std::string::npos) << note;
  }
  EXPECT_NE(note.find("\n## Hit or fix\n"), std::string::npos);
  experiment.comparison.hit_or_fix.clear();
  EXPECT_EQ(experiment_note(experiment, Change(), {}, {}, "", std::nullopt).find("Hit or fix"),
            std::string::npos);
}

}  // namespace
}  // namespace tare
