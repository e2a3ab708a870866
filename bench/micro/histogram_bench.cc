// What recording costs: one histogram, many at random, merging, percentiles, one log line.
#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include "bench/model/histogram.h"
#include "bench/model/histogram_log.h"
#include "bench/model/random.h"

namespace tare {
namespace {

// Response times around 0.3 ms with a long tail.
std::vector<int64_t> response_times(size_t count) {
  std::vector<int64_t> values;
  for (size_t i = 0; i < count; ++i) {
    Random random(1, 0, i);
    values.push_back(static_cast<int64_t>(200'000 + random.exponential(100'000)));
  }
  return values;
}

Histogram filled() {
  Histogram histogram;
  for (int64_t value : response_times(1'000'000)) histogram.record(value);
  return histogram;
}

void record(benchmark::State& state) {
  const std::vector<int64_t> values = response_times(1 << 16);
  std::vector<Histogram> histograms(static_cast<size_t>(state.range(0)));  // a power of two
  const size_t mask = histograms.size() - 1;
  size_t i = 0;
  for (auto _ : state) {
    const int64_t value = values[i++ & 0xffff];
    histograms[static_cast<size_t>(value) & mask].record(value);
  }
}
BENCHMARK(record)->Arg(1)->Arg(64)->Arg(512);

void merge(benchmark::State& state) {
  const Histogram part = filled();
  Histogram whole;
  for (auto _ : state) whole.merge(part);
}
BENCHMARK(merge);

void record_and_clear(benchmark::State& state) {
  const std::vector<int64_t> values = response_times(1000);
  Histogram histogram;
  for (auto _ : state) {
    for (int64_t value : values) histogram.record(value);
    histogram.clear();
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(record_and_clear);

void summary(benchmark::State& state) {
  const Histogram histogram = filled();
  for (auto _ : state) benchmark::DoNotOptimize(histogram.summary());
}
BENCHMARK(summary);

void log_line(benchmark::State& state) {
  const Histogram histogram = filled();
  for (auto _ : state) benchmark::DoNotOptimize(histogram_log_line("tag", 0, 1, histogram));
}
BENCHMARK(log_line);

}  // namespace
}  // namespace tare
