#include "tools/proof/go_false_alarms.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "bench/model/random.h"
#include "tools/compare/looks.h"
#include "tools/compare/proportion.h"
#include "tools/compare/simulated_machine.h"
#include "tools/compare/statistics.h"

namespace tare {
namespace {

constexpr uint64_t kSeed = 20'261'122;
constexpr double kInjected = 0.05;

struct Trials {
  Arms arms;
  std::vector<PairOrder> orders;
};

// Neighbours are a pair, in random order.
Trials paired(const std::vector<double>& values, Random random) {
  Trials out;
  BalancedOrder order;
  for (size_t i = 0; i + 1 < values.size(); i += 2) {
    out.orders.push_back(order.next([&random] { return random.below(2) == 1; }));
    const bool contender_first = out.orders.back() == PairOrder::contender_first;
    out.arms.baseline.push_back(values[contender_first ? i + 1 : i]);
    out.arms.contender.push_back(values[contender_first ? i : i + 1]);
  }
  return out;
}

Trials one_after_the_other(std::vector<double> first, std::vector<double> second) {
  const size_t pairs = std::min(first.size(), second.size());
  first.resize(pairs);
  second.resize(pairs);
  return {{std::move(first), std::move(second)},
          std::vector<PairOrder>(pairs, PairOrder::baseline_first)};
}

using Benchmark = std::vector<std::vector<double>>;  // repeats by run

std::vector<Benchmark> benchmarks_of(const std::vector<GoRun>& runs) {
  std::set<std::string> names;
  for (const GoRun& run : runs) {
    for (const auto& [name, repeats] : run.ns_per_op) names.insert(name);
  }
  std::vector<Benchmark> all;
  for (const std::string& name : names) {
    Benchmark benchmark;
    for (const GoRun& run : runs) {
      const auto found = run.ns_per_op.find(name);
      if (found != run.ns_per_op.end() && found->second.size() >= kFewestRepeats) {
        benchmark.push_back(found->second);
      }
    }
    if (!benchmark.empty()) all.push_back(std::move(benchmark));
  }
  return all;
}

std::vector<Trials> experiments_of(GoArms arms, const Benchmark& benchmark, uint64_t number) {
  std::vector<Trials> out;
  const auto random = [&](size_t toss) {
    return Random(kSeed, uint64_t(arms), number << 32 | uint64_t(toss));
  };
  switch (arms) {
    case GoArms::one_day_paired:
      for (size_t day = 0; day < benchmark.size(); ++day) {
        out.push_back(paired(benchmark[day], random(day)));
      }
      break;
    case GoArms::one_day_in_sequence:
      for (const std::vector<double>& day : benchmark) {
        const auto middle = day.begin() + std::ptrdiff_t(day.size() / 2);
        out.push_back(one_after_the_other({day.begin(), middle}, {middle, day.end()}));
      }
      break;
    case GoArms::two_days:
      for (size_t day = 0; day + 1 < benchmark.size(); day += 2) {
        out.push_back(one_after_the_other(benchmark[day], benchmark[day + 1]));
      }
      break;
    case GoArms::days_paired: {
      std::vector<double> medians;
      for (const std::vector<double>& day : benchmark) medians.push_back(median(day));
      if (medians.size() < size_t(2 * standard_looks().front())) break;
      for (size_t i = 0; i < kDayAssignments; ++i) out.push_back(paired(medians, random(i)));
      break;
    }
  }
  return out;
}

void count(GoFalseAlarms& found, Answer answer) {
  ++found.experiments;
  found.alarms += answer == Answer::alarm;
  found.gains += answer == Answer::improvement;
}

Arms slowed(Arms arms) {
  for (double& value : arms.contender) value *= 1 + kInjected;
  return arms;
}

GoFalseAlarms by_own(GoArms arms, const OwnRule& rule, const std::vector<Trials>& experiments) {
  GoFalseAlarms found;
  found.arms = arms;
  found.rule = rule.name;
  found.alike = 0;
  for (const Trials& each : experiments) {
    const auto verdict = [&](const Arms& values) {
      const std::vector<int> looks = looks_up_to(int(each.orders.size()));
      return tare_verdict(values, each.orders, rule.margin, looks).verdict;
    };
    const Verdict same = verdict(each.arms);
    count(found, answer_of(same));
    *found.alike += same == Verdict::equivalent || same == Verdict::not_worse;
    found.found += answer_of(verdict(slowed(each.arms))) == Answer::alarm;
  }
  return found;
}

Design design_of(GoArms arms) {
  return arms == GoArms::one_day_paired || arms == GoArms::days_paired ? Design::interleaved
                                                                       : Design::in_sequence;
}

GoFalseAlarms by_rival(GoArms arms, const RivalRule& rule, const std::vector<Trials>& experiments) {
  GoFalseAlarms found;
  found.arms = arms;
  found.rule = rule.name;
  for (const Trials& each : experiments) {
    if (rule.takes == Takes::seven_and_one && each.orders.size() < kPercentBaselines) continue;
    const auto answer = [&](const Arms& values) {
      return rule.answer(taken(values, rule.takes, design_of(arms)));
    };
    count(found, answer(each.arms));
    found.found += answer(slowed(each.arms)) == Answer::alarm;
  }
  return found;
}

std::string words_of(GoArms arms) {
  switch (arms) {
    case GoArms::one_day_paired:
      return "one day, pairs in random order";
    case GoArms::one_day_in_sequence:
      return "one day, first half and second";
    case GoArms::two_days:
      return "two days, repeats taken as replicates";
    case GoArms::days_paired:
      return "days as replicates, pairs in random order";
  }
  return "";
}

}  // namespace

std::vector<GoFalseAlarms> go_false_alarms(const std::vector<GoRun>& runs) {
  const std::vector<Benchmark> benchmarks = benchmarks_of(runs);
  std::vector<GoFalseAlarms> all;
  for (const GoArms arms : kGoArms) {
    std::vector<Trials> experiments;
    for (size_t i = 0; i < benchmarks.size(); ++i) {
      for (Trials& each : experiments_of(arms, benchmarks[i], i)) {
        experiments.push_back(std::move(each));
      }
    }
    for (const OwnRule& rule : kOwnRules) all.push_back(by_own(arms, rule, experiments));
    for (const RivalRule& rule : kRivalRules) all.push_back(by_rival(arms, rule, experiments));
  }
  std::erase_if(all, [](const GoFalseAlarms& found) { return found.experiments == 0; });
  return all;
}

std::string go_table(const std::vector<GoRun>& runs) {
  int skipped = 0;
  std::string first;
  for (const GoRun& run : runs) {
    if (skipped == 0) first = run.first_skipped;
    skipped += run.skipped;
  }
  std::string text = fmt::format(
      "**Someone else's noise**: {} benchmarks, {} runs (days) of one toolchain. Nothing changed "
      "between any two arms.\n{}\n"
      "Where a coin made the arms, the interval (95 %, Clopper and Pearson) is over the coins, for "
      "these data. Where\nnone did (\"first half and second\", \"two days\"), it is that of "
      "independent experiments, which these are not:\nbenchmarks of a day share the day. Repeats "
      "of one day say nothing of another, so a rule that takes them for\nreplicates can call the "
      "days' difference a change, tare's too. tare's own experiments measure both arms in\neach "
      "pair: these are the kinds with pairs in random order.\n\n",
      benchmarks_of(runs).size(), runs.size(),
      skipped == 0 ? std::string("Every line of theirs could be read.")
                   : fmt::format("{} lines were left out, the first: {}", skipped, first));
  text +=
      "| arms | rule | experiments | false alarms | false gains | the same, and said so | "
      "contender "
      "x 1.05 found |\n|---|---|---:|---:|---:|---:|---:|\n";
  for (const GoFalseAlarms& found : go_false_alarms(runs)) {
    const auto cell = [&](int count) {
      return fmt::format("{}: {}", count,
                         to_text(proportion(double(count) / found.experiments, found.experiments)));
    };
    text +=
        fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", words_of(found.arms), found.rule,
                    found.experiments, cell(found.alarms), cell(found.gains),
                    found.alike ? percent(double(*found.alike) / found.experiments) : "cannot say",
                    percent(double(found.found) / found.experiments));
  }
  return text;
}

}  // namespace tare
