#include "tools/plans/work.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/model/number_words.h"
#include "tools/plans/node_words.h"

namespace tare {
namespace {

constexpr double kFewestWalBytes = 16'384;
constexpr double kRowsPerBlock = 100;
constexpr double kManyTimes = 10;
constexpr double kMostRows = 9e15;  // what no server could count is cut, so that it can be said

// Reads all its input before it hands up a row, so that what stops early above stops nothing below.
bool reads_all(const PlanNode& node) {
  return node.type == "Sort" || node.type == "Hash" || node.type == "Aggregate" ||
         node.type == "SetOp" || node.type == "ModifyTable";
}

bool is_inner(const PlanNode& node) {
  return node.parent_relationship == "Inner";
}

// Whether something above may have stopped it before its end.
bool may_stop_early(const PlanTree& plan, size_t index) {
  for (int at = int(index); plan.nodes[at].parent >= 0; at = plan.nodes[at].parent) {
    const PlanNode& parent = plan.nodes[plan.nodes[at].parent];
    if (parent.type == "Limit") return true;
    const bool one_match = parent.join_type == "Semi" || parent.join_type == "Anti" ||
                           parent.join_type == "Right Semi" || parent.join_type == "Right Anti";
    if (one_match && is_inner(plan.nodes[at])) return true;
    if (parent.type == "Merge Join") return true;  // the other side may end first
    if (plan.nodes[at].parent_relationship == "SubPlan") return true;  // EXISTS wants one row
    if (reads_all(parent)) return false;
  }
  return false;
}

// Whole rows only: of PostgreSQL before 18, or of one that counted no part of a row.
bool is_rounded(const PlanNode& node) {
  return std::floor(*node.actual_rows) == *node.actual_rows;
}

struct Interval {
  double lowest = 0, highest = 0;
};

Interval rows_found(const PlanTree& plan, size_t index) {
  const PlanNode& node = plan.nodes[index];
  const double loops = *node.actual_loops, total = std::min(*node.actual_rows * loops, kMostRows);
  if (loops <= 1 || !is_rounded(node)) return {total, total};
  Interval found{std::max(0.0, *node.actual_rows - 0.5) * loops, (*node.actual_rows + 0.5) * loops};
  if (node.parent < 0 || !is_inner(node)) return found;
  const PlanNode& join = plan.nodes[node.parent];
  if (join.type != "Nested Loop" || join.join_type != "Inner" || !join.actual_rows) return found;
  const double joined = *join.actual_rows * join.actual_loops.value_or(1);
  if (join.actual_loops.value_or(1) > 1) return found;  // rounded itself
  const bool filtered =
      std::any_of(join.conditions.begin(), join.conditions.end(),
                  [](const auto& condition) { return condition.first.ends_with("Filter"); });
  if (!filtered) return {joined, joined};
  found.lowest = std::max(found.lowest, joined);
  found.highest = std::max(found.highest, found.lowest);
  return found;
}

bool grew(double before, double after, const WorkLimit& limit) {
  return after - before > std::max(limit.share * before, limit.blocks);
}

bool more_blocks(const WorkVector& before, const WorkVector& after, const WorkLimit& limit) {
  return grew(double(before.logical_reads), double(after.logical_reads), limit) ||
         grew(double(before.temp_blocks), double(after.temp_blocks), limit);
}

bool more_wal(const WorkVector& before, const WorkVector& after, const WorkLimit& limit) {
  return grew(double(before.wal_bytes), double(after.wal_bytes), {limit.share, kFewestWalBytes});
}

bool many_more_rows(const WorkVector& before, const WorkVector& after, const WorkLimit& limit) {
  return after.rows >= kManyTimes * before.rows &&
         grew(before.rows / kRowsPerBlock, after.rows / kRowsPerBlock, limit);
}

bool any_grew(const WorkVector& before, const WorkVector& after, const WorkLimit& limit) {
  if (more_blocks(before, after, limit) || more_wal(before, after, limit)) return true;
  return many_more_rows(before, after, limit) && !more_blocks(after, before, limit);
}

}  // namespace

WorkVector work_of(const PlanTree& plan) {
  WorkVector work;
  if (plan.nodes.empty()) return work;
  const PlanNode& top = plan.nodes.front();
  work.logical_reads = top.blocks.logical();
  work.temp_blocks = top.blocks.temporary();
  work.wal_bytes = top.wal_bytes;
  work.rows_returned =
      std::llround(std::min(top.actual_rows.value_or(0) * top.actual_loops.value_or(1), kMostRows));
  for (const PlanNode& node : plan.nodes) {
    work.rows += (node.actual_rows.value_or(0) + node.rows_removed) * node.actual_loops.value_or(0);
  }
  work.rows = std::min(work.rows, kMostRows);
  if (plan.planning_blocks) work.planning_blocks = plan.planning_blocks->logical();
  return work;
}

int64_t own_blocks(const PlanTree& plan, size_t node) {
  int64_t blocks = plan.nodes[node].blocks.logical();
  for (size_t i = node + 1; i < plan.nodes.size(); ++i) {
    if (plan.nodes[i].depth <= plan.nodes[node].depth) break;
    if (plan.nodes[i].parent == int(node)) blocks -= plan.nodes[i].blocks.logical();
  }
  return std::max<int64_t>(blocks, 0);
}

std::vector<RowEstimate> row_estimates(const PlanTree& plan, double least) {
  std::vector<RowEstimate> found;
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    const PlanNode& node = plan.nodes[i];
    if (!node.actual_rows || !node.plan_rows || node.actual_loops.value_or(0) == 0) continue;
    if (may_stop_early(plan, i)) continue;
    RowEstimate estimate;
    estimate.node = node_words(node);
    estimate.estimated = std::min(*node.plan_rows * *node.actual_loops, kMostRows);
    const Interval rows = rows_found(plan, i);
    estimate.lowest = std::min(rows.lowest, kMostRows);
    estimate.highest = std::min(rows.highest, kMostRows);
    const double guess = std::max(estimate.estimated, 1.0);
    if (guess > std::max(rows.highest, 1.0)) {
      estimate.factor = guess / std::max(rows.highest, 1.0);
    } else if (guess < rows.lowest) {
      estimate.factor = rows.lowest / guess;
    }
    if (estimate.factor >= least) found.push_back(std::move(estimate));
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const RowEstimate& a, const RowEstimate& b) { return a.factor > b.factor; });
  return found;
}

