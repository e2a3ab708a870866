// What drawing costs: a generator per request, ranks by Zipf, operations by weight.
#include <benchmark/benchmark.h>

#include <vector>

#include "bench/model/distribution.h"
#include "bench/model/random.h"

namespace tare {
namespace {

void make_generator_and_draw(benchmark::State& state) {
  uint64_t number = 0;
  for (auto _ : state) benchmark::DoNotOptimize(Random(7, 1, number++).bits());
}
BENCHMARK(make_generator_and_draw);

void below(benchmark::State& state) {
  Random random(7, 1, 1);
  for (auto _ : state) benchmark::DoNotOptimize(random.below(63'000));
}
BENCHMARK(below);

void exponential(benchmark::State& state) {
  Random random(7, 1, 1);
  for (auto _ : state) benchmark::DoNotOptimize(random.exponential(1000));
}
BENCHMARK(exponential);

// The argument is a hundred times the exponent.
void zipf(benchmark::State& state) {
  const Zipf distribution(1'000'000, static_cast<double>(state.range(0)) / 100);
  Random random(7, 1, 1);
  for (auto _ : state) benchmark::DoNotOptimize(distribution.draw(random));
}
BENCHMARK(zipf)->Arg(0)->Arg(63)->Arg(100)->Arg(121)->Arg(268);

void alias_table(benchmark::State& state) {
  std::vector<double> weights;
  for (int64_t i = 0; i < state.range(0); ++i) weights.push_back(1 / static_cast<double>(i + 1));
  const AliasTable table(weights);
  Random random(7, 1, 1);
  for (auto _ : state) benchmark::DoNotOptimize(table.draw(random));
}
BENCHMARK(alias_table)->Arg(5)->Arg(63'000);

}  // namespace
}  // namespace tare
