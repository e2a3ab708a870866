#include "bench/model/histogram_log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <ctime>
#include <optional>
#include <stdexcept>

namespace tare {
namespace {

constexpr size_t kMostLineBytes = 8 << 20;
constexpr std::ptrdiff_t kMostLinesAtOnce = 10'000;
constexpr double kYear_s = 365.0 * 24 * 3600;
constexpr double kNsPerMs = 1e6;
constexpr std::string_view kLegend =
    R"("StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram")";

bool tag_fits(std::string_view tag) {
  return !tag.empty() && tag.find_first_of(", \t\r\n") == std::string_view::npos;
}

// A finite number that is the whole text, or its beginning if `rest` is asked for.
std::optional<double> number_at(std::string_view text, std::string_view* rest = nullptr) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
  if (rest == nullptr && stop != end) return std::nullopt;
  if (rest != nullptr) *rest = std::string_view(stop, static_cast<size_t>(end - stop));
  return value;
}

// Cuts the text before the first comma off `line`.
std::string_view next_field(std::string_view& line, std::string_view name) {
  const size_t comma = line.find(',');
  if (comma == std::string_view::npos) {
    throw std::runtime_error(fmt::format("no comma after {} (truncated?)", name));
  }
  const std::string_view field = line.substr(0, comma);
  line.remove_prefix(comma + 1);
  return field;
}

double next_number(std::string_view& line, std::string_view name) {
  const std::string_view field = next_field(line, name);
  const std::optional<double> number = number_at(field);
  if (!number) throw std::runtime_error(fmt::format("{} is not a number", name));
  return *number;
}

// What the comments at the head of a log say about its times.
class LogTimes {
 public:
  void read_comment(std::string_view line) {
    read_time(line, "#[StartTime: ", start_s_);
    read_time(line, "#[BaseTime: ", base_s_);
  }

  // Without a base time, HdrHistogram's readers take the first line's time for absolute unless it
  // is more than a year before the start; and so do we.
  double since_start(double time_s) {
    if (!start_s_) return time_s;
    if (!base_s_) base_s_ = time_s < *start_s_ - kYear_s ? *start_s_ : 0;
    return time_s + (*base_s_ - *start_s_);
  }

 private:
  static void read_time(std::string_view line, std::string_view name,
                        std::optional<double>& time_s) {
    if (!line.starts_with(name)) return;
    std::string_view rest;
    time_s = number_at(line.substr(name.size()), &rest);
    if (!time_s) throw std::runtime_error("the time in this comment is not a number");
  }

  std::optional<double> start_s_, base_s_;
};

HistogramLogLine parse_line(std::string_view line, LogTimes& times) {
  HistogramLogLine result;
  constexpr std::string_view tag_mark = "Tag=";
  if (line.starts_with(tag_mark)) {
    line.remove_prefix(tag_mark.size());
    result.tag = next_field(line, "the tag");
    if (!tag_fits(result.tag)) throw std::runtime_error("the tag is empty or holds a space");
  }
  result.start_s = times.since_start(next_number(line, "the start"));
  result.length_s = next_number(line, "the length");
  next_number(line, "the maximum");
  result.histogram = decode_histogram(line);
  return result;
}

}  // namespace

std::string histogram_log_header(double start_time_s) {
  const auto whole_s = static_cast<std::time_t>(std::floor(start_time_s));
  return fmt::format(
      "#[Histogram log format version 1.3]\n"
      "#[StartTime: {:.3f} (seconds since epoch), {:%a %b %d %H:%M:%S UTC %Y}]\n{}\n",
      start_time_s, fmt::gmtime(whole_s), kLegend);
}

std::string histogram_log_line(std::string_view tag, double start_s, double length_s,
                               const Histogram& histogram) {
  if (!tag_fits(tag)) {
    throw std::invalid_argument(
        fmt::format("tag \"{}\": must not be empty or hold a comma, space or line break", tag));
  }
  return fmt::format("Tag={},{:.3f},{:.3f},{:.6f},{}\n", tag, start_s, length_s,
                     static_cast<double>(histogram.max()) / kNsPerMs, encode_histogram(histogram));
}

void visit_histogram_log(std::string_view text,
                         const std::function<void(const HistogramLogLine&)>& visit) {
  LogTimes times;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    std::optional<HistogramLogLine> parsed;
    try {
      if (line.size() > kMostLineBytes) throw std::runtime_error("longer than 8 MiB");
      if (line.starts_with('#')) times.read_comment(line);
      if (line.empty() || line.starts_with('#') || line.starts_with('"')) continue;
      parsed = parse_line(line, times);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(fmt::format("line {}: {}", number, error.what()));
    }
    visit(*parsed);
  }
}

std::vector<HistogramLogLine> read_histogram_log(std::string_view text) {
  if (std::count(text.begin(), text.end(), '\n') > kMostLinesAtOnce) {
    throw std::runtime_error("a histogram log of more than 10,000 lines is too long to hold");
  }
  std::vector<HistogramLogLine> lines;
  visit_histogram_log(text, [&lines](const HistogramLogLine& line) { lines.push_back(line); });
  return lines;
}

}  // namespace tare
