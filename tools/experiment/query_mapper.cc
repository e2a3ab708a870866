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
#include "tools/experiment/parameters_to_measure.h"
#include "tools/experiment/plan_boundaries.h"
#include "tools/experiment/plan_executions.h"
#include "tools/experiment/plan_margin.h"
#include "tools/experiment/planner.h"
#include "tools/plans/map_difference.h"
#include "tools/plans/parameter_uses.h"
#include "tools/plans/plan_shape.h"

namespace tare {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLongestQuery{30};  // of the whole
constexpr size_t kFrequentDrawn = 60, kOtherDrawn = 60;
constexpr size_t kPlannedBefore = 5;  // executions until a generic plan is considered
constexpr int kSessions = 16;         // that are tried

Parameters to_parameters(const DrawnParameters& drawn) {
  return {drawn.begin(), drawn.end()};
}

class QueryMapper {
 public:
  QueryMapper(PostgresControl& postgres, const MappedQuery& of, QueryMap& query)
      : postgres_(postgres),
        roots_(of.roots),
        like_(of.like),
        prepared_(of.prepared),
        query_(query),
        planner_(postgres, query.sql, kLongestExecution) {}

  void map(const std::vector<DrawnParameters>& drawn) {
    look_at_generic(drawn);
    choose_points(drawn);
    if (query_.points.empty()) return note("no request asks it, and no parameters are known");
    for (MapPoint& point : query_.points) ask(point);
    group();
    measure();
    find_margins();
    find_all_boundaries();
    note_refusals();
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

  // What differs by parameters only is told once.
  void note_refusals() {
    for (const auto& [what, refused] : refused_) {
      const std::string others =
          refused.count == 1 ? "" : fmt::format(", and {} others", refused.count - 1);
      note(fmt::format("{} with {}{}", what, to_words(refused.first), others));
    }
  }

  void count_refusal(const char* what, const SqlError& error, const Parameters& parameters) {
    Refused& refused = refused_[fmt::format("{}: {}", what, error.message())];
    if (refused.count++ == 0) refused.first = parameters;
  }

  void look_at_generic(const std::vector<DrawnParameters>& drawn) {
    if (planner_.parameters() == 0) return;
    const Parameters any =
        drawn.empty() ? Parameters(planner_.parameters()) : to_parameters(drawn.front());
    std::vector<ParameterColumn> columns;
    try {
      const PlanTree tree = read_plan_tree(planner_.generic_plan(any));
      columns =
          parameter_columns(read_plan_tree(planner_.generic_plan(any, Planner::Names::qualified)));
      query_.generic_plan = fingerprints(tree, roots_).plan;
      query_.generic_summary = plan_shape(tree, roots_).summary;
      if (prepared_) query_.generic_share = share_of_generic_sessions(drawn);
      query_.switches = query_.generic_share >= 0.5;
    } catch (const SqlError& error) {
      note("no generic plan: " + to_text(error));
    }
    for (const ParameterColumn& column : columns) add_column(column);
  }

  // Each session meets other parameters first. Nobody asks it: as no parameters at all.
  double share_of_generic_sessions(const std::vector<DrawnParameters>& drawn) {
    int sessions = 0, generic = 0;
    for (size_t start = 0; sessions < kSessions; start += kPlannedBefore, ++sessions) {
      if (start > 0 && start + kPlannedBefore > drawn.size()) break;
      std::vector<Parameters> first;
      for (size_t i = start; i < std::min(drawn.size(), start + kPlannedBefore); ++i) {
        first.push_back(to_parameters(drawn[i]));
      }
      generic += planner_.switches_after(first);
      if (Clock::now() > generic_deadline_) return double(generic) / (sessions + 1);
    }
    return sessions > 0 ? double(generic) / sessions : 0;
  }

  // Of partitions their root's column, once.
  void add_column(ParameterColumn column) {
    ColumnStatistics statistics;
    try {
      statistics = read_statistics(postgres_, column);
      column.schema = statistics.schema;
      column.table = statistics.table;
      if (!statistics.known) {
        note(fmt::format("no statistics of {}.{} can be read: ANALYZE it, or GRANT SELECT on it",
                         column.table, column.column));
      }
    } catch (const SqlError& error) {
      note(fmt::format("nothing is known of {}.{}: {}", column.table, column.column,
                       to_text(error)));
    }
    auto& columns = query_.columns;
    if (std::find(columns.begin(), columns.end(), column) != columns.end()) return;
    columns.push_back(std::move(column));
    statistics_.push_back(std::move(statistics));
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
      const auto& drawn = base[size_t(column.parameter) - 1];
      for (const SampledValue& sample :
           sample_column(postgres_, statistics_[i], column.comparison, drawn)) {
        Parameters parameters = base;
        parameters[size_t(column.parameter) - 1] = sample.value;
        add_point(parameters, fmt::format("${}: {}", column.parameter, sample.origin), 0);
      }
    }
    add_ranges(base);
  }

