// One EXPLAIN of one SQL step with one set of parameters.
// Level: model. Plain values; the fingerprint is computed in tools/plans/fingerprint.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tare {

// Made for the parameters at hand, or once for all there may be.
enum class PlanKind { unknown, custom, generic };

struct Plan {
  std::string operation;
  std::string step;
  std::string sql;
  std::vector<std::string> parameters;
  int64_t requests = 1;      // of the operation's first requests that ask with these parameters
  std::string explain_json;  // PostgreSQL's own JSON array, whole; empty when `error` is set
  // F1 (tools/plans/fingerprint.h), made when the partitions were known: equal ones, equal plans.
  std::string shape;
  std::string summary;  // the shape in words: "Index Scan using relation_target on relation"
  int64_t blocks = 0;   // logical reads of the execution: shared and local, hit + read
  int64_t rows = 0;     // rows the top node returned
  std::string error;    // why there is no plan; empty when there is one
  // Unknown of a statement without parameters, where there is nothing to choose, and on servers
  // before 14 that do not tell.
  PlanKind kind = PlanKind::unknown;
  // Of a generic plan: what the custom plan for the same parameters would have been, and was for
  // the first five executions.
  std::string custom_shape = {}, custom_summary = {};

  friend bool operator==(const Plan&, const Plan&) = default;
};

}  // namespace tare
