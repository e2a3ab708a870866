#include "tools/compare/comparison_json.h"

#include <nlohmann/json.hpp>

namespace tare {
namespace {

using nlohmann::ordered_json;

void write_if(ordered_json& out, const char* name, const std::optional<double>& value) {
  if (value) out[name] = *value;
}

ordered_json written(const Row& row) {
  ordered_json out;
  out["operation"] = row.operation;
  out["path"] = row.path;
  if (!row.step.empty()) out["step"] = row.step;
  out["metric"] = row.metric;
  out["unit"] = tare::to_text(row.unit);
  out["kind"] = tare::to_text(row.kind);
  write_if(out, "baseline", row.baseline);
  write_if(out, "contender", row.contender);
  write_if(out, "change", row.change);
  write_if(out, "low", row.low);
  write_if(out, "high", row.high);
  out["margin"] = row.margin;
  if (row.verdict) out["verdict"] = tare::to_text(*row.verdict);
  out["gating"] = tare::to_text(row.gating);
  out["pairs"] = row.pairs;
  write_if(out, "p_value", row.p_value);
  write_if(out, "detectable_change", row.detectable_change);
  write_if(out, "order_effect", row.order_effect);
  if (row.more_pairs) out["more_pairs"] = *row.more_pairs;
  out["note"] = row.note;
  return out;
}

ordered_json written(const ExpectationResult& expectation) {
  return {{"operation", expectation.operation},
          {"metric", expectation.metric},
          {expectation.bound == Bound::at_most ? "at_most" : "at_least", expectation.limit},
          {"outcome", tare::to_text(expectation.outcome)},
          {"note", expectation.note}};
}

ordered_json written(const LimitResult& limit) {
  ordered_json out{{"operation", limit.operation},
                   {"metric", limit.metric},
                   {"limit", limit.limit},
                   {"outcome", tare::to_text(limit.outcome)},
                   {"note", limit.note}};
  write_if(out, "measured", limit.measured);
  return out;
}

ordered_json written(const NullCheck& check) {
  ordered_json out{
      {"operation", check.operation}, {"metric", check.metric}, {"change", check.change}};
  write_if(out, "low", check.low);
  write_if(out, "high", check.high);
  out["couples"] = check.couples;
  return out;
}

ordered_json written(const CounterChange& change) {
  return {{"kind", change.kind == CounterKind::share ? "share" : "per request"},
          {"source", change.source},
          {"object", change.object},
          {"name", change.name},
          {"unit", change.unit},
          {"baseline", change.baseline},
          {"contender", change.contender},
          {"pairs", change.pairs}};
}

ordered_json written(const PlanChange& change) {
  return {{"operation", change.operation},
          {"step", change.step},
          {"description", change.description},
          {"changed", change.changed},
          {"compared", change.compared}};
}

ordered_json written(const PlanUseChange& change) {
  return {{"operation", change.operation},
          {"step", change.step},
          {"baseline", change.baseline},
          {"contender", change.contender}};
}

void write_if(ordered_json& out, const char* name, const std::optional<Blocks>& blocks) {
  if (!blocks) return;
  out[name] = {{"baseline", blocks->baseline}, {"contender", blocks->contender}};
}

ordered_json written(const HitOrFix& found) {
  ordered_json out{{"operation", found.operation},       {"pairs", found.pairs},
                   {"baseline_ns", found.baseline_ns},   {"change_ns", found.change_ns},
                   {"more_hits_ns", found.more_hits_ns}, {"hits_ns", found.hits_ns},
                   {"misses_ns", found.misses_ns},       {"others_ns", found.others_ns}};
  write_if(out, "hit_ratio_change", found.hit_ratio_change);
  write_if(out, "blocks_per_miss", found.blocks_per_miss);
  write_if(out, "blocks_per_hit", found.blocks_per_hit);
  out["cause"] = tare::to_text(found.cause);
  out["words"] = found.words;
  return out;
}

ordered_json written(const GroupDifference& difference) {
  ordered_json out{{"group", difference.group}, {"standing", tare::to_text(difference.standing)}};
  if (!difference.why.empty()) out["why"] = difference.why;
  out["details"] = difference.details;
  return out;
}

template <typename Value>
ordered_json written_list(const std::vector<Value>& values) {
  ordered_json out = ordered_json::array();
  for (const Value& value : values) out.push_back(written(value));
  return out;
}

ordered_json written(const Comparison& comparison) {
  ordered_json out;
  out["pairs"] = comparison.pairs;
  out["rows"] = written_list(comparison.rows);
  out["expectations"] = written_list(comparison.expectations);
  out["limits"] = written_list(comparison.limits);
  out["plan_changes"] = written_list(comparison.plan_changes);
  out["plans_compared"] = comparison.plans_compared;
  out["hit_or_fix"] = written_list(comparison.hit_or_fix);
  write_if(out, "hit_ratio_baseline", comparison.hit_ratio_baseline);
  write_if(out, "hit_ratio_contender", comparison.hit_ratio_contender);
  out["invalid_reasons"] = comparison.invalid_reasons;
  out["null_check"] = written_list(comparison.null_check);
  if (comparison.environment) {
    out["environment"] = {{"differing", written_list(comparison.environment->differing)},
                          {"same", comparison.environment->same},
                          {"unknown", comparison.environment->unknown}};
  }
  if (!comparison.watched.empty()) out["watched"] = comparison.watched;
  if (!comparison.plan_use.empty()) out["plan_use"] = written_list(comparison.plan_use);
  // An older tare's has none, and its trials no counters.
  if (!comparison.counter_changes.empty()) {
    out["counter_changes"] = written_list(comparison.counter_changes);
  }
  return out;
}

}  // namespace

std::string comparison_to_json(const Comparison& comparison) {
  return written(comparison).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace tare