  // Two parameters that bound the same column.
  void add_ranges(const Parameters& base) {
    for (size_t low = 0; low < query_.columns.size(); ++low) {
      for (size_t high = 0; high < query_.columns.size(); ++high) {
        const ParameterColumn &from = query_.columns[low], &to = query_.columns[high];
        if (from.table != to.table || from.column != to.column) continue;
        if (!from.comparison.starts_with(">") || !to.comparison.starts_with("<")) continue;
        for (const SampledRange& each : sample_ranges(postgres_, statistics_[low])) {
          Parameters parameters = base;
          parameters[size_t(from.parameter) - 1] = each.start;
          parameters[size_t(to.parameter) - 1] = each.end;
          add_point(parameters,
                    fmt::format("${} and ${}: {:g} % of the histogram", from.parameter,
                                to.parameter, each.width * 100),
                    0, each.width);
        }
      }
    }
  }

  void ask(MapPoint& point) {
    if (is_late("some parameters")) return;
    try {
      const PlanTree tree = read_plan_tree(planner_.plan(point.parameters));
      const Fingerprints prints = fingerprints(tree, roots_);
      point.plan = prints.plan;
      if (!seen_.contains(prints.plan)) {
        seen_[prints.plan] = {prints, plan_shape(tree, roots_).summary};
      }
      if (!point.selectivity) point.selectivity = selectivity_of(point);
    } catch (const SqlError& error) {
      point.error = to_text(error);
      count_refusal("refused", error, point.parameters);
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

  struct Seen {
    Fingerprints prints;
    std::string summary;
  };

  static PlanClass class_of(const Seen& seen) {
    PlanClass found;
    found.shape = seen.prints.shape;
    found.plan = seen.prints.plan;
    found.access = seen.prints.access;
    found.summary = seen.summary;
    return found;
  }

  void group() {
    for (const auto& [plan, seen] : seen_) {
      PlanClass found = class_of(seen);
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
      if (column.comparison == kAnyOf) continue;  // lists have no order
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
      query_.classes.push_back(class_of(seen));
    }
  }

  void measure() {
    for (const Parameters& parameters : parameters_to_measure(query_, like_)) {
      if (parameters.size() != planner_.parameters()) continue;
      if (is_late("executions")) return;
      try {
        Execution done = execute_query(planner_, roots_, parameters, query_);
        if (!done.triggers.empty()) {
          note(fmt::format("triggers fired ({}): their work is not in these figures",
                           fmt::join(done.triggers, ", ")));
        }
        query_.measured.push_back(std::move(done.point));
      } catch (const SqlError& error) {
        set_error(parameters, error, query_);
        count_refusal("not executed", error, parameters);
      }
    }
  }

  struct Refused {
    int count = 0;
    Parameters first;
  };

  PostgresControl& postgres_;
  const PartitionRoots& roots_;
  const QueryMap* like_;
  const bool prepared_;
  QueryMap& query_;
  Planner planner_;
  Clock::time_point deadline_ = Clock::now() + kLongestQuery;
  Clock::time_point generic_deadline_ = Clock::now() + kLongestQuery / 6;
  std::vector<ColumnStatistics> statistics_;  // beside QueryMap::columns
  std::map<std::string, Seen> seen_;          // by F1
  std::map<std::string, Refused> refused_;    // by what, and PostgreSQL's words
};

}  // namespace

void map_query(PostgresControl& postgres, const MappedQuery& of, QueryMap& query) {
  const QueryIdentity identity = query_identity(query.sql);
  query.fingerprint = identity.fingerprint;
  if (!identity.note.empty()) query.notes.push_back(identity.note);
  if (inspect_sql(query.sql).writes) {
    query.notes.push_back(
        "it changes or locks rows: executed in transactions that were rolled back");
  }
  try {
    QueryMapper(postgres, of, query).map(of.drawn);
  } catch (const SqlError& error) {
    query.notes.push_back("PostgreSQL refuses it: " + to_text(error));
  }
}

}  // namespace tare
