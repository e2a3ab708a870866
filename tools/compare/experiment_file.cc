#include "tools/compare/experiment_file.h"

#include <fmt/format.h>

#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "bench/model/errors.h"
#include "bench/model/problem.h"
#include "bench/model/result_file.h"
#include "bench/model/result_file_schema.h"
#include "embedded/experiment_schema.h"
#include "tools/compare/comparison_json.h"
#include "tools/compare/criteria_file.h"
#include "tools/compare/experiment_verdict.h"
#include "tools/plans/map_difference_json.h"

namespace tare {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::string to_text(PairOrder order) {
  switch (order) {
    case PairOrder::baseline_first:
      return "baseline_first";
    case PairOrder::contender_first:
      return "contender_first";
    case PairOrder::in_turns:
      return "in_turns";
  }
  return "in_turns";
}

std::string to_text(RollbackStatus status) {
  switch (status) {
    case RollbackStatus::not_done:
      return "not_done";
    case RollbackStatus::equal:
      return "equal";
    case RollbackStatus::different:
      return "different";
    case RollbackStatus::failed:
      return "failed";
  }
  return "failed";
}

}  // namespace

int pairs_begun(const Experiment& experiment) {
  return experiment.pairs.empty() ? 0 : experiment.pairs.back().number;
}

int exit_code(const Comparison& comparison, const Rollback& rollback) {
  const int code = exit_code(comparison);
  const bool broken =
      rollback.status == RollbackStatus::failed || rollback.status == RollbackStatus::different;
  return broken && (code == 0 || code == 2) ? 1 : code;
}

