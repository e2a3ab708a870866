#include "tools/plans/map_difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "bench/model/number_words.h"
#include "tools/plans/plan_difference.h"

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

const MapPoint* find(const QueryMap& query, const Parameters& parameters) {
  for (const MapPoint& point : query.points) {
    if (point.parameters == parameters) return &point;
  }
  return nullptr;
}

const MeasuredPoint* measured(const QueryMap& query, const Parameters& parameters) {
  for (const MeasuredPoint& point : query.measured) {
    if (point.parameters == parameters) return &point;
  }
  return nullptr;
}

const PlanClass* class_of(const QueryMap& query, const std::string& plan) {
  for (const PlanClass& each : query.classes) {
    if (each.plan == plan) return &each;
  }
  return nullptr;
}

// Whether the other plan is the next best, and hardly dearer.
bool is_coin_flip(const PlanClass* chosen, const std::string& other) {
  return chosen != nullptr && chosen->margin && std::abs(*chosen->margin) <= kCoinFlip &&
         chosen->next_best_plan == other;
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
    for (const bool executed : {true, false}) {
      for (const MapPoint& point : before_.points) {
        const MapPoint* now = find(after_, point.parameters);
        if (now == nullptr || point.plan.empty() || now->plan.empty()) continue;
        if (is_measured(point) != executed) continue;
        ++points;
        executed ? add_measured(point, *now) : add_planned(point, *now);
      }
    }
    for (auto& [key, group] : groups_) {
      PlanTransition& transition = group.transition;
      finish(transition);
      const bool same = transition.before == transition.after;
      if (same && transition.verdict == WorkVerdict::same) continue;
      out_.transitions.push_back(std::move(transition));
    }
    std::stable_sort(
        out_.transitions.begin(), out_.transitions.end(),
        [](const PlanTransition& a, const PlanTransition& b) { return weight(a) > weight(b); });
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
  // Points that were executed in both maps come first: their work tells which transition a point
  // belongs to.
  void add_measured(const MapPoint& was, const MapPoint& now) {
    const WorkVerdict verdict = judge_work(measured(before_, was.parameters)->work,
                                           measured(after_, was.parameters)->work, limit_);
    Group& group = groups_[{was.plan, now.plan, verdict}];
    add(was, now, group);
    group.transition.verdict = verdict;
    if (was.selectivity) group.selectivities.push_back(*was.selectivity);
  }

  // Of several transitions between the same plans, the one whose executed parameters ask for about
  // as much of the table; where that is not known, the one that took the same work.
  void add_planned(const MapPoint& was, const MapPoint& now) {
    Group* nearest = nullptr;
    double least = std::numeric_limits<double>::infinity();
    for (auto& [key, group] : groups_) {
      const auto& [before, after, verdict] = key;
      if (before != was.plan || after != now.plan) continue;
      double distance = verdict == WorkVerdict::same ? 1e3 : 1e6;
      for (double each : group.selectivities) {
        if (was.selectivity) distance = std::min(distance, std::abs(each - *was.selectivity));
      }
      if (distance >= least) continue;
      least = distance;
      nearest = &group;
    }
    add(was, now, nearest ? *nearest : groups_[{was.plan, now.plan, WorkVerdict::same}]);
  }

  struct Group {
    PlanTransition transition;
    std::vector<double> selectivities;  // of what was executed
    std::pair<bool, double> example{};  // executed in both, its share
  };

  void add(const MapPoint& was, const MapPoint& now, Group& group) {
    PlanTransition& transition = group.transition;
    transition.before = was.plan;
    transition.after = now.plan;
    transition.share += was.share;
    const std::pair rank(is_measured(was), was.share);
    if (++transition.points > 1 && rank <= group.example) return;
    transition.example = was.parameters;
    group.example = rank;
  }

  bool is_measured(const MapPoint& point) const {
    return measured(before_, point.parameters) != nullptr &&
           measured(after_, point.parameters) != nullptr;
  }

  void finish(PlanTransition& transition) {
    const PlanClass* old_class = class_of(before_, transition.before);
    const PlanClass* new_class = class_of(after_, transition.after);
    if (old_class != nullptr) {
      transition.before_summary = old_class->summary;
      transition.before_margin = old_class->margin;
    }
    if (new_class != nullptr) {
      transition.after_summary = new_class->summary;
      transition.after_margin = new_class->margin;
    }
    transition.generic = transition.before != transition.after && before_.switches &&
                         after_.switches && !before_.generic_plan.empty() &&
                         before_.generic_plan == after_.generic_plan;
    transition.coin_flip =
        is_coin_flip(old_class, transition.after) && is_coin_flip(new_class, transition.before);
    const MeasuredPoint* was = measured(before_, transition.example);
    const MeasuredPoint* now = measured(after_, transition.example);
    if (was && now) {
      transition.before_work = was->work;
      transition.after_work = now->work;
      try {
        transition.words =
            difference_words(read_plan_tree(was->explain_json), read_plan_tree(now->explain_json));
      } catch (const std::runtime_error& error) {
        transition.words = error.what();
      }
    }
    if (transition.words.empty() && transition.before != transition.after) {
      transition.words =
          fmt::format("{} became {}", transition.before_summary, transition.after_summary);
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
      const PlanClass* found = class_of(query, plan);
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
  std::map<std::tuple<std::string, std::string, WorkVerdict>, Group> groups_;
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
                         !found.notes.empty() || found.other_sql;
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
    for (const PlanTransition& each : query.transitions) {
      if (each.verdict == WorkVerdict::regressed && !each.coin_flip && !each.generic) return true;
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

std::string to_words(const PlanTransition& transition) {
  const std::string whom =
      transition.share > 0 ? fmt::format("for {} of calls ({})", percent_words(transition.share),
                                         to_words(transition.example))
                           : fmt::format("for parameters that the load does not ask with ({})",
                                         to_words(transition.example));
  std::string words = whom + ": " + transition.words;
  if (transition.before == transition.after) {
    words = fmt::format("{}: the same plan, other work: {} -> {} blocks", whom,
                        transition.before_work ? transition.before_work->logical_reads : 0,
                        transition.after_work ? transition.after_work->logical_reads : 0);
  }
  return words;
}

}  // namespace tare
