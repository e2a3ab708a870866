// The "cache_rules" of a scenario, and what their examples say.
#include <fmt/format.h>

#include <algorithm>

#include "bench/model/near_miss.h"
#include "bench/model/scenario_reader_parts.h"
#include "bench/model/sql_text.h"
#include "bench/model/template_text.h"

namespace tare {
namespace {

// The cached steps of all operations that follow rule number `rule`.
struct RuleUse {
  const Operation* operation;
  const CachedStep* step;
};

std::vector<RuleUse> uses_of(size_t rule, const Scenario& scenario) {
  std::vector<RuleUse> uses;
  for (const Operation& operation : scenario.operations) {
    for (const Step& step : operation.steps) {
      const auto* cached = std::get_if<CachedStep>(&step);
      if (cached && cached->rule == rule) uses.push_back({&operation, cached});
    }
  }
  return uses;
}

bool draws_integers(const Draw& draw, const Dataset& dataset) {
  if (!std::holds_alternative<ColumnDraw>(draw.source)) return true;
  const auto& source = std::get<ColumnDraw>(draw.source);
  for (const Table& table : dataset.tables) {
    if (table.name != source.table) continue;
    for (const Column& column : table.columns) {
      if (column.name == source.column) return is_integer_type(column.type);
    }
  }
  return false;
}

// Draws that are integers in every operation that follows the rule.
std::vector<std::string> integer_draws(const std::vector<RuleUse>& uses, const Dataset& dataset) {
  std::vector<std::string> integers, others;
  for (const RuleUse& use : uses) {
    for (const Draw& draw : use.operation->draws) {
      (draws_integers(draw, dataset) ? integers : others).push_back(draw.name);
    }
  }
  std::erase_if(integers, [&](const std::string& name) {
    return std::find(others.begin(), others.end(), name) != others.end();
  });
  return integers;
}

// Whether the draws behind a key are known: problems with them would only be told again.
enum class Draws { known, doubtful };

void check_examples(const JsonValue& rule, const std::string& key,
                    const std::vector<std::string>& integers, Draws draws, ProblemList& problems) {
  const SplitText split = split_template(key);
  if (!split.problem.empty() || !problems.certain(rule, "key")) return;
  for (const JsonValue& example : object_in(rule, "cached").items) {
    if (problems.sound(example) && !template_makes(split.pieces, example.text, integers)) {
      problems.add(example, fmt::format("the key \"{}\" cannot make \"{}\"; correct the example or "
                                        "the key",
                                        key, example.text));
    }
  }
  if (draws == Draws::doubtful) return;
  for (const JsonValue& example : object_in(rule, "not_cached").items) {
    if (problems.sound(example) && template_makes(split.pieces, example.text, integers)) {
      problems.add(example, fmt::format("the key \"{}\" makes \"{}\", which must not be cached; "
                                        "correct the example or the key",
                                        key, example.text));
    }
  }
}

// Requests with other answers must have other keys.
void check_key_tells(const JsonValue& rule, const CacheRule& read, const std::vector<RuleUse>& uses,
                     ProblemList& problems) {
  const SplitText split = split_template(read.key);
  if (!split.problem.empty() || !problems.certain(rule, "key")) return;
  for (const RuleUse& use : uses) {
    for (size_t draw : use.step->on_miss.parameters) {
      const std::string& name = use.operation->draws.at(draw).name;
      const bool told = std::any_of(split.pieces.begin(), split.pieces.end(),
                                    [&](const TextPiece& piece) { return piece.draw == name; });
      if (told) continue;
      problems.add(*rule.find("key"),
                   fmt::format("leaves out \"{}\", which the query of operation \"{}\" depends on: "
                               "its requests would share one entry",
                               name, use.operation->name));
      return;
    }
  }
}

void check_bypass(const JsonValue& rule, const CacheRule& read, const std::vector<RuleUse>& uses,
                  ProblemList& problems) {
  const JsonValue* when = object_in(rule, "bypass").find("when");
  if (!when || uses.empty() || !problems.sound(*when)) return;
  std::vector<std::string> shares;
  for (const RuleUse& use : uses) {
    for (const Draw& draw : use.operation->draws) {
      if (std::holds_alternative<ShareDraw>(draw.source)) shares.push_back(draw.name);
    }
  }
  const bool found = std::find(shares.begin(), shares.end(), read.bypass_when) != shares.end();
  if (found) return;
  problems.add(*when, fmt::format("no operation that follows this rule draws \"{}\" as a share{}",
                                  read.bypass_when,
                                  shares.empty() ? "; add {\"share\": 0.02} to its \"draw\""
                                                 : suggestion(read.bypass_when, shares)));
}

}  // namespace

std::vector<CacheRule> read_cache_rules(const JsonValue& document, ProblemList& problems) {
  std::vector<CacheRule> rules;
  for (const JsonValue& value : object_in(document, "cache_rules").items) {
    CacheRule rule;
    rule.name = text_in(value, "name");
    rule.key = text_in(value, "key");
    rule.ttl_s = integer_in(value, "ttl_s", 0);
    rule.bypass_when = text_in(object_in(value, "bypass"), "when");
    rule.bypass_why = text_in(object_in(value, "bypass"), "why");
    rule.cached = texts_in(value, "cached");
    rule.not_cached = texts_in(value, "not_cached");
    if (value.find("value_bytes")) rule.value_bytes = integer_in(value, "value_bytes", 0);
    if (const JsonValue* key = value.find("key"); key && problems.sound(*key)) {
      const SplitText split = split_template(rule.key);
      if (!split.problem.empty()) problems.add(*key, split.problem);
    }
    const auto names = names_of(rules);
    if (!rule.name.empty() && std::find(names.begin(), names.end(), rule.name) != names.end()) {
      problems.add(*value.find("name"),
                   fmt::format("a cache rule \"{}\" stands above; rename one", rule.name));
    }
    rules.push_back(std::move(rule));
  }
  return rules;
}

std::vector<OtherKeys> read_other_keys(const JsonValue& document, ProblemList& problems) {
  std::vector<OtherKeys> others;
  for (const JsonValue& value : object_in(document, "other_keys").items) {
    others.push_back({text_in(value, "key"), text_in(value, "why")});
    const JsonValue* key = value.find("key");
    if (!key || !problems.sound(*key)) continue;
    const SplitText split = split_template(others.back().key);
    if (!split.problem.empty()) problems.add(*key, split.problem);
  }
  return others;
}

void check_cache_rules(const JsonValue& document, const Scenario& scenario, ProblemList& problems) {
  const JsonValue& values = object_in(document, "cache_rules");
  const JsonValue& operations = object_in(document, "operations");
  for (size_t i = 0; i < values.items.size() && i < scenario.cache_rules.size(); ++i) {
    const auto uses = uses_of(i, scenario);
    const bool known = problems.sound(object_in(document, "dataset")) &&
                       std::all_of(uses.begin(), uses.end(),
                                   [&](const RuleUse& use) {
                                     const JsonValue& operation =
                                         object_in(operations, use.operation->name);
                                     return problems.sound_at(operation) &&
                                            problems.sound(object_in(operation, "draw"));
                                   }) &&
                       (!uses.empty() || problems.sound(operations));
    check_examples(values.items[i], scenario.cache_rules[i].key,
                   integer_draws(uses, scenario.dataset), known ? Draws::known : Draws::doubtful,
                   problems);
    const bool draws_certain = std::all_of(uses.begin(), uses.end(), [&](const RuleUse& use) {
      return problems.certain(object_in(operations, use.operation->name), "draw");
    });
    if (draws_certain) check_key_tells(values.items[i], scenario.cache_rules[i], uses, problems);
    if (draws_certain) check_bypass(values.items[i], scenario.cache_rules[i], uses, problems);
  }
}

}  // namespace tare