namespace {

// ---- reading: the schema has been checked ---------------------------------------------------

std::string text_of(const json& value, const char* name) {
  return value.at(name).get<std::string>();
}

// A count that an int holds.
int count_of(const json& value, const char* name) {
  const json& number = value.at(name);
  if (number > std::numeric_limits<int>::max() || number < std::numeric_limits<int>::min()) {
    throw std::out_of_range(fmt::format("\"{}\" is out of range", name));
  }
  return number.get<int>();
}

std::optional<double> read_if(const json& value, const char* name) {
  const auto found = value.find(name);
  if (found == value.end()) return std::nullopt;
  return found->get<double>();
}

// The value that to_text writes as `word`; the schema allows no other word.
template <typename Word>
Word read_word(const std::string& word, std::initializer_list<Word> all,
               std::string (*text)(Word)) {
  for (const Word value : all) {
    if (text(value) == word) return value;
  }
  throw std::invalid_argument(fmt::format("unknown word \"{}\"", word));
}

Outcome read_outcome(const json& value) {
  return read_word<Outcome>(text_of(value, "outcome"),
                            {Outcome::met, Outcome::missed, Outcome::inconclusive}, tare::to_text);
}

Row read_row(const json& value) {
  Row row;
  row.operation = text_of(value, "operation");
  row.path = value.value("path", std::string());
  row.step = value.value("step", std::string());
  row.metric = text_of(value, "metric");
  row.unit = read_word<Unit>(text_of(value, "unit"),
                             {Unit::nanoseconds, Unit::share, Unit::blocks, Unit::rows, Unit::calls,
                              Unit::per_second, Unit::per_minute, Unit::bytes},
                             tare::to_text);
  row.kind = read_word<ChangeKind>(text_of(value, "kind"),
                                   {ChangeKind::relative, ChangeKind::points, ChangeKind::exact},
                                   tare::to_text);
  row.baseline = read_if(value, "baseline");
  row.contender = read_if(value, "contender");
  row.change = read_if(value, "change");
  row.low = read_if(value, "low");
  row.high = read_if(value, "high");
  row.margin = value.at("margin").get<double>();
  if (value.contains("verdict")) {
    row.verdict = read_word<Verdict>(text_of(value, "verdict"),
                                     {Verdict::improved, Verdict::equivalent, Verdict::not_worse,
                                      Verdict::regressed, Verdict::inconclusive, Verdict::invalid},
                                     tare::to_text);
  }
  row.gating =
      read_word<Gating>(text_of(value, "gating"), {Gating::gating, Gating::shown}, tare::to_text);
  row.pairs = count_of(value, "pairs");
  row.p_value = read_if(value, "p_value");
  row.detectable_change = read_if(value, "detectable_change");
  row.order_effect = read_if(value, "order_effect");
  if (value.contains("more_pairs")) row.more_pairs = count_of(value, "more_pairs");
  row.note = text_of(value, "note");
  return row;
}

std::optional<Blocks> read_blocks_if(const json& value, const char* name) {
  const auto found = value.find(name);
  if (found == value.end()) return std::nullopt;
  return Blocks{found->at("baseline").get<double>(), found->at("contender").get<double>()};
}

HitOrFix read_hit_or_fix(const json& value) {
  HitOrFix out;
  out.operation = text_of(value, "operation");
  out.pairs = count_of(value, "pairs");
  out.baseline_ns = value.at("baseline_ns").get<double>();
  out.change_ns = value.at("change_ns").get<double>();
  out.more_hits_ns = value.at("more_hits_ns").get<double>();
  out.hits_ns = value.at("hits_ns").get<double>();
  out.misses_ns = value.at("misses_ns").get<double>();
  out.others_ns = value.at("others_ns").get<double>();
  out.hit_ratio_change = read_if(value, "hit_ratio_change");
  out.blocks_per_miss = read_blocks_if(value, "blocks_per_miss");
  out.blocks_per_hit = read_blocks_if(value, "blocks_per_hit");
  out.cause = read_word<Cause>(text_of(value, "cause"),
                               {Cause::within_margin, Cause::unclear, Cause::no_plans, Cause::both,
                                Cause::cache, Cause::work, Cause::neither},
                               tare::to_text);
  out.words = text_of(value, "words");
  return out;
}

EnvironmentComparison read_environment(const json& value) {
  using Names = std::vector<std::string>;
  EnvironmentComparison out{{}, value.at("same").get<Names>(), value.at("unknown").get<Names>()};
  for (const json& each : value.at("differing")) {
    out.differing.push_back(
        {text_of(each, "group"),
         read_word<Standing>(text_of(each, "standing"),
                             {Standing::chance, Standing::follows, Standing::declared,
                              Standing::allowed, Standing::undeclared},
                             tare::to_text),
         each.value("why", std::string()), each.at("details").get<Names>()});
  }
  return out;
}

Comparison read_comparison(const json& value) {
  Comparison out;
  out.pairs = count_of(value, "pairs");
  for (const json& row : value.at("rows")) out.rows.push_back(read_row(row));
  for (const json& each : value.at("expectations")) {
    out.expectations.push_back(
        {text_of(each, "operation"), text_of(each, "metric"),
         each.at(each.contains("at_most") ? "at_most" : "at_least").get<double>(),
         each.contains("at_most") ? Bound::at_most : Bound::at_least, read_outcome(each),
         text_of(each, "note")});
  }
  for (const json& each : value.at("limits")) {
    out.limits.push_back({text_of(each, "operation"), text_of(each, "metric"),
                          each.at("limit").get<double>(), read_if(each, "measured"),
                          read_outcome(each), text_of(each, "note")});
  }
  for (const json& each : value.at("plan_changes")) {
    out.plan_changes.push_back({text_of(each, "operation"), text_of(each, "step"),
                                text_of(each, "description"), count_of(each, "changed"),
                                count_of(each, "compared")});
  }
  out.plans_compared = count_of(value, "plans_compared");
  if (const auto found = value.find("hit_or_fix"); found != value.end()) {
    for (const json& each : *found) out.hit_or_fix.push_back(read_hit_or_fix(each));
  }
  out.hit_ratio_baseline = read_if(value, "hit_ratio_baseline");
  out.hit_ratio_contender = read_if(value, "hit_ratio_contender");
  out.invalid_reasons = value.at("invalid_reasons").get<std::vector<std::string>>();
  if (const auto found = value.find("counter_changes"); found != value.end()) {
    for (const json& each : *found) {
      out.counter_changes.push_back(
          {each.at("kind") == "share" ? CounterKind::share : CounterKind::counter,
           text_of(each, "source"), text_of(each, "object"), text_of(each, "name"),
           text_of(each, "unit"), each.at("baseline").get<double>(),
           each.at("contender").get<double>(), count_of(each, "pairs")});
    }
  }
  if (const auto checks = value.find("null_check"); checks != value.end()) {
    for (const json& each : *checks) {
      out.null_check.push_back({text_of(each, "operation"), text_of(each, "metric"),
                                each.at("change").get<double>(), read_if(each, "low"),
                                read_if(each, "high"), count_of(each, "couples")});
    }
  }
  if (const auto found = value.find("environment"); found != value.end()) {
    out.environment = read_environment(*found);
  }
  out.watched = value.value("watched", std::vector<std::string>());
  if (const auto changes = value.find("plan_use"); changes != value.end()) {
    for (const json& each : *changes) {
      out.plan_use.push_back({text_of(each, "operation"), text_of(each, "step"),
                              each.at("baseline").get<double>(),
                              each.at("contender").get<double>()});
    }
  }
  return out;
}

Experiment read_document(const json& value) {
  Experiment out;
  out.scenario = text_of(value, "scenario");
  out.change = text_of(value, "change");
  out.owner = text_of(value, "owner");
  out.reason = text_of(value, "reason");
  out.seed = value.at("seed").get<uint64_t>();
  out.started_at = text_of(value, "started_at");
  out.duration_s = value.at("duration_s").get<double>();
  out.settings = value.value("settings", std::map<std::string, std::string>());
  if (const auto pooled = value.find("pooled"); pooled != value.end()) {
    for (const json& each : *pooled) {
      out.pooled.push_back(
          {text_of(each, "folder"), count_of(each, "pairs"), text_of(each, "verdict")});
    }
  }
  if (value.contains("repeats")) out.repeats = count_of(value, "repeats");
  out.looks = value.value("looks", std::vector<int>());
  for (const json& pair : value.at("pairs")) {
    out.pairs.push_back(
        {read_word<PairOrder>(
             text_of(pair, "order"),
             {PairOrder::baseline_first, PairOrder::contender_first, PairOrder::in_turns}, to_text),
         text_of(pair, "baseline"), text_of(pair, "contender"),
         pair.contains("number") ? count_of(pair, "number") : int(out.pairs.size()) + 1,
         pair.value("tainted", std::vector<std::string>())});
  }
  if (const auto found = value.find("criteria"); found != value.end()) {
    out.criteria = criteria_from_json(found->dump(), "criteria");
    levels_of(int(out.looks.size()), out.repeats);  // throws where there are none for so many
  }
  out.found_invalid = value.value("found_invalid", std::vector<std::string>());
  if (const auto found = value.find("plans"); found != value.end()) {
    out.plans = map_difference_from_json(found->dump());
  }
  out.comparison = read_comparison(value.at("comparison"));
  const json& rollback = value.at("rollback");
  out.rollback = {read_word<RollbackStatus>(text_of(rollback, "status"),
                                            {RollbackStatus::not_done, RollbackStatus::equal,
                                             RollbackStatus::different, RollbackStatus::failed},
                                            to_text),
                  text_of(rollback, "detail")};
  out.cache_cleared = value.at("cache_cleared").get<std::vector<std::string>>();
  out.cache_keys_cleared = value.at("cache_keys_cleared").get<int64_t>();
  out.exit_code = count_of(value, "exit_code");
  out.schema_changes = value.value("schema_changes", std::vector<std::string>());
  out.design = value.value("design", std::vector<std::string>());
  out.warnings = value.at("warnings").get<std::vector<std::string>>();
  return out;
}

}  // namespace

