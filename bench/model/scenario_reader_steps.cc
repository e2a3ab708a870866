// The "steps" of an operation.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "bench/model/near_miss.h"
#include "bench/model/redis_command.h"
#include "bench/model/scenario_reader_parts.h"
#include "bench/model/sql_text_check.h"
#include "bench/model/template_text.h"

namespace tare {
namespace {

constexpr size_t kMostCalls = 16;
constexpr size_t kCallsOfCachedStep = 3;  // get, query, set

class StepReader {
 public:
  StepReader(const JsonValue& operation, const JsonValue& document, const std::vector<Draw>& draws,
             const std::vector<CacheRule>& rules, ProblemList& problems)
      : draws_(draws),
        rules_(rules),
        problems_(problems),
        rule_values_(object_in(document, "cache_rules")),
        draws_certain_(problems.certain(operation, "draw")),
        rules_certain_(problems.certain(document, "cache_rules")) {}

  Step read(const JsonValue& value) {
    if (value.find("cached")) return read_cached(value);
    if (value.find("redis")) return read_redis(value);
    return read_sql(value, "sql", SqlPlace::step);
  }

 private:
  // A draw's place; adds a problem at `at` when there is none.
  std::optional<size_t> find_draw(const std::string& name, const JsonValue& at) {
    for (size_t i = 0; i < draws_.size(); ++i) {
      if (draws_[i].name == name) return i;
    }
    if (draws_certain_) {
      problems_.add(at, fmt::format("the operation draws no \"{}\"{}", name,
                                    draws_.empty() ? "; add it under \"draw\""
                                                   : suggestion(name, names_of(draws_))));
    }
    return std::nullopt;
  }

  // `said_of` is where the template is used; the text itself may stand elsewhere.
  Template read_template(const std::string& text, const JsonValue& said_of) {
    Template result{text, {}};
    const SplitText split = split_template(text);
    if (!split.problem.empty()) {
      problems_.add(said_of, split.problem);
      return result;
    }
    for (const TextPiece& piece : split.pieces) {
      TemplatePart part{piece.literal, std::nullopt};
      if (!piece.draw.empty()) {
        part.draw = find_draw(piece.draw, said_of);
        if (!part.draw) return result;
      }
      result.parts.push_back(std::move(part));
    }
    return result;
  }

  Expect read_expect(const JsonValue& value) {
    Expect expect;
    const JsonValue& wanted = object_in(value, "expect");
    const JsonValue* rows = wanted.find("rows");
    if (rows && rows->is(JsonKind::integer)) {
      expect.minimum_rows = expect.maximum_rows = rows->integer;
    } else if (rows && rows->is(JsonKind::object)) {
      if (rows->find("min")) expect.minimum_rows = integer_in(*rows, "min", 0);
      if (rows->find("max")) expect.maximum_rows = integer_in(*rows, "max", 0);
      if (expect.minimum_rows && expect.maximum_rows &&
          *expect.minimum_rows > *expect.maximum_rows) {
        problems_.add(*rows, fmt::format("min {} is above max {}; swap them", *expect.minimum_rows,
                                         *expect.maximum_rows));
      }
    }
    expect.type = reply_type(text_in(wanted, "type"));
    return expect;
  }

  static std::optional<ReplyType> reply_type(const std::string& type) {
    if (type == "nil") return ReplyType::nil;
    if (type == "string") return ReplyType::string;
    if (type == "status") return ReplyType::status;
    if (type == "integer") return ReplyType::integer;
    if (type == "array") return ReplyType::array;
    return std::nullopt;
  }

  std::string unique_name(const JsonValue& value, const std::string& derived) {
    const JsonValue* given = value.find("name");
    std::string name = given && given->is(JsonKind::text) ? given->text : derived;
    if (names_.insert(name).second) return name;
    if (given) {
      problems_.add(*given, fmt::format("a step \"{}\" stands above; rename one", name));
      return name;
    }
    for (int number = 2;; ++number) {
      std::string numbered = fmt::format("{}_{}", name, number);
      if (names_.insert(numbered).second) return numbered;
    }
  }

  SqlStep read_sql(const JsonValue& value, const std::string& name, SqlPlace place) {
    SqlStep step;
    step.name = place == SqlPlace::step ? unique_name(value, name) : name;
    step.sql = text_in(value, "sql");
    step.expect = read_expect(value);
    for (const JsonValue& item : object_in(value, "params").items) {
      if (!item.is(JsonKind::text)) continue;
      if (!problems_.sound(item)) continue;
      if (const auto draw = find_draw(item.text, item)) step.parameters.push_back(*draw);
    }
    const JsonValue* sql = value.find("sql");
    if (!sql || !problems_.sound(*sql)) return step;
    const SqlFacts facts = check_sql(*sql, place, problems_);
    step.writes = facts.writes;
    if (facts.error.empty() && problems_.sound(*sql) && problems_.certain(value, "params")) {
      check_parameters(facts, value);
    }
    return step;
  }

