#include "tools/plans/map_difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "bench/model/number_words.h"
#include "tools/plans/plan_transitions.h"

namespace tare {
namespace {

constexpr size_t kLongestParameter = 40;
constexpr double kMovedBoundary = 0.01;  // of the table

const QueryMap* find(const PlanMap& map, const QueryMap& query) {
  for (const QueryMap& each : map.queries) {
    if (each.operation == query.operation && each.step == query.step) return &each;
  }
  return nullptr;
}

bool is_same_boundary(const PlanBoundary& a, const PlanBoundary& b) {
  return a.parameter == b.parameter && a.column == b.column && a.below == b.below &&
         a.above == b.above;
}

class Comparer {
 public:
  Comparer(const QueryMap& before, const QueryMap& after, const WorkLimit& limit)
      : before_(before), after_(after), limit_(limit) {}

  QueryDifference compare(int& points) {
    out_.operation = before_.operation;
    out_.step = before_.step;
    out_.share = before_.share;
    out_.other_sql = before_.fingerprint != after_.fingerprint;
    compare_plans(points);
    compare_refusals();
    compare_boundaries();
    compare_generic();
    for (const std::string& note : after_.notes) {
      if (std::find(before_.notes.begin(), before_.notes.end(), note) == before_.notes.end()) {
        out_.notes.push_back(note);
      }
    }
    return std::move(out_);
  }

 private:
  void compare_plans(int& points) {
    out_.transitions = plan_transitions(before_, after_, limit_, Executions::first, points);
    if (before_.switches || after_.switches) {
      const bool known = knows_later(before_) && knows_later(after_);
      const bool same_generic = before_.switches && after_.switches &&
                                !before_.generic_plan.empty() &&
                                before_.generic_plan == after_.generic_plan;
      // Some sessions may stay with custom plans.
      const double custom = 1 - std::min(before_.generic_share, after_.generic_share);
      for (PlanTransition& each : out_.transitions) {
        if (custom * each.share >= kFewestCalls) continue;
        each.generic = known || (same_generic && each.before != each.after);
      }
      int again = 0;
      for (PlanTransition& each :
           plan_transitions(before_, after_, limit_, Executions::later, again)) {
        each.sixth = true;
        out_.transitions.push_back(std::move(each));
      }
    }
    std::stable_sort(
        out_.transitions.begin(), out_.transitions.end(),
        [](const PlanTransition& a, const PlanTransition& b) { return weight(a) > weight(b); });
  }

  // What was planned before, or executed, and is refused now.
  void compare_refusals() {
    for (const MapPoint& was : before_.points) {
      const MapPoint* now = find_point(after_, was.parameters);
      if (now == nullptr || now->error.empty() || !was.error.empty() || was.plan.empty()) continue;
      if (!now->plan.empty() && find_measured(before_, was.parameters) == nullptr) continue;
      auto found = std::find_if(out_.refusals.begin(), out_.refusals.end(),
                                [&](const Refusal& each) { return each.error == now->error; });
      if (found == out_.refusals.end()) {
        out_.refusals.push_back({now->error, 0, 0, was.parameters});
        found = out_.refusals.end() - 1;
      }
      found->share += was.share;
      ++found->points;
    }
  }

  static double weight(const PlanTransition& transition) {
    if (!transition.before_work || !transition.after_work) return transition.share;
    const double blocks = std::abs(double(transition.after_work->logical_reads) -
                                   double(transition.before_work->logical_reads));
    return std::max(transition.share, 1e-6) * (1 + blocks);
  }

