#include "tools/report/cells.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tare {
namespace {

TEST(Cells, ChooseTheUnitOfTimes) {
  EXPECT_EQ(time_cell(850), "850 ns");
  EXPECT_EQ(time_cell(12'345), "12.3 us");
  EXPECT_EQ(time_cell(570'000), "570 us");
  EXPECT_EQ(time_cell(38.64e6), "38.6 ms");
  EXPECT_EQ(time_cell(1.25e9), "1.25 s");
  EXPECT_EQ(time_cell(60e9), "60.0 s");
  EXPECT_EQ(time_cell(0.0), "0 ns");
  EXPECT_EQ(time_cell(999.4), "999 ns");
  EXPECT_EQ(time_cell(999.6), "1.00 us");
  EXPECT_EQ(time_cell(999.7e6), "1.00 s");
  EXPECT_EQ(time_cell({}), "-");
  EXPECT_EQ(time_cell(std::nan("")), "-");
}

TEST(Cells, KeepThreeDigits) {
  EXPECT_EQ(three_digits(9.996), "10.0");
  EXPECT_EQ(three_digits(99.96), "100");
  EXPECT_EQ(three_digits(0.001234), "0.00123");
  EXPECT_EQ(three_digits(-12.34), "-12.3");
  EXPECT_EQ(three_digits(12'345), "12345");
  EXPECT_EQ(three_digits(std::numeric_limits<double>::infinity()), "-");
  EXPECT_EQ(share_cell(0.912), "91.2 %");
  EXPECT_EQ(share_cell(1), "100 %");
  EXPECT_EQ(share_cell(0.000'075), "0.00750 %");
}

TEST(Cells, WriteCountsAndDurations) {
  EXPECT_EQ(count_cell(0), "0");
  EXPECT_EQ(count_cell(999), "999");
  EXPECT_EQ(count_cell(1'000), "1,000");
  EXPECT_EQ(count_cell(-1'234'567), "-1,234,567");
  EXPECT_EQ(duration_cell(0.25), "0.2 s");
  EXPECT_EQ(duration_cell(20), "20 s");
  EXPECT_EQ(duration_cell(65), "1:05");
  EXPECT_EQ(duration_cell(7380), "2:03:00");
  EXPECT_EQ(signed_cell(-98.52), "-98.5");
  EXPECT_EQ(signed_cell(0.94), "+0.9");
  EXPECT_EQ(signed_cell(-0.01), "+0.0");
  EXPECT_EQ(signed_cell(12'345.6), "+12346");
}

TEST(Cells, MeasureAndCutByCharacters) {
  EXPECT_EQ(width_of("a…b"), 3u);
  EXPECT_EQ(cut("a…b", 2), "a…");
  EXPECT_EQ(cut("a…b", 9), "a…b");
  EXPECT_EQ(cut("abc", 0), "");
}

TEST(Cells, BreakLinesAtSpaces) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(wrapped("one two three", 7), (Lines{"one two", "three"}));
  EXPECT_EQ(wrapped("a longerthanthat b", 6), (Lines{"a", "longerthanthat", "b"}));
  EXPECT_EQ(wrapped("\xc3\xa9\xc3\xa9 \xc3\xa9", 4), Lines{"\xc3\xa9\xc3\xa9 \xc3\xa9"});
  EXPECT_EQ(wrapped("", 7), Lines{""});
}

TEST(Cells, AlignColumns) {
  const std::vector<std::vector<Cell>> rows = {
      {{"name"}, {"count"}, {"note"}}, {{"ü"}, {"7"}, {"x"}}, {{"long"}}, {{""}, {""}, {"y"}}};
  EXPECT_EQ(aligned(rows, {Align::left, Align::right, Align::left}, {}),
            "name  count  note\n"
            "ü         7  x\n"
            "long\n"
            "             y\n");
}

TEST(Cells, PaintOutsideTheColumns) {
  const Style colour{Colour::on, Characters::utf8};
  EXPECT_EQ(
      aligned({{{"a", Paint::good}, {"b"}}, {{"long"}, {"b"}}}, {Align::left, Align::left}, colour),
      "\x1b[32ma\x1b[0m     b\nlong  b\n");
}

TEST(Cells, LetNoEscapeSequenceThrough) {
  EXPECT_EQ(harmless("a\x1b[2Jb\nc\x7f"), "a?[2Jb c?");
  EXPECT_EQ(harmless("a\xE2\x80\xAE"
                     "b\xE2\x81\xA6"
                     "c\xC2\x9B"
                     "d\xD8\x9C"),
            "a?b?c?d?")
      << "marks that turn the direction, and a control of one character";
  EXPECT_EQ(harmless("\xC3\xA4\xE2\x80\xA6\xE2"), "\xC3\xA4\xE2\x80\xA6\xE2");
}

TEST(Cells, KeepTheLinesOfALongerText) {
  EXPECT_EQ(harmless_lines("a\033[2J\nb\n"), "a?[2J\nb\n");
  EXPECT_EQ(harmless_lines(""), "");
}

}  // namespace
}  // namespace tare