  void check_parameters(const SqlFacts& facts, const JsonValue& value) {
    const JsonValue& params = object_in(value, "params");
    const JsonValue& at = value.find("params") ? params : value;
    const int count = int(params.items.size());
    const int highest = facts.parameters.empty() ? 0 : *facts.parameters.rbegin();
    if (!facts.parameters.empty() && *facts.parameters.begin() < 1) {
      problems_.add(*value.find("sql"), "parameters are $1, $2 ...: there is no $0");
    } else if (highest > count) {
      problems_.add(at, fmt::format("the SQL uses ${}, but \"params\" names {} {}; name one draw "
                                    "for each $n",
                                    highest, count, count == 1 ? "draw" : "draws"));
    } else if (int(facts.parameters.size()) < count) {
      int unused = 1;
      while (facts.parameters.contains(unused)) ++unused;
      problems_.add(at, fmt::format("\"params\" names {} {}, but the SQL does not use ${}", count,
                                    count == 1 ? "draw" : "draws", unused));
    }
  }

  RedisStep read_redis(const JsonValue& value) {
    RedisStep step;
    step.expect = read_expect(value);
    const std::vector<std::string> arguments = texts_in(value, "redis");
    std::string command = arguments.empty() ? "redis" : arguments.front();
    for (char& c : command) c = char(std::tolower(static_cast<unsigned char>(c)));
    std::replace_if(
        command.begin(), command.end(),
        [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
    step.name = unique_name(value, command);
    step.writes = !redis_command_reads(arguments);
    const JsonValue& list = object_in(value, "redis");
    for (size_t i = 0; i < list.items.size(); ++i) {
      const JsonValue& item = list.items[i];
      if (!item.is(JsonKind::text) || !problems_.sound(item)) continue;
      if (i == 0 && item.text.find_first_of("{ ") != std::string::npos) {
        problems_.add(item, "the command stands alone and as it is: [\"GET\", \"key:{id}\"]");
        continue;
      }
      step.arguments.push_back(read_template(item.text, item));
    }
    if (const std::string reason = refused_in_step(arguments);
        !reason.empty() && problems_.sound(list)) {
      problems_.add(list.items.front(), reason);
    }
    return step;
  }

  CachedStep read_cached(const JsonValue& value) {
    CachedStep step;
    const std::string rule_name = text_in(value, "cached");
    std::string derived = rule_name;
    std::replace_if(
        derived.begin(), derived.end(),
        [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
    step.name = unique_name(value, derived);
    step.on_miss =
        read_sql(object_in(value, "on_miss"), step.name + ".query", SqlPlace::cache_fill);
    const JsonValue& at = *value.find("cached");
    if (!problems_.sound(at)) return step;
    const auto rule = std::find_if(rules_.begin(), rules_.end(), [&](const CacheRule& candidate) {
      return candidate.name == rule_name;
    });
    if (rule == rules_.end()) {
      step.rule = rules_.size();  // none
      if (!rules_certain_) return step;
      problems_.add(at, fmt::format("there is no cache rule \"{}\"{}", rule_name,
                                    rules_.empty() ? "; add it under \"cache_rules\""
                                                   : suggestion(rule_name, names_of(rules_))));
      return step;
    }
    step.rule = size_t(rule - rules_.begin());
    const JsonValue& rule_value = rule_values_.items.at(step.rule);
    if (problems_.certain(rule_value, "key")) step.key = read_template(rule->key, at);
    for (size_t i = 0; i < draws_.size(); ++i) {
      if (rule->bypass_when.empty() || draws_[i].name != rule->bypass_when) continue;
      step.bypass = i;
      if (!std::holds_alternative<ShareDraw>(draws_[i].source)) {
        problems_.add(at, fmt::format("the rule's bypass \"{}\" must be drawn as a share here",
                                      rule->bypass_when));
      }
    }
    return step;
  }

  const std::vector<Draw>& draws_;
  const std::vector<CacheRule>& rules_;
  ProblemList& problems_;
  const JsonValue& rule_values_;
  bool draws_certain_, rules_certain_;
  std::set<std::string> names_;
};

}  // namespace

std::vector<Step> read_steps(const JsonValue& operation, const JsonValue& document,
                             const std::vector<Draw>& draws, const std::vector<CacheRule>& rules,
                             ProblemList& problems) {
  std::vector<Step> steps;
  StepReader reader(operation, document, draws, rules, problems);
  size_t calls = 0;
  const JsonValue& values = object_in(operation, "steps");
  for (const JsonValue& value : values.items) {
    if (!value.is(JsonKind::object)) continue;
    steps.push_back(reader.read(value));
    calls += std::holds_alternative<CachedStep>(steps.back()) ? kCallsOfCachedStep : 1;
  }
  if (calls > kMostCalls && problems.sound_at(values)) {
    problems.add(values, fmt::format("makes up to {} calls; at most {} (a cached step counts {}): "
                                     "split the operation",
                                     calls, kMostCalls, kCallsOfCachedStep));
  }
  return steps;
}

}  // namespace tare
