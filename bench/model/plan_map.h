// Which plans a scenario's queries get, for which parameters, and at what work: a plan map.
// Level: model. Plain values; read and written by plan_map_file.h; taken in tools/experiment,
// compared in tools/plans.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tare {

// $1, $2 ... as text; nullopt is NULL.
using Parameters = std::vector<std::optional<std::string>>;

// What one execution really did, apart from time and from what was cached.
struct WorkVector {
  int64_t logical_reads = 0;  // blocks: shared and local, hit + read
  int64_t temp_blocks = 0;    // read and written
  double rows = 0;            // that flowed between nodes, and that filters threw away
  int64_t rows_returned = 0;
  int64_t wal_bytes = 0;
  int64_t planning_blocks = 0;

  friend bool operator==(const WorkVector&, const WorkVector&) = default;
};

// How far off PostgreSQL's idea of a node's rows was, all its loops together.
struct RowEstimate {
  std::string node;  // in words: "Seq Scan on relation"
  double estimated = 0;
  // What was found. PostgreSQL before 18 rounds to whole rows per loop, so of a node that ran often
  // only an interval may be known.
  double lowest = 0, highest = 0;
  double factor = 1;  // >= 1: by which the estimate misses the interval; rows below 1 count as 1

  friend bool operator==(const RowEstimate&, const RowEstimate&) = default;
};

// One set of parameters that the planner was asked about.
struct MapPoint {
  Parameters parameters;
  std::string origin;                 // "drawn", or what of the statistics: "$1: most common value"
  double share = 0;                   // of the step's calls; 0 unless drawn
  std::optional<double> selectivity;  // share of the table that the varied parameter asks for
  std::string plan;                   // F1 of the plan it got; empty: refused
  std::string error = {};  // PostgreSQL's, at planning or execution; empty: none, or not asked

  friend bool operator==(const MapPoint&, const MapPoint&) = default;
};

// A set of parameters that was executed.
struct MeasuredPoint {
  Parameters parameters;
  std::string plan;  // F1
  WorkVector work;
  std::vector<RowEstimate> estimates;  // the worst first, at most three, factor 2 or more
  std::string explain_json;            // PostgreSQL's own array, for PEV2
  // Of the generic plan with these parameters, where sessions go over to it.
  std::optional<WorkVector> generic_work = {};
  std::string generic_json = {};

  friend bool operator==(const MeasuredPoint&, const MeasuredPoint&) = default;
};

// The parameters that get the same plan.
struct PlanClass {
  std::string shape, plan, access;  // F0, F1, F2
  std::string summary;              // in words
  double share = 0;                 // of the step's calls
  int points = 0;
  std::optional<double> lowest_selectivity, highest_selectivity;
  Parameters example;  // the one most calls ask with
  // How much dearer the next best plan is, as PostgreSQL reckons: 0.1 = 10 %. None: there is none.
  std::optional<double> margin;
  std::string next_best;       // in words
  std::string next_best_plan;  // F1

  friend bool operator==(const PlanClass&, const PlanClass&) = default;
};

// Where one plan gives way to another as a parameter asks for more of the table.
struct PlanBoundary {
  int parameter = 0;         // of $n
  std::string column;        // "votes.votetypeid"
  std::string below, above;  // F1 of the plans on either side
  double from = 0, to = 0;   // it lies between these selectivities, from <= to
  std::string from_value, to_value;

  friend bool operator==(const PlanBoundary&, const PlanBoundary&) = default;
};

// The column that a parameter is compared with.
struct ParameterColumn {
  int parameter = 0;  // of $n
  std::string schema, table, column;
  std::string comparison;  // "=", "<", ">=" ..., "= ANY"

  friend bool operator==(const ParameterColumn&, const ParameterColumn&) = default;
};

struct QueryMap {
  std::string operation, step;
  std::string sql;
  std::string fingerprint;  // of the statement, by PostgreSQL's own parser
  double share = 0;         // of all SQL calls of the load, as requests are mixed
  std::vector<ParameterColumn> columns;
  std::vector<MapPoint> points;
  std::vector<PlanClass> classes;  // by share, the largest first
  std::vector<PlanBoundary> boundaries;
  std::vector<MeasuredPoint> measured;
  std::string generic_plan;     // F1; empty: the query has no parameters, or it was refused
  std::string generic_summary;  // in words
  bool switches = false;        // most sessions go over to the generic plan after five executions
  // Of sessions, by what the load asks: how many do. The first five sets of parameters decide.
  double generic_share = 0;
  std::vector<std::string> notes;  // what is missing, and why; what a reader must know

  friend bool operator==(const QueryMap&, const QueryMap&) = default;
};

struct PlanMap {
  std::string scenario;
  std::string state;     // "baseline", "contender" or empty
  std::string taken_at;  // ISO 8601, UTC
  std::string postgres;  // version
  std::vector<QueryMap> queries;
  std::vector<std::string> notes;

  friend bool operator==(const PlanMap&, const PlanMap&) = default;
};

}  // namespace tare
