#include "tools/compare/reanalysis.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "tools/compare/plan_rows.h"
#include "tools/compare/trial_guards.h"

namespace tare {
namespace {

using nlohmann::json;

constexpr size_t kMostLines = 200;

// What tells one entry of a list from the others: a row's operation, path and metric.
std::string name_of(const json& entry) {
  if (!entry.is_object()) return "";
  std::string name;
  for (const char* part : {"operation", "step", "metric", "path", "at_most", "at_least"}) {
    const auto found = entry.find(part);
    if (found == entry.end()) continue;
    const std::string text = found->is_string() ? found->get<std::string>() : found->dump();
    if (!text.empty()) name += (name.empty() ? "" : " ") + text;
  }
  return name;
}

std::string shown(const json* value) {
  return value == nullptr ? "nothing" : value->dump(-1, ' ', false, json::error_handler_t::replace);
}

void compare_values(const std::string& place, const json* stored, const json* recomputed,
                    std::vector<std::string>& lines);

const json* member(const json& value, const std::string& name) {
  const auto found = value.find(name);
  return found == value.end() ? nullptr : &*found;
}

void compare_objects(const std::string& place, const json& stored, const json& recomputed,
                     std::vector<std::string>& lines) {
  std::set<std::string> names;
  for (const auto& [name, value] : stored.items()) names.insert(name);
  for (const auto& [name, value] : recomputed.items()) names.insert(name);
  for (const std::string& name : names) {
    compare_values(place + (place.empty() ? "" : ": ") + name, member(stored, name),
                   member(recomputed, name), lines);
  }
}

// The entries of both in turn, with their names: one that stands elsewhere differs as well.
void compare_lists(const std::string& place, const json& stored, const json& recomputed,
                   std::vector<std::string>& lines) {
  for (size_t i = 0; i < std::max(stored.size(), recomputed.size()); ++i) {
    const json* before = i < stored.size() ? &stored[i] : nullptr;
    const json* after = i < recomputed.size() ? &recomputed[i] : nullptr;
    const std::string name = name_of(before != nullptr ? *before : *after);
    compare_values(place + (name.empty() ? fmt::format(" {}", i + 1) : " " + name), before, after,
                   lines);
  }
}

void compare_values(const std::string& place, const json* stored, const json* recomputed,
                    std::vector<std::string>& lines) {
  if (stored != nullptr && recomputed != nullptr) {
    if (stored->is_object() && recomputed->is_object()) {
      return compare_objects(place, *stored, *recomputed, lines);
    }
    if (stored->is_array() && recomputed->is_array()) {
      return compare_lists(place, *stored, *recomputed, lines);
    }
  }
  // As text: 0 and -0 are equal numbers, and not the same bits.
  const std::string before = shown(stored), after = shown(recomputed);
  if (before == after) return;
  lines.push_back(fmt::format("{}: stored {}, recomputed {}", place, before, after));
}

}  // namespace

Experiment judged(Experiment experiment, const std::vector<PairSample>& samples) {
  if (!experiment.criteria) throw std::invalid_argument("judged: an experiment without criteria");
  Criteria criteria = *experiment.criteria;
  criteria.levels = levels_of(int(experiment.looks.size()), experiment.repeats);
  experiment.comparison = compare(untainted(samples, experiment.pairs), criteria);
  if (experiment.plans && !experiment.comparison.rows.empty()) {
    std::vector<Row>& rows = experiment.comparison.rows;
    for (Row& row : plan_rows(*experiment.plans, criteria)) rows.push_back(std::move(row));
    std::stable_partition(rows.begin(), rows.end(),
                          [](const Row& row) { return row.gating == Gating::gating; });
  }
  std::vector<std::string>& reasons = experiment.comparison.invalid_reasons;
  if (std::string tainted = too_many_tainted(experiment.pairs); !tainted.empty()) {
    reasons.insert(reasons.begin(), std::move(tainted));
  }
  reasons.insert(reasons.end(), experiment.found_invalid.begin(), experiment.found_invalid.end());
  experiment.exit_code = exit_code(experiment.comparison, experiment.rollback);
  return experiment;
}

std::vector<ExperimentPair> tainted_anew(const Experiment& experiment,
                                         const std::vector<PairSample>& samples) {
  if (!experiment.criteria) throw std::invalid_argument("tainted_anew: without criteria");
  std::vector<ExperimentPair> pairs = experiment.pairs;
  std::vector<PairSample> before;
  for (size_t i = 0; i < pairs.size(); ++i) {
    pairs[i].tainted = reasons_tainted(samples.at(i), before, *experiment.criteria);
    before.push_back(samples[i]);
  }
  return pairs;
}

Experiment made_anew(Experiment experiment, const std::vector<PairSample>& samples) {
  experiment.pairs = tainted_anew(experiment, samples);
  return judged(std::move(experiment), samples);
}

std::vector<std::string> differences(std::string_view stored, std::string_view recomputed) {
  const json before = json::parse(stored), after = json::parse(recomputed);
  std::vector<std::string> lines;
  for (const char* name : {"exit_code", "verdict", "reasons"}) {
    compare_values(name, member(before, name), member(after, name), lines);
  }
  compare_values("pairs", member(before, "pairs"), member(after, "pairs"), lines);
  compare_values("plans", member(before, "plans"), member(after, "plans"), lines);
  compare_objects("", before.at("comparison"), after.at("comparison"), lines);
  if (lines.size() > kMostLines) {
    const size_t more = lines.size() - kMostLines;
    lines.resize(kMostLines);
    lines.push_back(fmt::format("{} more of the kind", more));
  }
  return lines;
}

}  // namespace tare