  void compare_boundaries() {
    const auto at = [](const PlanBoundary& each) { return (each.from + each.to) / 2; };
    const auto summary = [](const QueryMap& query, const std::string& plan) {
      const PlanClass* found = find_class(query, plan);
      return found ? found->summary : plan;
    };
    for (const PlanBoundary& now : after_.boundaries) {
      const PlanBoundary* was = nullptr;
      for (const PlanBoundary& each : before_.boundaries) {
        if (!is_same_boundary(each, now)) continue;
        if (!was || std::abs(at(each) - at(now)) < std::abs(at(*was) - at(now))) was = &each;
      }
      if (was != nullptr && std::abs(at(*was) - at(now)) < kMovedBoundary) continue;
      out_.boundaries.push_back(
          fmt::format("{} -> {} at {} of {} ({})", summary(after_, now.below),
                      summary(after_, now.above), percent_words(at(now)), now.column,
                      was ? "before: " + percent_words(at(*was)) : std::string("before: nowhere")));
    }
    for (const PlanBoundary& was : before_.boundaries) {
      const bool still =
          std::any_of(after_.boundaries.begin(), after_.boundaries.end(),
                      [&](const PlanBoundary& each) { return is_same_boundary(each, was); });
      if (still) continue;
      out_.boundaries.push_back(
          fmt::format("{} -> {} nowhere (before: at {} of {})", summary(before_, was.below),
                      summary(before_, was.above), percent_words(at(was)), was.column));
    }
  }

  void compare_generic() {
    if (before_.switches == after_.switches &&
        (!after_.switches || before_.generic_plan == after_.generic_plan)) {
      return;
    }
    const auto words = [](const QueryMap& query) {
      return query.switches ? "generic: " + query.generic_summary
                            : "one for each set of parameters";
    };
    out_.notes.push_back(fmt::format("from the sixth execution on the plan was {}, is {}",
                                     words(before_), words(after_)));
  }

  const QueryMap &before_, &after_;
  const WorkLimit& limit_;
  QueryDifference out_;
};

}  // namespace

MapDifference map_difference(const PlanMap& before, const PlanMap& after, const WorkLimit& limit) {
  MapDifference difference;
  difference.limit = limit;
  for (const QueryMap& query : before.queries) {
    const QueryMap* now = find(after, query);
    if (now == nullptr) {
      QueryDifference gone{query.operation, query.step, query.share, false, {}, {}, {}};
      gone.notes.emplace_back("only in the map before");
      difference.queries.push_back(std::move(gone));
      continue;
    }
    ++difference.compared;
    QueryDifference found = Comparer(query, *now, limit).compare(difference.points);
    const bool differs = !found.transitions.empty() || !found.boundaries.empty() ||
                         !found.notes.empty() || !found.refusals.empty() || found.other_sql;
    if (differs) difference.queries.push_back(std::move(found));
  }
  for (const QueryMap& query : after.queries) {
    if (find(before, query) != nullptr) continue;
    QueryDifference come{query.operation, query.step, query.share, false, {}, {}, {}};
    come.notes.emplace_back("only in the map after");
    difference.queries.push_back(std::move(come));
  }
  return difference;
}

bool work_regressed(const MapDifference& difference) {
  for (const QueryDifference& query : difference.queries) {
    for (const Refusal& each : query.refusals) {
      if (each.share > 0) return true;
    }
    for (const PlanTransition& each : query.transitions) {
      if (each.verdict == WorkVerdict::regressed && !each.coin_flip && !each.generic) return true;
    }
  }
  return false;
}

bool work_unknown(const MapDifference& difference) {
  for (const QueryDifference& query : difference.queries) {
    for (const PlanTransition& each : query.transitions) {
      const bool unknown = each.before != each.after && !each.after_work;
      if (unknown && each.share > 0 && !each.coin_flip && !each.generic) return true;
    }
  }
  return false;
}

std::string to_words(const Parameters& parameters) {
  std::string words;
  for (const auto& each : parameters) {
    words += (words.empty() ? "" : ", ") + shortened(each.value_or("NULL"), kLongestParameter);
  }
  return words.empty() ? "no parameters" : words;
}

namespace {

std::string whom_words(double share, const Parameters& example) {
  return share > 0 ? fmt::format("for {} of calls ({})", percent_words(share), to_words(example))
                   : fmt::format("for parameters that the load does not ask with ({})",
                                 to_words(example));
}

}  // namespace

std::string to_words(const Refusal& refusal) {
  return fmt::format("{}: refused now: {}", whom_words(refusal.share, refusal.example),
                     refusal.error);
}

std::string to_words(const PlanTransition& transition) {
  return fmt::format("{}{}: {}", transition.sixth ? "from the sixth execution on, " : "",
                     whom_words(transition.share, transition.example), transition.words);
}

}  // namespace tare
