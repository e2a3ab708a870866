#include "tools/experiment/forecast.h"

#include <algorithm>
#include <set>
#include <utility>

#include "bench/engine/recorder.h"
#include "bench/engine/request.h"
#include "bench/engine/schedule.h"
#include "bench/model/histogram.h"
#include "tools/experiment/forecast_words.h"

namespace tare {
namespace {

constexpr int64_t kProgramBytes = 20 << 20;
constexpr int64_t kBytesPerValue = 64;
constexpr int64_t kBytesPerFlow = 1024;  // coroutine frame, call and payload of a request
constexpr double kStart_s = 5, kWarming_s = 8, kAroundTrial_s = 4, kRowsPer_s = 100'000;

double seconds(Nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

class Forecaster {
 public:
  Forecaster(const Scenario& scenario, const AptRowCounts& count_rows)
      : scenario_(scenario), count_rows_(count_rows) {}

  Forecast make() {
    for (const Table& table : scenario_.dataset.tables) add_table(table);
    result_.after_load = scenario_.dataset.after_load;
    const Load& load = scenario_.load;
    const double all = expected_requests(load.arrivals, load.warmup + load.measure);
    result_.warmup_requests = expected_requests(load.arrivals, load.warmup);
    result_.measured_requests = all - result_.warmup_requests;
    for (size_t i = 0; i < scenario_.operations.size(); ++i) add_operation(i);
    for (const Job& job : load.jobs) result_.jobs.push_back(job_in_words(job, scenario_));
    result_.redis_keys_at_most = redis_keys();
    add_memory();
    add_time();
    return std::move(result_);
  }

 private:
  void add_table(const Table& table) {
    TableForecast forecast{table.name, "a query", table.rows, table.columns.size()};
    if (const auto* apt = std::get_if<AptIndexRows>(&table.rows_from)) {
      forecast.source = "the apt index's " + apt->table;
      if (!asked_) apt_rows_ = count_rows_ ? count_rows_() : apt_rows_;
      asked_ = true;
      const auto found = apt_rows_.find(apt->table);
      if (found != apt_rows_.end()) forecast.rows = found->second;
    }
    result_.tables.push_back(std::move(forecast));
  }

  std::optional<int64_t> rows_of(const std::string& table) const {
    for (const TableForecast& forecast : result_.tables) {
      if (forecast.name == table) return forecast.rows;
    }
    return std::nullopt;
  }

  void add_operation(size_t index) {
    const Operation& operation = scenario_.operations[index];
    const Load& load = scenario_.load;
    OperationForecast forecast;
    forecast.name = operation.name;
    forecast.share = expected_shares(load, load.warmup, load.warmup + load.measure).at(index);
    forecast.of_job = forecast.share == 0 &&
                      std::any_of(load.jobs.begin(), load.jobs.end(),
                                  [index](const Job& job) { return job.operation == index; });
    const double before = expected_shares(load, Nanoseconds(0), load.warmup).at(index);
    forecast.warmup_requests = result_.warmup_requests * before;
    forecast.measured_requests = result_.measured_requests * forecast.share;
    for (const Draw& draw : operation.draws) forecast.draws.push_back(draw_in_words(draw));
    for (const Step& step : operation.steps) {
      for (std::string& line : step_in_words(step, operation, scenario_)) {
        forecast.steps.push_back(std::move(line));
      }
    }
    result_.operations.push_back(std::move(forecast));
  }

  // How many values a draw can have, and which ones: equal texts, equal values.
  std::pair<std::optional<double>, std::string> values_of(const Draw& draw) const {
    if (const auto* column = std::get_if<ColumnDraw>(&draw.source)) {
      const auto rows = rows_of(column->table);
      return {rows ? std::optional<double>(double(*rows)) : std::nullopt,
              column->table + "." + column->column};
    }
    if (const auto* integer = std::get_if<IntegerDraw>(&draw.source)) {
      return {double(integer->maximum) - double(integer->minimum) + 1,
              std::to_string(integer->minimum) + ".." + std::to_string(integer->maximum)};
    }
    return {2.0, "0..1"};
  }

  // Keys by what makes them, so that two operations on the same keys count once.
  struct KeyFamily {
    std::string identity;
    std::optional<double> keys;
    friend auto operator<=>(const KeyFamily& a, const KeyFamily& b) {
      return a.identity <=> b.identity;
    }
  };

  KeyFamily family_of(const Template& key, const Operation& operation) const {
    KeyFamily family{"", 1.0};
    std::set<size_t> counted;
    for (const TemplatePart& part : key.parts) {
      if (!part.draw) {
        family.identity += "[" + part.literal + "]";
        continue;
      }
      const auto [count, source] = values_of(operation.draws.at(*part.draw));
      family.identity += "{" + source + "}";
      if (!counted.insert(*part.draw).second) continue;
      family.keys =
          count && family.keys ? std::optional<double>(*family.keys * *count) : std::nullopt;
    }
    return family;
  }

  std::optional<double> redis_keys() const {
    std::set<KeyFamily> families;
    for (const Operation& operation : scenario_.operations) {
      for (const Step& step : operation.steps) {
        if (const auto* cached = std::get_if<CachedStep>(&step)) {
          families.insert(family_of(cached->key, operation));
        } else if (const auto* redis = std::get_if<RedisStep>(&step); redis && redis->writes) {
          if (!add_written_keys(*redis, operation, families)) return std::nullopt;
        }
      }
    }
    double keys = 0;
    for (const KeyFamily& family : families) {
      if (!family.keys) return std::nullopt;
      keys += *family.keys;
    }
    return keys;
  }

  // False when the command's keys cannot be told from its arguments.
  bool add_written_keys(const RedisStep& step, const Operation& operation,
                        std::set<KeyFamily>& families) const {
    std::string command = step.arguments.at(0).text;
    for (char& c : command) c = char(std::toupper(static_cast<unsigned char>(c)));
    if (command == "DEL" || command == "UNLINK" || command.ends_with("EXPIRE")) return true;
    if (command.starts_with("EVAL") || command.starts_with("FCALL")) return false;
    const bool pairs = command == "MSET" || command == "MSETNX";
    for (size_t i = 1; i < step.arguments.size(); i += 2) {
      families.insert(family_of(step.arguments[i], operation));
      if (!pairs) break;
    }
    return true;
  }

  void add_memory() {
    int64_t series = 2, value_bytes = 0;
    for (const Operation& operation : scenario_.operations) {
      series += 2 + int64_t(kPathNames.size());
      for (const Step& step : operation.steps) {
        series += std::holds_alternative<CachedStep>(step) ? 3 : 1;
      }
      for (const Draw& draw : operation.draws) {
        const auto* column = std::get_if<ColumnDraw>(&draw.source);
        if (!column) continue;
        const auto rows = rows_of(column->table);
        if (!rows) result_.generator_bytes_complete = false;
        value_bytes += rows.value_or(0) * kBytesPerValue;
      }
    }
    const int64_t histogram_bytes = int64_t(Histogram().counts().size() * sizeof(int64_t));
    const int64_t record_bytes = int64_t(Recorder::kRoom * sizeof(RequestRecord));
    result_.generator_bytes = kProgramBytes + 2 * series * histogram_bytes + value_bytes +
                              scenario_.load.workers * record_bytes;
    result_.full_queue_bytes =
        scenario_.load.max_queued *
        (int64_t(sizeof(Request)) + int64_t(sizeof(RequestRecord)) + kBytesPerFlow);
  }

  void add_time() {
    double load_s = 0;
    for (const TableForecast& table : result_.tables) {
      load_s += double(table.rows.value_or(0)) / kRowsPer_s;
    }
    const Load& load = scenario_.load;
    const double trial_s = kAroundTrial_s + seconds(load.warmup + load.measure);
    const bool warms = load.cache_start == CacheStart::warm && !scenario_.cache_rules.empty();
    const double before_s = kStart_s + load_s + (warms ? kWarming_s : 0);
    result_.run_s = before_s + trial_s;
    result_.ab_s = before_s + 2 * kForecastPairs * trial_s;
  }

  const Scenario& scenario_;
  const AptRowCounts& count_rows_;
  bool asked_ = false;
  std::map<std::string, int64_t> apt_rows_;
  Forecast result_;
};

}  // namespace

Forecast forecast(const Scenario& scenario, const AptRowCounts& count_rows) {
  return Forecaster(scenario, count_rows).make();
}

}  // namespace tare
