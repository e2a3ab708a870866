#include "tools/experiment/query_mapper.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>

#include "bench/model/sql_text.h"
#include "tools/experiment/column_samples.h"
#include "tools/experiment/plan_boundaries.h"
#include "tools/experiment/plan_margin.h"
#include "tools/experiment/planner.h"
#include "tools/plans/parameter_uses.h"
#include "tools/plans/plan_shape.h"
#include "tools/plans/work.h"

namespace tare {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLongestQuery{30};  // of the whole
constexpr std::chrono::milliseconds kLongestStatement{10'000};
constexpr size_t kFrequentDrawn = 60, kOtherDrawn = 60;
constexpr size_t kPlannedBefore = 5;  // executions until a generic plan is considered
constexpr size_t kMostMeasured = 10;  // parameter sets that are executed
constexpr size_t kTopMeasured = 3;    // of those the most called, whatever their plans
constexpr size_t kMostEstimates = 3;
constexpr double kWrongEstimate = 2;  // times

Parameters to_parameters(const DrawnParameters& drawn) {
  return {drawn.begin(), drawn.end()};
}

class QueryMapper {
 public:
  QueryMapper(PostgresControl& postgres, const PartitionRoots& roots, const QueryMap* like,
              QueryMap& query)
      : postgres_(postgres),
        roots_(roots),
        like_(like),
        query_(query),
        planner_(postgres, query.sql, kLongestStatement) {}

  void map(const std::vector<DrawnParameters>& drawn) {
    look_at_generic(drawn);
    choose_points(drawn);
    if (query_.points.empty()) return note("no request asks it, and no parameters are known");
    for (MapPoint& point : query_.points) ask(point);
    group();
    find_margins();
    find_all_boundaries();
    measure();
  }

 private:
  bool is_late(const char* what) {
    if (Clock::now() < deadline_) return false;
    note(fmt::format("out of time: {} are left out", what));
    return true;
  }

  void note(const std::string& text) {
    if (std::find(query_.notes.begin(), query_.notes.end(), text) == query_.notes.end()) {
      query_.notes.push_back(text);
    }
  }

  void look_at_generic(const std::vector<DrawnParameters>& drawn) {
    if (planner_.parameters() == 0) return;
    try {
      const std::string json = planner_.generic_plan();
      const PlanTree tree = read_plan_tree(json);
      query_.columns =
          parameter_columns(read_plan_tree(planner_.generic_plan(Planner::Names::qualified)));
      query_.generic_plan = fingerprints(tree, roots_).plan;
      query_.generic_summary = plan_shape(json).summary;
      std::vector<Parameters> first;
      for (size_t i = 0; i < std::min(drawn.size(), kPlannedBefore); ++i) {
        first.push_back(to_parameters(drawn[i]));
      }
      query_.switches = planner_.switches_after(first);
    } catch (const SqlError& error) {
      note("no generic plan: " + to_text(error));
    }
    for (const ParameterColumn& column : query_.columns) {
      try {
        statistics_.push_back(read_statistics(postgres_, column));
        if (statistics_.back().known) continue;
        note(fmt::format("no statistics of {}.{} can be read: ANALYZE it, or GRANT SELECT on it",
                         column.table, column.column));
      } catch (const SqlError& error) {
        statistics_.emplace_back();
        note(fmt::format("nothing is known of {}.{}: {}", column.table, column.column,
                         to_text(error)));
      }
    }
  }

  void choose_points(const std::vector<DrawnParameters>& drawn) {
    for (const auto& [parameters, count] : weighed(drawn, kFrequentDrawn, kOtherDrawn)) {
      add_point(to_parameters(parameters), "drawn", double(count) / double(drawn.size()));
    }
    if (like_ != nullptr && !like_->points.empty() &&
        like_->points.front().parameters.size() == planner_.parameters()) {
      for (const MapPoint& point : like_->points) {
        add_point(point.parameters, point.origin, 0, point.selectivity);
      }
      return;
    }
    if (!query_.points.empty()) add_samples();
  }

  // A set that is there already stays as it was.
  void add_point(const Parameters& parameters, const std::string& origin, double share,
                 std::optional<double> selectivity = {}) {
    for (const MapPoint& point : query_.points) {
      if (point.parameters == parameters) return;
    }
    query_.points.push_back({parameters, origin, share, selectivity, ""});
  }

  void add_samples() {
    const Parameters base = query_.points.front().parameters;  // that most calls ask with
    for (size_t i = 0; i < query_.columns.size(); ++i) {
      const ParameterColumn& column = query_.columns[i];
      if (!statistics_[i].known || size_t(column.parameter) > base.size()) continue;
      for (const SampledValue& sample :
           sample_column(postgres_, statistics_[i], column.comparison)) {
        Parameters parameters = base;
        parameters[size_t(column.parameter) - 1] = sample.value;
        add_point(parameters, fmt::format("${}: {}", column.parameter, sample.origin), 0);
      }
    }
    add_ranges(base);
  }

  // Two parameters that bound the same column: ranges of growing width around its middle.
  void add_ranges(const Parameters& base) {
    for (size_t low = 0; low < query_.columns.size(); ++low) {
      for (size_t high = 0; high < query_.columns.size(); ++high) {
        const ParameterColumn &from = query_.columns[low], &to = query_.columns[high];
        if (from.table != to.table || from.column != to.column) continue;
        if (!from.comparison.starts_with(">") || !to.comparison.starts_with("<")) continue;
        for (double width : {0.0, 0.001, 0.01, 0.1, 0.5, 1.0}) {
          const auto start = value_at(postgres_, statistics_[low], 0.5 - width / 2);
          const auto end = value_at(postgres_, statistics_[low], 0.5 + width / 2);
          if (!start || !end) break;
          Parameters parameters = base;
          parameters[size_t(from.parameter) - 1] = *start;
          parameters[size_t(to.parameter) - 1] = *end;
          add_point(parameters,
                    fmt::format("${} and ${}: {:g} % of the histogram", from.parameter,
                                to.parameter, width * 100),
                    0, width);
        }
      }
    }
  }

  void ask(MapPoint& point) {
    if (is_late("some parameters")) return;
    try {
      const std::string json = planner_.plan(point.parameters);
      const PlanTree tree = read_plan_tree(json);
      const Fingerprints prints = fingerprints(tree, roots_);
      point.plan = prints.plan;
      if (!seen_.contains(prints.plan)) {
        seen_[prints.plan] = {prints, plan_shape(json).summary};
      }
      if (!point.selectivity) point.selectivity = selectivity_of(point);
    } catch (const SqlError& error) {
      note(fmt::format("refused with {}: {}", in_words(point.parameters), to_text(error)));
    }
  }

  // Of the only column, or of the one that was varied.
  std::optional<double> selectivity_of(const MapPoint& point) {
    for (size_t i = 0; i < query_.columns.size(); ++i) {
      const ParameterColumn& column = query_.columns[i];
      const bool varied = point.origin.starts_with(fmt::format("${}: ", column.parameter));
      if (!varied && !(point.origin == "drawn" && query_.columns.size() == 1)) continue;
      if (size_t(column.parameter) > point.parameters.size()) continue;
      return estimated_share(postgres_, statistics_[i], column.comparison,
                             point.parameters[size_t(column.parameter) - 1]);
    }
    return std::nullopt;
  }

  static std::string in_words(const Parameters& parameters) {
    std::string text;
    for (const auto& each : parameters) text += (text.empty() ? "" : ", ") + each.value_or("NULL");
    return text.empty() ? "no parameters" : text;
  }

  void group() {
    for (const auto& [plan, seen] : seen_) {
      PlanClass found;
      found.shape = seen.prints.shape;
      found.plan = plan;
      found.access = seen.prints.access;
      found.summary = seen.summary;
      double heaviest = -1;
      for (const MapPoint& point : query_.points) {
        if (point.plan != plan) continue;
        ++found.points;
        found.share += point.share;
        if (point.share > heaviest) {
          heaviest = point.share;
          found.example = point.parameters;
        }
        if (!point.selectivity) continue;
        const double share = *point.selectivity;
        found.lowest_selectivity = std::min(found.lowest_selectivity.value_or(share), share);
        found.highest_selectivity = std::max(found.highest_selectivity.value_or(share), share);
      }
      query_.classes.push_back(std::move(found));
    }
    std::stable_sort(query_.classes.begin(), query_.classes.end(),
                     [](const PlanClass& a, const PlanClass& b) {
                       return std::pair(a.share, a.points) > std::pair(b.share, b.points);
                     });
  }

  void find_margins() {
    for (PlanClass& each : query_.classes) {
      if (is_late("margins")) return;
      try {
        const PlanTree chosen = read_plan_tree(planner_.plan(each.example));
        const auto next = next_best_plan(planner_, each.example, chosen, roots_);
        if (!next) continue;
        each.margin = next->margin;
        each.next_best = next->words;
        each.next_best_plan = next->plan;
      } catch (const SqlError& error) {
        note("no margin: " + to_text(error));
      }
    }
  }

  void find_all_boundaries() {
    if (query_.points.empty()) return;
    const Parameters base = query_.points.front().parameters;
    for (size_t i = 0; i < query_.columns.size(); ++i) {
      const ParameterColumn& column = query_.columns[i];
      if (!statistics_[i].known || size_t(column.parameter) > base.size()) continue;
      if (is_late("boundaries")) return;
      const auto plan_for = [&](const std::string& value) -> std::string {
        Parameters parameters = base;
        parameters[size_t(column.parameter) - 1] = value;
        MapPoint point{parameters, "", 0, 0.0, ""};
        ask(point);
        return point.plan;
      };
      for (PlanBoundary& each : find_boundaries(postgres_, statistics_[i], column, plan_for)) {
        query_.boundaries.push_back(std::move(each));
      }
    }
    add_classes_of_boundaries();
  }

  // A plan that only the search for boundaries met has a class without points.
  void add_classes_of_boundaries() {
    for (const auto& [plan, seen] : seen_) {
      const bool known = std::any_of(query_.classes.begin(), query_.classes.end(),
                                     [&](const PlanClass& each) { return each.plan == plan; });
      if (known) continue;
      PlanClass found;
      found.shape = seen.prints.shape;
      found.plan = plan;
      found.access = seen.prints.access;
      found.summary = seen.summary;
      query_.classes.push_back(std::move(found));
    }
  }

  std::vector<Parameters> to_be_measured() const {
    std::vector<Parameters> chosen;
    const auto add = [&](const Parameters& parameters) {
      if (chosen.size() < kMostMeasured &&
          std::find(chosen.begin(), chosen.end(), parameters) == chosen.end()) {
        chosen.push_back(parameters);
      }
    };
    std::vector<const MapPoint*> drawn;
    for (const MapPoint& point : query_.points) {
      if (point.share > 0) drawn.push_back(&point);
    }
    std::stable_sort(drawn.begin(), drawn.end(),
                     [](const MapPoint* a, const MapPoint* b) { return a->share > b->share; });
    for (size_t i = 0; i < std::min(drawn.size(), kTopMeasured); ++i) add(drawn[i]->parameters);
    if (like_ != nullptr) {
      for (const MeasuredPoint& each : like_->measured) add(each.parameters);
    }
    for (const PlanClass& each : query_.classes) {
      if (each.points > 0) add(each.example);
    }
    return chosen;
  }

  void measure() {
    for (const Parameters& parameters : to_be_measured()) {
      if (parameters.size() != planner_.parameters()) continue;
      if (is_late("executions")) return;
      try {
        if (query_.measured.empty()) planner_.measure(parameters);  // a first one reads catalogs
        MeasuredPoint point;
        point.parameters = parameters;
        point.explain_json = planner_.measure(parameters);
        const PlanTree tree = read_plan_tree(point.explain_json);
        point.plan = fingerprints(tree, roots_).plan;
        point.work = work_of(tree);
        if (!tree.triggers.empty()) {
          note(fmt::format("triggers fired ({}): their work is not in these figures",
                           fmt::join(tree.triggers, ", ")));
        }
        point.estimates = row_estimates(tree, kWrongEstimate);
        point.estimates.resize(std::min(point.estimates.size(), kMostEstimates));
        query_.measured.push_back(std::move(point));
      } catch (const SqlError& error) {
        note(fmt::format("not executed with {}: {}", in_words(parameters), to_text(error)));
      }
    }
  }

  struct Seen {
    Fingerprints prints;
    std::string summary;
  };

  PostgresControl& postgres_;
  const PartitionRoots& roots_;
  const QueryMap* like_;
  QueryMap& query_;
  Planner planner_;
  Clock::time_point deadline_ = Clock::now() + kLongestQuery;
  std::vector<ColumnStatistics> statistics_;  // beside QueryMap::columns
  std::map<std::string, Seen> seen_;          // by F1
};

}  // namespace

void map_query(PostgresControl& postgres, const PartitionRoots& roots,
               const std::vector<DrawnParameters>& drawn, const QueryMap* like, QueryMap& query) {
  const QueryIdentity identity = query_identity(query.sql);
  query.fingerprint = identity.fingerprint;
  if (!identity.note.empty()) query.notes.push_back(identity.note);
  if (inspect_sql(query.sql).writes) {
    query.notes.push_back(
        "it changes or locks rows: executed in transactions that were rolled back");
  }
  try {
    QueryMapper(postgres, roots, like, query).map(drawn);
  } catch (const SqlError& error) {
    query.notes.push_back("PostgreSQL refuses it: " + to_text(error));
  }
}

}  // namespace tare