std::string experiment_to_json(const Experiment& experiment) {
  ordered_json out;
  out["schema_version"] = 1;
  out["scenario"] = experiment.scenario;
  out["change"] = experiment.change;
  // Both follow from what comes below: they are for those who read no further, and never read back.
  out["verdict"] = overall_verdict(experiment);
  out["reasons"] = reasons_of(experiment, [](const std::string& metric) { return metric; });
  out["owner"] = experiment.owner;
  out["reason"] = experiment.reason;
  out["seed"] = experiment.seed;
  out["started_at"] = experiment.started_at;
  out["duration_s"] = experiment.duration_s;
  out["settings"] = experiment.settings;
  if (!experiment.pooled.empty()) out["pooled"] = ordered_json::array();
  for (const PooledPairs& each : experiment.pooled) {
    out["pooled"].push_back(
        {{"folder", each.folder}, {"pairs", each.pairs}, {"verdict", each.verdict}});
  }
  if (experiment.repeats > 0) out["repeats"] = experiment.repeats;
  out["looks"] = experiment.looks;
  out["pairs"] = ordered_json::array();
  for (const ExperimentPair& pair : experiment.pairs) {
    out["pairs"].push_back({{"order", to_text(pair.order)},
                            {"baseline", pair.baseline},
                            {"contender", pair.contender},
                            {"number", pair.number},
                            {"tainted", pair.tainted}});
  }
  if (experiment.criteria) {
    out["criteria"] = ordered_json::parse(criteria_to_json(*experiment.criteria));
  }
  out["found_invalid"] = experiment.found_invalid;
  if (experiment.plans) {
    out["plans"] = ordered_json::parse(map_difference_to_json(*experiment.plans));
  }
  out["comparison"] = ordered_json::parse(comparison_to_json(experiment.comparison));
  out["rollback"] = {{"status", to_text(experiment.rollback.status)},
                     {"detail", experiment.rollback.detail}};
  out["cache_cleared"] = experiment.cache_cleared;
  out["cache_keys_cleared"] = experiment.cache_keys_cleared;
  out["exit_code"] = experiment.exit_code;
  out["schema_changes"] = experiment.schema_changes;
  out["design"] = experiment.design;
  out["warnings"] = experiment.warnings;
  std::string text = out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  require_writable(text, embedded::experiment_schema, "experiment.json");
  return text;
}

Experiment experiment_from_json(std::string_view text, const std::string& source_name) {
  require_valid(text, embedded::experiment_schema, source_name);
  try {
    return read_document(json::parse(text));
  } catch (const FileProblems& criteria) {
    std::vector<Problem> problems = criteria.problems();
    for (Problem& problem : problems) {
      problem.file = source_name;
      problem.pointer = "/criteria" + problem.pointer;
    }
    throw FileProblems(std::move(problems));
  } catch (const std::exception& error) {
    throw FileProblems({{source_name, "", error.what()}});
  }
}

void write_experiment(const std::filesystem::path& folder, const Experiment& experiment) {
  write_whole_file(folder / "experiment.json", experiment_to_json(experiment));
}

Experiment read_experiment(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "experiment.json";
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    throw UsageError(fmt::format("{} is not an experiment folder: there is no {}", folder.string(),
                                 file.string()));
  }
  return experiment_from_json(read_whole_file(file), file.string());
}

}  // namespace tare
