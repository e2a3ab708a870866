#include "tools/report/gbench.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "bench/model/version.h"
#include "tools/compare/comparison.h"
#include "tools/compare/statistics.h"

namespace tare {
namespace {

using nlohmann::ordered_json;

struct Figure {
  double real_time_ns = 0;
  double cpu_time_ns = 0;
  int64_t requests = 0;
};

// Name -> its figure in one trial.
using Figures = std::map<std::string, Figure>;

struct Metric {
  const char* name;
  double share_beyond;  // of the requests; those of a mean are all of them
  double (*value)(const HistogramSummary&);
};

constexpr Metric kMetrics[] = {
    {"mean", 1, [](const HistogramSummary& times) { return times.mean; }},
    {"tm95", 1, [](const HistogramSummary& times) { return times.tm95; }},
    {"p50", 0.5, [](const HistogramSummary& times) { return double(times.p50); }},
    {"p95", 0.05, [](const HistogramSummary& times) { return double(times.p95); }},
    {"p99", 0.01, [](const HistogramSummary& times) { return double(times.p99); }},
    {"p999", 0.001, [](const HistogramSummary& times) { return double(times.p999); }},
};

void add_times(Figures& figures, const std::string& begin, const HistogramSummary& times,
               double cpu_ns) {
  for (const Metric& metric : kMetrics) {
    const double value = metric.value(times);
    // The small addend is for rounding: 10,000 x 0.001 is 10.
    if (double(times.count) * metric.share_beyond + 1e-6 < double(kFewestBeyond)) continue;
    if (!std::isfinite(value) || value <= 0) continue;
    figures[begin + metric.name + "/real_time"] = {value, cpu_ns > 0 ? cpu_ns : value, times.count};
  }
}

Figures figures_of(const Result& trial) {
  const double cpu = trial.generator.cpu_ns_per_request;
  const double cpu_ns = std::isfinite(cpu) && cpu > 0 ? cpu : 0;
  Figures figures;
  for (const auto& [name, operation] : trial.operations) {
    add_times(figures, name + "/response_time_", operation.response_time_ns, cpu_ns);
    add_times(figures, name + "/service_time_", operation.service_time_ns, cpu_ns);
    if (operation.paths.size() < 2) continue;  // the same once more
    for (const auto& [path, times] : operation.paths) {
      add_times(figures, name + "/" + path + "/response_time_", times.response_time_ns, cpu_ns);
    }
  }
  return figures;
}

std::vector<Figures> figures_of(const std::vector<Result>& trials) {
  std::vector<Figures> out;
  for (const Result& trial : trials) out.push_back(figures_of(trial));
  return out;
}

// The names that every trial of both arms has.
std::vector<std::string> names_in_all(const std::vector<Figures>& baseline,
                                      const std::vector<Figures>& contender) {
  std::vector<std::string> names;
  if (baseline.empty() || contender.empty()) return names;
  for (const auto& entry : baseline.front()) {  // clang 14 cannot capture a structured binding
    const std::string& name = entry.first;
    const auto has = [&name](const Figures& figures) { return figures.contains(name); };
    if (std::all_of(baseline.begin(), baseline.end(), has) &&
        std::all_of(contender.begin(), contender.end(), has)) {
      names.push_back(name);
    }
  }
  return names;
}

std::optional<int64_t> whole(const Settings& settings, const std::string& name) {
  const auto found = settings.find(name);
  if (found == settings.end()) return std::nullopt;
  int64_t value = 0;
  const char* end = found->second.data() + found->second.size();
  const auto read = std::from_chars(found->second.data(), end, value);
  return read.ec == std::errc() && read.ptr == end ? std::optional(value) : std::nullopt;
}

ordered_json context_of(const Result& trial) {
  ordered_json out;
  out["date"] = trial.started_at;
  out["executable"] = "tare";
  if (const auto cores = whole(trial.environment.host, "cores")) out["num_cpus"] = *cores;
  out["caches"] = ordered_json::array();
  out["load_avg"] = ordered_json::array();
  out["library_version"] = kVersion;
  out["library_build_type"] = "release";
  out["json_schema_version"] = 1;
  return out;
}

ordered_json row_of(const std::string& name, const Figure& figure, size_t family,
                    size_t repetitions, size_t repetition, int64_t threads) {
  ordered_json out;
  out["name"] = name;
  out["family_index"] = family;
  out["per_family_instance_index"] = 0;
  out["run_name"] = name;
  out["run_type"] = "iteration";
  out["repetitions"] = repetitions;
  out["repetition_index"] = repetition;
  out["threads"] = threads;
  out["iterations"] = figure.requests;
  out["real_time"] = figure.real_time_ns;
  out["cpu_time"] = figure.cpu_time_ns;
  out["time_unit"] = "ns";
  return out;
}

int64_t threads_of(const Result& trial) {
  return std::max<int64_t>(1, whole(trial.environment.generator, "workers").value_or(1));
}

// The context of an arm without trials is that of no trial.
ordered_json document_of(const std::vector<Result>& trials) {
  ordered_json out;
  out["context"] = context_of(trials.empty() ? Result() : trials.front());
  out["benchmarks"] = ordered_json::array();
  return out;
}

std::string written(const ordered_json& document) {
  return document.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string file_of(const std::vector<Result>& trials, const std::vector<Figures>& figures,
                    const std::vector<std::string>& names) {
  ordered_json document = document_of(trials);
  for (size_t family = 0; family < names.size(); ++family) {
    for (size_t i = 0; i < trials.size(); ++i) {
      document["benchmarks"].push_back(row_of(names[family], figures[i].at(names[family]), family,
                                              trials.size(), i, threads_of(trials[i])));
    }
  }
  return written(document);
}

}  // namespace

GbenchFiles gbench_files(const TrialsOfArms& trials) {
  const std::vector<Figures> baseline = figures_of(trials.baseline);
  const std::vector<Figures> contender = figures_of(trials.contender);
  const std::vector<std::string> names = names_in_all(baseline, contender);
  return {file_of(trials.baseline, baseline, names), file_of(trials.contender, contender, names)};
}

std::string gbench_medians(const TrialsOfArms& trials) {
  const std::vector<Figures> contender = figures_of(trials.contender);
  ordered_json document = document_of(trials.contender);
  size_t family = 0;
  for (const std::string& name : names_in_all(figures_of(trials.baseline), contender)) {
    std::vector<double> real, cpu;
    Figure middle;
    for (const Figures& figures : contender) {
      const Figure& figure = figures.at(name);
      real.push_back(figure.real_time_ns);
      cpu.push_back(figure.cpu_time_ns);
      middle.requests += figure.requests;
    }
    middle.real_time_ns = median(real);
    middle.cpu_time_ns = median(cpu);
    document["benchmarks"].push_back(
        row_of(name, middle, family++, 1, 0, threads_of(trials.contender.front())));
  }
  return written(document);
}

}  // namespace tare
