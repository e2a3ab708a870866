// What was watched beside the load, and what could not be had.
#include <fmt/format.h>

#include <set>

#include "bench/model/number_words.h"
#include "tools/compare/comparison_parts.h"
#include "tools/compare/statistics.h"

namespace tare {
namespace {

struct Watched {
  std::set<std::string> off;  // auto_explain: why
  std::vector<double> costs;  // of trials that tell
  int64_t told = 0;
  std::set<std::string> unknown;  // of sessions' plans, statements and waits: why
};

void add(const Sample& sample, Watched& watched) {
  const Result& result = sample.result;
  if (result.auto_explain) {
    if (!result.auto_explain->off.empty()) watched.off.insert(result.auto_explain->off);
    if (result.auto_explain->cost) watched.costs.push_back(*result.auto_explain->cost);
    watched.told += result.auto_explain->told;
  }
  if (result.session_plans && !result.session_plans->unknown.empty()) {
    watched.unknown.insert("which plans sessions use: " + result.session_plans->unknown);
  }
  if (!result.counters) return;
  for (const CounterSource& source : result.counters->sources) {
    if (source.name == "statements" && !source.missing.empty()) {
      watched.unknown.insert("pg_stat_statements: " + source.missing);
    }
  }
  if (!result.counters->waits.missing.empty()) {
    watched.unknown.insert("waits: " + result.counters->waits.missing);
  }
}

}  // namespace

std::vector<std::string> watched_in(const std::vector<PairSample>& pairs) {
  Watched watched;
  for (const PairSample& pair : pairs) {
    add(pair.baseline, watched);
    add(pair.contender, watched);
  }
  std::vector<std::string> words;
  if (watched.told > 0) {
    std::string line =
        fmt::format("auto_explain told {} plans that ran", grouped_digits(watched.told));
    if (!watched.costs.empty()) {
      line += fmt::format("; its connection's statements took {:+.1f} % (median of the trials)",
                          100 * median(watched.costs));
    }
    words.push_back(line);
  }
  for (const std::string& why : watched.off) words.push_back("no auto_explain: " + why);
  for (const std::string& why : watched.unknown) words.push_back("not known: " + why);
  return words;
}

}  // namespace tare
