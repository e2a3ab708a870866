#include "tools/plans/plan_transitions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "tools/plans/plan_difference.h"

namespace tare {

const MapPoint* find_point(const QueryMap& query, const Parameters& parameters) {
  for (const MapPoint& point : query.points) {
    if (point.parameters == parameters) return &point;
  }
  return nullptr;
}

const MeasuredPoint* find_measured(const QueryMap& query, const Parameters& parameters) {
  for (const MeasuredPoint& point : query.measured) {
    if (point.parameters == parameters) return &point;
  }
  return nullptr;
}

const PlanClass* find_class(const QueryMap& query, const std::string& plan) {
  for (const PlanClass& each : query.classes) {
    if (each.plan == plan) return &each;
  }
  return nullptr;
}

namespace {

// Whether the other plan is the next best, and hardly dearer.
bool is_coin_flip(const PlanClass* chosen, const std::string& other) {
  return chosen != nullptr && chosen->margin && std::abs(*chosen->margin) <= kCoinFlip &&
         chosen->next_best_plan == other;
}

// What the calls with a set of parameters meet: a plan and, where it was executed, its work.
struct Met {
  std::string plan, explain_json;
  std::optional<WorkVector> work;
};

// Of a session's first five executions, and of sessions that make a plan for each.
Met first_met(const QueryMap& query, const MapPoint& point) {
  const MeasuredPoint* found = find_measured(query, point.parameters);
  if (found == nullptr) return {point.plan, "", std::nullopt};
  return {point.plan, found->explain_json, found->work};
}

// From the sixth execution on.
Met later_met(const QueryMap& query, const MapPoint& point) {
  if (!query.switches) return first_met(query, point);
  const MeasuredPoint* found = find_measured(query, point.parameters);
  if (found == nullptr) return {query.generic_plan, "", std::nullopt};
  return {query.generic_plan, found->generic_json, found->generic_work};
}

using Meeting = Met (*)(const QueryMap& query, const MapPoint& point);

// The transitions of one query's parameters, as they meet its plans.
class Transitions {
 public:
  Transitions(const QueryMap& before, const QueryMap& after, const WorkLimit& limit, Meeting meet)
      : before_(before), after_(after), limit_(limit), meet_(meet) {}

  // Only what differs in plan or work. Counts the parameter sets that both maps asked about.
  std::vector<PlanTransition> take(int& points) {
    for (const bool executed : {true, false}) {
      for (const MapPoint& point : before_.points) {
        const MapPoint* then = find_point(after_, point.parameters);
        if (then == nullptr || point.plan.empty() || then->plan.empty()) continue;
        const Met was = meet_(before_, point), now = meet_(after_, *then);
        if ((was.work && now.work) != executed) continue;
        ++points;
        executed ? add_executed(point, was, now) : add_planned(point, was, now);
      }
    }
    std::vector<PlanTransition> taken;
    for (auto& [key, group] : groups_) {
      PlanTransition& transition = group.transition;
      const bool same = transition.before == transition.after;
      if (same && transition.verdict == WorkVerdict::same) continue;
      describe(group);
      taken.push_back(std::move(transition));
    }
    return taken;
  }

 private:
  struct Group {
    PlanTransition transition;
    std::vector<double> selectivities;  // of what was executed
    std::pair<bool, double> example{};  // executed in both, its share
    Met was, now;                       // of the example
  };

  // What was executed in both maps comes first: its work tells which transition a point belongs to.
  void add_executed(const MapPoint& point, const Met& was, const Met& now) {
    const WorkVerdict verdict = judge_work(*was.work, *now.work, limit_);
    Group& group = groups_[{was.plan, now.plan, verdict}];
    add(point, was, now, group);
    group.transition.verdict = verdict;
    if (point.selectivity) group.selectivities.push_back(*point.selectivity);
  }

  // Of several transitions between the same plans, the one whose executed parameters ask for about
  // as much of the table; where that is not known, the one that took the same work.
  void add_planned(const MapPoint& point, const Met& was, const Met& now) {
    Group* nearest = nullptr;
    double least = std::numeric_limits<double>::infinity();
    for (auto& [key, group] : groups_) {
      const auto& [before, after, verdict] = key;
      if (before != was.plan || after != now.plan) continue;
      double distance = verdict == WorkVerdict::same ? 1e3 : 1e6;
      for (double each : group.selectivities) {
        if (point.selectivity) distance = std::min(distance, std::abs(each - *point.selectivity));
      }
      if (distance >= least) continue;
      least = distance;
      nearest = &group;
    }
    add(point, was, now, nearest ? *nearest : groups_[{was.plan, now.plan, WorkVerdict::same}]);
  }

  static void add(const MapPoint& point, const Met& was, const Met& now, Group& group) {
    PlanTransition& transition = group.transition;
    transition.before = was.plan;
    transition.after = now.plan;
    transition.share += point.share;
    const std::pair rank(was.work && now.work, point.share);
    if (++transition.points > 1 && rank <= group.example) return;
    transition.example = point.parameters;
    group.example = rank;
    group.was = was;
    group.now = now;
  }

  // A generic plan may be no set of parameters' own.
  static std::string summary_of(const QueryMap& query, const PlanClass* found,
                                const std::string& plan) {
    if (found != nullptr) return found->summary;
    return plan == query.generic_plan ? query.generic_summary : plan;
  }

  void describe(Group& group) const {
    PlanTransition& transition = group.transition;
    const PlanClass* old_class = find_class(before_, transition.before);
    const PlanClass* new_class = find_class(after_, transition.after);
    transition.before_summary = summary_of(before_, old_class, transition.before);
    transition.after_summary = summary_of(after_, new_class, transition.after);
    if (old_class != nullptr) transition.before_margin = old_class->margin;
    if (new_class != nullptr) transition.after_margin = new_class->margin;
    transition.coin_flip =
        is_coin_flip(old_class, transition.after) && is_coin_flip(new_class, transition.before);
    if (group.was.work && group.now.work) {
      transition.before_work = group.was.work;
      transition.after_work = group.now.work;
      try {
        transition.words = difference_words(read_plan_tree(group.was.explain_json),
                                            read_plan_tree(group.now.explain_json));
      } catch (const std::runtime_error& error) {
        transition.words = error.what();
      }
      if (transition.before == transition.after) {
        transition.words =
            "the same plan, other work: " + work_words(*group.was.work, *group.now.work, limit_);
      }
    }
    if (transition.words.empty() && transition.before != transition.after) {
      transition.words =
          fmt::format("{} became {}", transition.before_summary, transition.after_summary);
    }
  }

  const QueryMap &before_, &after_;
  const WorkLimit& limit_;
  const Meeting meet_;
  std::map<std::tuple<std::string, std::string, WorkVerdict>, Group> groups_;
};

}  // namespace

bool knows_later(const QueryMap& query) {
  if (!query.switches) return true;
  return std::any_of(query.measured.begin(), query.measured.end(),
                     [](const MeasuredPoint& point) { return point.generic_work.has_value(); });
}

std::vector<PlanTransition> plan_transitions(const QueryMap& before, const QueryMap& after,
                                             const WorkLimit& limit, Executions of, int& points) {
  const Meeting meet = of == Executions::later ? later_met : first_met;
  return Transitions(before, after, limit, meet).take(points);
}

}  // namespace tare