std::string to_text(WorkVerdict verdict) {
  switch (verdict) {
    case WorkVerdict::regressed:
      return "regressed";
    case WorkVerdict::improved:
      return "improved";
    case WorkVerdict::same:
      break;
  }
  return "same";
}

WorkVerdict judge_work(const WorkVector& before, const WorkVector& after, const WorkLimit& limit) {
  if (any_grew(before, after, limit)) return WorkVerdict::regressed;
  return any_grew(after, before, limit) ? WorkVerdict::improved : WorkVerdict::same;
}

std::string work_words(const WorkVector& before, const WorkVector& after, const WorkLimit& limit) {
  const auto words = [](double from, double to, const char* unit) {
    return fmt::format("{} -> {} {}", grouped_digits(std::llround(from)),
                       grouped_digits(std::llround(to)), unit);
  };
  std::string out = words(double(before.logical_reads), double(after.logical_reads), "blocks");
  if (before.temp_blocks != after.temp_blocks) {
    out += ", " + words(double(before.temp_blocks), double(after.temp_blocks), "temporary blocks");
  }
  if (many_more_rows(before, after, limit) || many_more_rows(after, before, limit)) {
    out += ", " + words(before.rows, after.rows, "rows");
  }
  if (more_wal(before, after, limit) || more_wal(after, before, limit)) {
    out += ", " + words(double(before.wal_bytes), double(after.wal_bytes), "bytes of WAL");
  }
  return out;
}

}  // namespace tare
