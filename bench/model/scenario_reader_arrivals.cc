// The "arrivals" of a load: how many requests, how evenly, and how that changes with time.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <sstream>

#include "bench/model/json_file.h"
#include "bench/model/scenario_reader_parts.h"

namespace tare {
namespace {

constexpr int kPointsPerPeriod = 48;  // of a sine, joined by straight lines: within 0.3 % of it
constexpr double kMostPoints = 100'000;
constexpr size_t kMostTimestamps = 10'000'000;

double seconds_of(Nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

std::vector<RatePoint> sine(const JsonValue& value, double start_s, double length_s,
                            ProblemList& problems) {
  const double amplitude = number_in(value, "amplitude", 0);
  const double period = number_in(value, "period_s", 1);
  const double count = std::ceil(length_s / period * kPointsPerPeriod);
  if (!(count <= kMostPoints)) {
    problems.add(value, "has more than 2,000 periods in the measured window; make period_s longer");
    return {};
  }
  std::vector<RatePoint> points;
  for (int i = 0; i <= int(count); ++i) {
    const double at = i * period / kPointsPerPeriod;
    points.push_back({start_s + at, 1 + amplitude * std::sin(2 * M_PI * at / period)});
  }
  return points;
}

// The warm-up runs at the rate with which the window begins.
std::vector<RatePoint> read_shape(const JsonValue& shape, const Load& load, ProblemList& problems) {
  const double start = seconds_of(load.warmup), length = seconds_of(load.measure);
  if (const JsonValue* ramp = shape.find("ramp")) {
    return {{start, number_in(*ramp, "from", 1)}, {start + length, number_in(*ramp, "to", 1)}};
  }
  if (const JsonValue* wave = shape.find("sine")) return sine(*wave, start, length, problems);
  std::vector<RatePoint> points;
  const std::vector<JsonValue>& steps = object_in(shape, "steps").items;
  for (size_t i = 0; i < steps.size(); ++i) {
    const double part = length / double(steps.size());
    points.push_back({start + part * double(i), steps[i].number});
    points.push_back({start + part * double(i + 1), steps[i].number});
  }
  return points;
}

// Seconds since the start of the warm-up, one a line, ascending.
std::vector<double> read_timestamps(const JsonValue& file, const std::filesystem::path& scenario,
                                    ProblemList& problems) {
  std::vector<double> times;
  try {
    std::istringstream lines(read_text_file(scenario.parent_path() / file.text));
    size_t number = 0;
    for (std::string line; std::getline(lines, line) && times.size() < kMostTimestamps;) {
      ++number;
      if (line.empty() || line == "\r") continue;
      double time = -1;
      std::from_chars(line.data(), line.data() + line.size(), time);
      if (!(time >= 0) || (!times.empty() && time < times.back())) {
        problems.add(file,
                     fmt::format("line {} of {}: \"{}\" is no time in seconds at or after the "
                                 "line before",
                                 number, file.text, line.substr(0, 40)));
        return times;
      }
      times.push_back(time);
    }
  } catch (const FileProblems& found) {
    problems.add(file, found.problems().front().message);
    return times;
  }
  if (times.empty()) problems.add(file, fmt::format("{} holds no time", file.text));
  return times;
}

Nanoseconds from_milliseconds(double milliseconds) {
  return std::chrono::round<Nanoseconds>(std::chrono::duration<double, std::milli>(milliseconds));
}

ClosedLoop read_closed_loop(const JsonValue& value) {
  ClosedLoop closed;
  closed.clients = int(integer_in(value, "clients", 1));
  closed.pipeline = int(integer_in(value, "pipeline", 1));
  closed.think_time = from_milliseconds(number_in(value, "think_time_ms", 0));
  if (const JsonValue& think = object_in(value, "think_time_ms"); think.find("exponential")) {
    closed.think = ClosedLoop::ThinkTime::exponential;
    closed.think_time = from_milliseconds(number_in(think, "exponential", 0));
  }
  return closed;
}

}  // namespace

Arrivals read_arrivals(const JsonValue& value, const Load& load, const std::filesystem::path& file,
                       ProblemList& problems) {
  const JsonValue& given = object_in(value, "arrivals");
  Arrivals arrivals;
  const JsonValue* shape = value.find("shape");
  if (shape && (given.find("closed") || given.find("timestamps"))) {
    problems.add(*shape, "there is no rate_per_s to shape: these arrivals make their own");
  }
  if (const JsonValue* closed = given.find("closed")) {
    arrivals.kind = ArrivalKind::closed;
    arrivals.closed = read_closed_loop(*closed);
    return arrivals;
  }
  if (const JsonValue* timestamps = given.find("timestamps")) {
    arrivals.kind = ArrivalKind::timestamps;
    const JsonValue* name = timestamps->find("file");
    if (name && problems.sound(*name))
      arrivals.timestamps_s = read_timestamps(*name, file, problems);
    const double length = seconds_of(load.warmup + load.measure);
    if (length > 0) arrivals.rate_per_s = double(arrivals.timestamps_s.size()) / length;
    return arrivals;
  }
  const char* kind = "constant";
  if (given.find("poisson")) kind = "poisson", arrivals.kind = ArrivalKind::poisson;
  if (given.find("gamma")) kind = "gamma", arrivals.kind = ArrivalKind::gamma;
  const JsonValue& rate = object_in(given, kind);
  arrivals.rate_per_s = number_in(rate, "rate_per_s", 0);
  arrivals.cv = number_in(rate, "cv", 1);
  if (shape && problems.sound(*shape)) {
    arrivals.shape = read_shape(*shape, load, problems);
  }
  return arrivals;
}

}  // namespace tare
