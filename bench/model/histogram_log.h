// The HdrHistogram V2 interval log: one tagged, base64 line per histogram and interval, read by
// every HdrHistogram tool.
// Level: model. Text in, text out; the caller owns the file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/model/histogram.h"

namespace tare {

struct HistogramLogLine {
  std::string tag;     // no comma, space or line break; empty for a line without one
  double start_s = 0;  // since the log's start time
  double length_s = 0;
  Histogram histogram;
};

// Header comments and the legend, with the start time in seconds since 1970.
std::string histogram_log_header(double start_time_s);

// One line with its line break; start and length in seconds, rounded to ms. The interval's maximum
// is written in ms. Throws std::invalid_argument for a tag that is empty or that the format cannot
// hold.
std::string histogram_log_line(std::string_view tag, double start_s, double length_s,
                               const Histogram& histogram);

// Base64 of the compressed V2 encoding, as in the last field of a line. clamped() is not part of
// the format: clamped values are kept as kHighest.
std::string encode_histogram(const Histogram& histogram);

// Reads what encode_histogram wrote, without loss, and what other HdrHistogram writers wrote with
// another range or other digits: each of their buckets is then recorded at its middle
// (HdrHistogram's medianEquivalentValue), above kHighest clamped. Throws std::runtime_error saying
// what is wrong with the text; at most 64 MiB are unpacked.
Histogram decode_histogram(std::string_view base64);

// Calls `visit` with each line of a V2 log in turn, so that a log of any length needs the memory
// of one histogram. Lines whose times are since 1970 come with times since the log's start. Throws
// std::runtime_error naming the line; a line has at most 8 MiB.
void visit_histogram_log(std::string_view text,
                         const std::function<void(const HistogramLogLine&)>& visit);

// All lines of a V2 log of at most 10,000 lines, comments included (a histogram takes 216 KiB).
// Throws as above.
std::vector<HistogramLogLine> read_histogram_log(std::string_view text);

}  // namespace tare
