#include "tools/compare/counter_changes.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>

#include "tools/compare/statistics.h"

namespace tare {
namespace {

constexpr size_t kMostShown = 12, kMostOfAnObject = 3;
constexpr size_t kFewestPairs = 3;
constexpr double kChance = 0.01;  // of any of them to be shown by accident
const double kLeastLogRatio = std::log(1.1);
constexpr double kLeastPoints = 0.05;
constexpr int64_t kFewestEvents = 50;  // in the trials of an arm together
constexpr int64_t kFewestNs = 10'000'000;
constexpr int64_t kFewestBytes = 100'000;
constexpr double kHalf = 0.5;  // of an event, so that none has a logarithm

struct Name {
  CounterKind kind = CounterKind::counter;
  std::string source, object, name, unit;

  auto key() const { return std::tie(kind, source, object, name, unit); }
  friend bool operator<(const Name& a, const Name& b) { return a.key() < b.key(); }
};

// Of a trial: so much of so many requests, or so many of so many.
struct Figure {
  int64_t part = 0, whole = 0;
};
using Figures = std::map<Name, Figure>;

void add_index_use(const IndexReview& review, Figures& figures) {
  for (const TableUse& table : review.tables) {
    const std::string place = table.schema + "." + table.name;
    figures[{CounterKind::share, "tables", place, "HOT updates", "share"}] = {table.hot_updates,
                                                                              table.updates};
    figures[{CounterKind::counter, "tables", place, "sequential scans", "count"}] = {
        table.seq_scans, review.requests};
    for (const IndexUse& index : table.indexes) {
      const std::string name = index.schema + "." + index.name;
      figures[{CounterKind::counter, "indexes", name, "scans", "count"}] = {index.scans,
                                                                            review.requests};
    }
  }
}

void add_waits(const WaitProfile& waits, Figures& figures) {
  std::map<std::string, int64_t> samples;
  for (const auto& count : waits.counts) samples[count.statement] += count.samples;
  for (const auto& count : waits.counts) {
    figures[{CounterKind::share, "waits", count.statement, count.event, "share"}] = {
        count.samples, samples[count.statement]};
  }
}

// What a trial tells; a counter that did not move, and whose source was read, is 0 in it.
struct Told {
  Figures figures;
  std::map<std::string, int64_t> requests;  // of each source that was read
  std::map<std::string, int64_t> samples;   // of each statement's waits
};

Told told_by(const Result& trial) {
  Told told;
  for (const CounterSource& source : trial.counters->sources) {
    const int64_t requests = trial.counters->requests(source.covers);
    if (!source.missing.empty() || requests == 0) continue;
    told.requests[source.name] = requests;
    for (const CounterValue& value : source.values) {
      told.figures[{CounterKind::counter, source.name, value.object, value.name, value.unit}] = {
          value.value, requests};
    }
  }
  if (trial.counters->waits.missing.empty()) {
    add_waits(trial.counters->waits, told.figures);
    for (const auto& count : trial.counters->waits.counts) {
      told.samples[count.statement] += count.samples;
    }
  }
  if (trial.index_review && trial.index_review->requests > 0 && trial.index_review->notes.empty()) {
    told.requests["indexes"] = trial.index_review->requests;
    add_index_use(*trial.index_review, told.figures);
  }
  return told;
}

std::optional<Figure> figure_of(const Told& told, const Name& name) {
  const auto found = told.figures.find(name);
  if (found != told.figures.end()) return found->second;
  if (name.source == "waits") {
    const auto samples = told.samples.find(name.object);
    if (samples == told.samples.end()) return std::nullopt;
    return Figure{0, samples->second};
  }
  if (name.kind == CounterKind::share) return std::nullopt;
  const auto requests = told.requests.find(name.source);
  if (requests == told.requests.end()) return std::nullopt;
  return Figure{0, requests->second};
}

int64_t fewest(const Name& name) {
  return name.unit == "ns" ? kFewestNs : name.unit == "bytes" ? kFewestBytes : kFewestEvents;
}

struct Candidate {
  CounterChange change;
  PairedEstimate estimate;
  double weight = 0;
};

// nullopt: too little happened, or too little of it changed.
std::optional<Candidate> candidate_of(const std::vector<std::pair<Told, Told>>& pairs,
                                      const Name& name) {
  std::vector<double> differences;
  Figure before, after;
  const bool share = name.kind == CounterKind::share;
  for (const auto& [baseline, contender] : pairs) {
    const auto first = figure_of(baseline, name), second = figure_of(contender, name);
    if (!first || !second || first->whole == 0 || second->whole == 0) continue;
    const double of_first = double(first->whole), of_second = double(second->whole);
    differences.push_back(share ? double(second->part) / of_second - double(first->part) / of_first
                                : std::log((double(second->part) + kHalf) / of_second) -
                                      std::log((double(first->part) + kHalf) / of_first));
    before = {before.part + first->part, before.whole + first->whole};
    after = {after.part + second->part, after.whole + second->whole};
  }
  if (differences.size() < kFewestPairs) return std::nullopt;
  const int64_t events =
      share ? std::min(before.whole, after.whole) : std::max(before.part, after.part);
  if (events < (share ? kFewestEvents : fewest(name))) return std::nullopt;
  Candidate candidate;
  candidate.estimate = estimate(differences);
  const double size = std::abs(candidate.estimate.mean);
  if (size < (share ? kLeastPoints : kLeastLogRatio)) return std::nullopt;
  candidate.weight = share ? size / kLeastPoints : size / kLeastLogRatio;
  candidate.change = {name.kind,
                      name.source,
                      name.object,
                      name.name,
                      name.unit,
                      double(before.part) / double(before.whole),
                      double(after.part) / double(after.whole),
                      int(differences.size())};
  return candidate;
}

bool beyond_chance(const Candidate& candidate, size_t looked_at) {
  const auto limits = interval(candidate.estimate, kChance / 2 / double(looked_at));
  return limits && (limits->low > 0 || limits->high < 0);
}

}  // namespace

std::vector<CounterChange> counter_changes(const std::vector<PairSample>& pairs) {
  std::vector<std::pair<Told, Told>> told;
  for (const PairSample& pair : pairs) {
    if (!pair.baseline.result.counters || !pair.contender.result.counters) continue;
    told.emplace_back(told_by(pair.baseline.result), told_by(pair.contender.result));
  }
  std::map<Name, bool> names;
  for (const auto& [baseline, contender] : told) {
    for (const Told* each : {&baseline, &contender}) {
      for (const auto& [name, figure] : each->figures) names[name] = true;
    }
  }
  std::vector<Candidate> candidates;
  for (const auto& [name, seen] : names) {
    auto candidate = candidate_of(told, name);
    if (candidate && beyond_chance(*candidate, names.size())) {
      candidates.push_back(std::move(*candidate));
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.weight > b.weight; });
  std::vector<CounterChange> shown;
  std::map<std::string, size_t> of_object;
  for (const Candidate& each : candidates) {
    if (shown.size() == kMostShown) break;
    if (of_object[each.change.source + "/" + each.change.object]++ < kMostOfAnObject) {
      shown.push_back(each.change);
    }
  }
  return shown;
}

}  // namespace tare
