// The log held against an independent reader: HdrHistogram's own HistogramLogProcessor (Debian's
// libhdrhistogram-java). And logs that others wrote, read by us.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "bench/model/histogram_log.h"
#include "bench/model/random.h"

namespace tare {
namespace {

constexpr const char* kJar = "/usr/share/java/hdrhistogram.jar";

// A folder that goes with the test.
class Folder {
 public:
  Folder() {
    std::string path = testing::TempDir() + "tare-histogram-log-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("no temporary folder " + path);
    path_ = path;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// One line of the percentile distribution, and one of the interval summary.
struct PercentileLine {
  double value, share;
  int64_t count_up_to;
};
struct IntervalLine {
  double end_s;
  int64_t count, total_count;
  double p50, p90, max, total_p50, total_p90, total_p99, total_p999, total_p9999, total_max;
};
struct JavaReading {
  std::vector<PercentileLine> percentiles;
  std::vector<IntervalLine> intervals;
  double mean = -1;
};

JavaReading read_by_java(const Folder& folder, const std::string& log, const std::string& tag) {
  const std::string out = folder.file("out");
  const std::string command = fmt::format(
      "java -cp {} org.HdrHistogram.HistogramLogProcessor -i '{}' {} -o '{}' "
      "-outputValueUnitRatio 1",
      kJar, log, tag.empty() ? "" : "-tag " + tag, out);
  EXPECT_EQ(std::system(command.c_str()), 0)
      << command << "\ninstall default-jre-headless and libhdrhistogram-java";
  JavaReading reading;
  std::istringstream percentiles(text_of(out + ".hgrm")), intervals(text_of(out));
  for (std::string line; std::getline(percentiles, line);) {
    PercentileLine read = {};
    if (std::sscanf(line.c_str(), "%lf %lf %ld", &read.value, &read.share, &read.count_up_to) ==
        3) {
      reading.percentiles.push_back(read);
    }
    std::sscanf(line.c_str(), "#[Mean = %lf,", &reading.mean);
  }
  for (std::string line; std::getline(intervals, line);) {
    IntervalLine read = {};
    const int fields = std::sscanf(
        line.c_str(), "%lf: I:%ld ( %lf %lf %lf ) T:%ld ( %lf %lf %lf %lf %lf %lf )", &read.end_s,
        &read.count, &read.p50, &read.p90, &read.max, &read.total_count, &read.total_p50,
        &read.total_p90, &read.total_p99, &read.total_p999, &read.total_p9999, &read.total_max);
    if (fields == 12) reading.intervals.push_back(read);
  }
  return reading;
}

int64_t count_up_to(const Histogram& histogram, int64_t value) {
  int64_t count = 0;
  for (int i = 0; i < 27'648 && Histogram::value_of(i) <= value; ++i)
    count += histogram.counts()[i];
  return count;
}

// Java's own table: the percentile 0 is the highest value of the lowest bucket there.
void expect_same_distribution(const JavaReading& java, const Histogram& ours) {
  EXPECT_GE(java.percentiles.size(), 20u);
  for (const PercentileLine& line : java.percentiles) {
    const double percentile = line.share == 0 ? 1e-9 : line.share * 100;
    EXPECT_EQ(static_cast<double>(ours.value_at_percentile(percentile)), line.value) << percentile;
    EXPECT_EQ(count_up_to(ours, static_cast<int64_t>(line.value)), line.count_up_to) << percentile;
  }
  EXPECT_NEAR(java.mean, ours.mean(), 0.0005 + ours.mean() * 1e-12);  // printed with 3 decimals
}

void expect_same_intervals(const JavaReading& java, const std::vector<HistogramLogLine>& lines,
                           const std::string& tag) {
  Histogram total;
  size_t at = 0;
  for (const HistogramLogLine& line : lines) {
    if (line.tag != tag) continue;
    ASSERT_LT(at, java.intervals.size());
    const IntervalLine& read = java.intervals[at++];
    const Histogram& ours = line.histogram;
    total.merge(ours);
    EXPECT_NEAR(read.end_s, line.start_s + line.length_s, 0.0011);
    EXPECT_EQ(read.count, ours.count());
    EXPECT_EQ(read.p50, static_cast<double>(ours.value_at_percentile(50)));
    EXPECT_EQ(read.p90, static_cast<double>(ours.value_at_percentile(90)));
    EXPECT_EQ(read.max, static_cast<double>(ours.max()));
    EXPECT_EQ(read.total_count, total.count());
    EXPECT_EQ(read.total_p50, static_cast<double>(total.value_at_percentile(50)));
    EXPECT_EQ(read.total_p90, static_cast<double>(total.value_at_percentile(90)));
    EXPECT_EQ(read.total_p99, static_cast<double>(total.value_at_percentile(99)));
    EXPECT_EQ(read.total_p999, static_cast<double>(total.value_at_percentile(99.9)));
    EXPECT_EQ(read.total_p9999, static_cast<double>(total.value_at_percentile(99.99)));
    EXPECT_EQ(read.total_max, static_cast<double>(total.max()));
  }
  EXPECT_EQ(at, java.intervals.size());
}

// The number of values of each interval is odd, small at first (where rounding rules differ most),
// and the values are skewed: from 1 ns to past 60 s for one tag.
TEST(HistogramLogJava, AgreesOnEveryPercentileOfEveryTag) {
  struct Tag {
    std::string name;
    double lowest, range;
  };
  const std::vector<Tag> tags = {{"view_post", 2e5, 6}, {"view_post.hit", 4e4, 3}, {"all", 1, 26}};
  const Folder folder;
  const std::string path = folder.file("latency.hlog");
  std::map<std::string, Histogram> merged;
  std::string text = histogram_log_header(1700000000.25);
  for (uint64_t interval = 0; interval < 9; ++interval) {
    for (const Tag& tag : tags) {
      Random random(1, hash_bytes(tag.name.data(), tag.name.size()), interval);
      Histogram histogram;
      const uint64_t count = interval < 6 ? 1 + interval * 2 : 7001 * (interval - 5);
      for (uint64_t i = 0; i < count; ++i) {
        const double spread = std::pow(random.unit(), 3) * tag.range;
        histogram.record(static_cast<int64_t>(tag.lowest * std::exp(spread)));
      }
      merged[tag.name].merge(histogram);
      text += histogram_log_line(tag.name, static_cast<double>(interval), 0.999, histogram);
    }
  }
  std::ofstream(path) << text;

  const std::vector<HistogramLogLine> lines = read_histogram_log(text);
  for (const Tag& tag : tags) {
    SCOPED_TRACE(tag.name);
    const JavaReading java = read_by_java(folder, path, tag.name);
    expect_same_distribution(java, merged[tag.name]);
    expect_same_intervals(java, lines, tag.name);
  }
  EXPECT_GT(merged["all"].clamped(), 0);
}

// Logs of jHiccup: 2 digits, so that our value lies in the bucket whose end Java prints. Its
// lowest buckets are up to 16,384 ns wide.
TEST(HistogramLogJava, ReadsLogsThatOthersWrote) {
  const char* root = std::getenv("TARE_REALDATA");
  if (root == nullptr) GTEST_SKIP() << "TARE_REALDATA is not set to a folder with hlog/*.hlog";
  const Folder folder;
  int read = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(root) + "/hlog")) {
    const std::string path = entry.path();
    SCOPED_TRACE(path);
    if (path.find("logV2") == std::string::npos) {
      EXPECT_THROW(read_histogram_log(text_of(path)), std::runtime_error);
      continue;
    }
    std::map<std::string, Histogram> merged;
    visit_histogram_log(text_of(path), [&merged](const HistogramLogLine& line) {
      merged[line.tag].merge(line.histogram);
    });
    for (const auto& [tag, ours] : merged) {
      const JavaReading java = read_by_java(folder, path, tag);
      EXPECT_GE(java.percentiles.size(), 20u);
      ASSERT_FALSE(java.intervals.empty());
      EXPECT_EQ(ours.count(), java.intervals.back().total_count);
      EXPECT_NEAR(ours.mean(), java.mean, java.mean * 0.001);
      for (const PercentileLine& line : java.percentiles) {
        const double percentile = line.share == 0 ? 1e-9 : line.share * 100;
        const auto value = static_cast<double>(ours.value_at_percentile(percentile));
        EXPECT_LE(value, line.value) << percentile;
        EXPECT_GE(value, line.value * 0.99 - 16'384) << percentile;
      }
    }
    ++read;
  }
  EXPECT_GE(read, 1);
}

}  // namespace
}  // namespace tare
