#include "bench/model/histogram_log.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "bench/model/random.h"

namespace tare {
namespace {

Histogram skewed(uint64_t seed, uint64_t count) {
  Histogram histogram;
  for (uint64_t i = 0; i < count; ++i) {
    histogram.record(static_cast<int64_t>(std::exp(Random(seed, 0, i).unit() * 24)));
  }
  return histogram;
}

std::string to_base64(const std::string& bytes) {
  static constexpr char kAlphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t j = i; j < i + 3; ++j) {
      group = group << 8 | (j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0u);
    }
    for (size_t j = 0; j < 4; ++j) {
      text += i + j <= bytes.size() ? kAlphabet[group >> (18 - 6 * j) & 63] : '=';
    }
  }
  return text;
}

std::string big_endian(uint64_t value, int size) {
  std::string bytes;
  for (int i = size - 1; i >= 0; --i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  return bytes;
}

struct Header {
  uint64_t cookie = 0x1c849313, offset = 0, digits = 3, lowest = 1, highest = 60'000'000'000;
  int length_off = 0;
};

// A V2 histogram written by hand, by another writer so to speak.
std::string packed(const std::string& counts, const Header& header = {},
                   uint64_t packed_cookie = 0x1c849314, const std::string& trailer = "") {
  const std::string plain =
      big_endian(header.cookie, 4) + big_endian(counts.size() + header.length_off, 4) +
      big_endian(header.offset, 4) + big_endian(header.digits, 4) + big_endian(header.lowest, 8) +
      big_endian(header.highest, 8) + big_endian(0x3ff0000000000000u, 8) + counts;
  std::string deflated(compressBound(plain.size()), '\0');
  uLongf length = deflated.size();
  EXPECT_EQ(compress(reinterpret_cast<Bytef*>(deflated.data()), &length,
                     reinterpret_cast<const Bytef*>(plain.data()), plain.size()),
            Z_OK);
  deflated.resize(length);
  deflated += trailer;
  return to_base64(big_endian(packed_cookie, 4) + big_endian(deflated.size(), 4) + deflated);
}

std::string refusal(const std::string& base64) {
  try {
    decode_histogram(base64);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "accepted";
}

std::string log_refusal(const std::string& text) {
  try {
    read_histogram_log(text);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "accepted";
}

void expect_contains(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text << " / " << part;
}

TEST(HistogramLog, EncodingKeepsEveryCount) {
  Histogram extremes;
  extremes.record(1, int64_t{1} << 62);  // all eight bits of the ninth byte
  extremes.record(Histogram::kHighest, 127);
  for (const Histogram& histogram : {Histogram(), skewed(1, 1), skewed(1, 50'000), extremes}) {
    const Histogram read = decode_histogram(encode_histogram(histogram));
    EXPECT_EQ(read.counts(), histogram.counts());
    EXPECT_EQ(read.summary(), histogram.summary());
    EXPECT_EQ(read.clamped(), 0);
  }
}

TEST(HistogramLog, EncodingBeginsLikeEveryV2Histogram) {
  EXPECT_TRUE(encode_histogram(skewed(1, 100)).starts_with("HISTFA"));
}

TEST(HistogramLog, RefusesATruncationAtEveryLength) {
  const std::string text = encode_histogram(skewed(2, 300));
  EXPECT_EQ(refusal(text), "accepted");
  for (size_t length = 0; length < text.size(); ++length) {
    EXPECT_NE(refusal(text.substr(0, length)), "accepted") << length;
  }
}

TEST(HistogramLog, RefusesEveryDamagedCharacterOrReadsIt) {
  const std::string text = encode_histogram(skewed(3, 300));
  Random random(5, 5, 5);
  for (size_t i = 0; i < text.size(); ++i) {
    std::string damaged = text;
    damaged[i] = static_cast<char>(random.below(256));
    if (damaged[i] != text[i] && i + 4 < text.size()) {
      EXPECT_NE(refusal(damaged), "accepted") << i;  // zlib's checksum sees it
    }
  }
}

TEST(HistogramLog, NeverCrashesOnGarbage) {
  Random random(6, 6, 6);
  for (int i = 0; i < 5'000; ++i) {
    std::string bytes(random.below(200), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.bits());
    EXPECT_NE(refusal(bytes), "accepted");
    EXPECT_NE(refusal(to_base64(bytes)), "accepted");
    (void)log_refusal("Tag=a,1,1,1," + bytes);
    // A right frame around random headers and counts: may be read, must not crash.
    Header header;
    header.digits = random.below(8);
    header.lowest = random.bits() >> random.below(64);
    header.highest = random.bits() >> random.below(64);
    (void)refusal(packed(bytes, header));
    (void)refusal(packed(bytes));
  }
}

TEST(HistogramLog, SaysWhatIsWrong) {
  const std::string five_at_zero = "\x0a";
  EXPECT_EQ(refusal(packed(five_at_zero)), "accepted");
  expect_contains(refusal(""), "empty");
  expect_contains(refusal("HISTF"), "not a multiple of 4");
  expect_contains(refusal("HI*T"), "bad base64 at character 3");
  expect_contains(refusal("HIST"), "first header");
  expect_contains(refusal(packed(five_at_zero, {}, 0x1c849302)), "cookie 0x1c849302 is not");
  expect_contains(refusal(packed(five_at_zero, {.cookie = 0x1c849301})), "inner cookie 0x1c849301");
  expect_contains(refusal(packed(five_at_zero, {.length_off = 1})), "2 bytes of counts announced");
  expect_contains(refusal(packed(five_at_zero, {}, 0x1c849314, "x")), "left over");
  expect_contains(refusal(packed(five_at_zero, {.offset = 7})), "shifted");
  expect_contains(refusal(packed(five_at_zero, {.digits = 6})), "6 significant digits");
  expect_contains(refusal(packed(five_at_zero, {.lowest = 0})), "impossible range");
  expect_contains(refusal(packed(five_at_zero, {.lowest = 9, .highest = 17})), "impossible range");
  expect_contains(refusal(packed("\x8a")), "middle of a number");
  expect_contains(refusal(packed(std::string(27'648, '\x02'))), "accepted");
  expect_contains(refusal(packed(std::string(27'649, '\x02'))), "more counts");
  expect_contains(refusal(packed("\xff\xff\x7f")), "more counts");  // a run of a million zeros
  const std::string huge = "\xfe\xff\xff\xff\xff\xff\xff\xff\xff";  // 2^63 - 1
  expect_contains(refusal(packed(huge + "\x02")), "add up past");
  expect_contains(refusal(packed(std::string(80 << 20, '\0'))), "more than 64 MiB");
}

// jHiccup's layout: 2 digits, from 1 us to an hour. Its bucket 3 covers 1536 to 2047 ns.
TEST(HistogramLog, RecordsForeignBucketsAtTheirMiddle) {
  const Header coarse = {.digits = 2, .lowest = 1000, .highest = 3'600'000'000'000};
  const Histogram histogram = decode_histogram(packed("\x05\x0a", coarse));  // 3 zeros, then 5
  EXPECT_EQ(histogram.count(), 5);
  EXPECT_EQ(histogram.max(), 1536 + 256);
  EXPECT_EQ(histogram.min(), 1536 + 256);

  const Header long_range = {.highest = INT64_MAX};
  std::string counts(55'295, '\0');
  counts.back() = '\x02';  // past 60 s
  const Histogram clamped = decode_histogram(packed(counts, long_range));
  EXPECT_EQ(clamped.count(), 1);
  EXPECT_EQ(clamped.clamped(), 1);
}

TEST(HistogramLog, LinesComeBack) {
  std::string text = histogram_log_header(1700000000.25);
  expect_contains(text, "#[Histogram log format version 1.3]\n");
  expect_contains(
      text, "#[StartTime: 1700000000.250 (seconds since epoch), Tue Nov 14 22:13:20 UTC 2023]\n");
  text += histogram_log_line("view_post.hit", 0, 1, skewed(1, 1000));
  text += "\r\n# a comment\n";
  text += histogram_log_line("publish", 1.5, 0.25, Histogram());
  const std::vector<HistogramLogLine> lines = read_histogram_log(text);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].tag, "view_post.hit");
  EXPECT_EQ(lines[0].histogram.counts(), skewed(1, 1000).counts());
  EXPECT_DOUBLE_EQ(lines[1].start_s, 1.5);
  EXPECT_DOUBLE_EQ(lines[1].length_s, 0.25);
  EXPECT_TRUE(lines[1].histogram.empty());
}

TEST(HistogramLog, TimesSince1970ComeBackSinceTheStart) {
  const std::string rest = ",1,0," + encode_histogram(Histogram()) + "\n";
  const auto first_start = [&rest](const std::string& head, const std::string& time) {
    return read_histogram_log(head + time + rest).at(0).start_s;
  };
  const std::string start = "#[StartTime: 1700000000.0 (seconds since epoch)]\n";
  EXPECT_DOUBLE_EQ(first_start(start, "2.5"), 2.5);
  EXPECT_DOUBLE_EQ(first_start(start, "1700000002.5"), 2.5);
  EXPECT_DOUBLE_EQ(first_start(start + "#[BaseTime: 1700000001.0 (seconds)]\n", "2.5"), 3.5);
  EXPECT_DOUBLE_EQ(first_start("", "2.5"), 2.5);
  EXPECT_DOUBLE_EQ(first_start("", "1700000002.5"), 1700000002.5);
}

TEST(HistogramLog, NamesTheBadLine) {
  const std::string good = histogram_log_line("a", 0, 1, skewed(1, 10));
  const std::string head = histogram_log_header(1);
  expect_contains(log_refusal(head + good + "Tag=a,0,1\n"), "line 5: no comma after the length");
  expect_contains(log_refusal(head + "Tag=a,x,1,1,HIST\n"), "line 4: the start is not a number");
  expect_contains(log_refusal(head + "nan,1,1,HIST\n"), "line 4: the start is not a number");
  expect_contains(log_refusal(head + "Tag=,0,1,1,HIST\n"), "line 4: the tag is empty");
  expect_contains(log_refusal(head + "0,1,1,HI*T\n"), "line 4: histogram: bad base64");
  expect_contains(log_refusal("#[StartTime: soon]\n"), "line 1: the time");
  expect_contains(log_refusal(std::string(9 << 20, 'a')), "line 1: longer than 8 MiB");
}

TEST(HistogramLog, ALogCutAnywhereIsReadOrRefused) {
  std::string text = histogram_log_header(1);
  text +=
      histogram_log_line("a", 0, 1, skewed(1, 50)) + histogram_log_line("b", 1, 1, skewed(2, 50));
  int accepted = 0;
  for (size_t length = 0; length <= text.size(); ++length) {
    accepted += log_refusal(text.substr(0, length)) == "accepted";
  }
  EXPECT_GE(accepted, 6);
  EXPECT_LT(accepted, 250);  // cuts inside the header; every cut inside a histogram is seen
}

TEST(HistogramLog, RefusesTagsTheFormatCannotHold) {
  for (const char* tag : {"", "a,b", "a b", "a\nb", "a\rb"}) {
    EXPECT_THROW(histogram_log_line(tag, 0, 1, Histogram()), std::invalid_argument) << tag;
  }
}

TEST(HistogramLog, HoldsAtMostTenThousandLinesButVisitsMore) {
  std::string text;
  const std::string line = histogram_log_line("a", 0, 1, Histogram());
  for (int i = 0; i < 10'001; ++i) text += line;
  int visited = 0;
  visit_histogram_log(text, [&visited](const HistogramLogLine&) { ++visited; });
  EXPECT_EQ(visited, 10'001);
  expect_contains(log_refusal(text), "more than 10,000 lines");
}

}  // namespace
}  // namespace tare
