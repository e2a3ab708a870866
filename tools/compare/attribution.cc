#include "tools/compare/attribution.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <variant>

#include "tools/compare/attribution_rules.h"
#include "tools/compare/environment_details.h"

namespace tare {
namespace {

// The word at this place, from 0; a quoted name may hold blanks.
std::string word_of(const std::string& text, int place) {
  std::string word;
  bool quoted = false;
  for (const char c : text) {
    if (c == ' ' && !quoted) {
      if (place-- == 0) return word;
      word.clear();
      continue;
    }
    quoted ^= c == '"';
    word += c;
  }
  return place == 0 ? word : "";
}

// Some catalogs name the schema, and some leave it out.
std::string without_schema(const std::string& name) {
  bool quoted = false;
  size_t start = 0;
  for (size_t i = 0; i < name.size(); ++i) {
    quoted ^= name[i] == '"';
    if (name[i] == '.' && !quoted) start = i + 1;
  }
  return name.substr(start);
}

std::string table_of(const DetailDifference& difference) {
  return without_schema(word_of(difference.name, 1));
}

std::string kind_of(const DetailDifference& difference) {
  if (difference.name.starts_with("keys of ")) return "keys_of";
  for (const char* own : {"protocol", "watches"}) {  // with rules of their own
    if (difference.name == std::string("generator's ") + own) return own;
  }
  const std::string kind = word_of(difference.name, 0);
  return difference.figure.empty() ? kind : kind + ":" + difference.figure;
}

Explanation explained(const std::string& group, const DetailDifference& difference,
                      const Declared& declared, const std::set<std::string>& touched) {
  if (difference.size == DetailDifference::Size::within_chance) {
    return {Standing::chance, group == "cache" ? "keys expire meanwhile"
                                               : "two samples and two loads differ by as much"};
  }
  return explain({group, kind_of(difference), difference.name, table_of(difference)},
                 declared.variables, touched);
}

struct Found {
  std::string words;
  Explanation explanation;
  int pairs = 0;
};

struct GroupFound {
  std::map<std::string, Found> details;  // by name and figure
  int known = 0;                         // pairs in which both arms know the group
};

using AllFound = std::map<std::string, GroupFound>;

// Data that nobody restores differs by what the traffic wrote.
bool kept_in_place(const Environment& environment) {
  const auto found = environment.groups.find("data");
  if (found == environment.groups.end()) return false;
  const auto copy = found->second.details.find("copy");
  return copy != found->second.details.end() && copy->second.starts_with("none");
}

void add_pair(const ComparedEnvironments& pair, const Declared& declared, AllFound& all) {
  const bool in_place = kept_in_place(pair.first) || kept_in_place(pair.second);
  std::set<std::string> touched;
  if (const auto schema = group_differences("schema", pair.first, pair.second)) {
    for (const DetailDifference& difference : *schema) touched.insert(table_of(difference));
  }
  for (const std::string_view name : kEnvironmentGroups) {
    const std::string group(name);
    const auto differences = group_differences(group, pair.first, pair.second);
    GroupFound& found = all[group];
    if (!differences) continue;
    ++found.known;
    for (const DetailDifference& difference : *differences) {
      Explanation explanation = explained(group, difference, declared, touched);
      const bool drifts = in_place && (group == "data" || group == "statistics");
      if (drifts && explanation.standing == Standing::undeclared) {
        explanation = {Standing::chance, "the data is kept in place, with what was written to it"};
      }
      Found& detail = found.details[difference.name + '\n' + difference.figure];
      if (detail.pairs++ > 0 && detail.explanation.standing >= explanation.standing) continue;
      detail.words = in_words(group, difference);
      detail.explanation = explanation;
    }
  }
}

GroupDifference difference_of(const std::string& group, const GroupFound& found, int pairs,
                              const Declared& declared) {
  GroupDifference out{group, Standing::chance, "", {}};
  for (const auto& [name, detail] : found.details) {
    if (detail.explanation.standing < out.standing) continue;
    if (detail.explanation.standing > out.standing || out.why.empty()) {
      out.why = detail.explanation.why;
    }
    out.standing = detail.explanation.standing;
  }
  for (const bool of_the_group : {true, false}) {
    for (const auto& [name, detail] : found.details) {
      if ((detail.explanation.standing == out.standing) != of_the_group) continue;
      std::string words = detail.words;
      if (detail.pairs < pairs) words += fmt::format(" (in {} of {} pairs)", detail.pairs, pairs);
      out.details.push_back(std::move(words));
    }
  }
  if (out.details.size() > kMostDifferences) {
    const size_t more = out.details.size() - kMostDifferences;
    out.details.resize(kMostDifferences);
    out.details.push_back(fmt::format("{} more", more));
  }
  if (out.standing == Standing::undeclared && declared.allowed.contains(group)) {
    out.standing = Standing::allowed;
  }
  return out;
}

std::string root_of(const std::string& variable) {
  return variable.substr(0, variable.find('.'));
}

}  // namespace

std::string to_text(Standing standing) {
  switch (standing) {
    case Standing::chance:
      return "chance";
    case Standing::follows:
      return "follows";
    case Standing::declared:
      return "declared";
    case Standing::allowed:
      return "allowed";
    case Standing::undeclared:
      return "undeclared";
  }
  return "undeclared";
}

std::string group_words(const std::string& group) {
  if (group == "cache") return "the cache's state";
  return group;
}

Declared declared_by(const Change& change) {
  Declared out;
  out.variables.insert(change.variable);
  const std::string root = root_of(change.variable);
  const bool other = !is_known_variable(change.variable);
  if (other || root == "postgres" || root == "settings" || root.starts_with("extension")) {
    for (const auto& [name, value] : settings_made<PostgresSettingsAction>(change)) {
      out.variables.insert("postgres." + name);
    }
  }
  if (other || root == "redis") {
    for (const auto& [name, value] : settings_made<RedisSettingsAction>(change)) {
      out.variables.insert("redis." + name);
    }
  }
  const Binaries& binaries = change.binaries;
  if ((other || root == "postgres" || root == "server") && !binaries.postgres_bin.empty()) {
    out.variables.insert("postgres.version");
  }
  if ((other || root == "redis") && !binaries.redis_server.empty()) {
    out.variables.insert("redis.version");
  }
  if (change.scenario_patch) {
    out.variables.insert("scenario");
    const JsonValue& load = object_in(*change.scenario_patch, "load");
    if (load.find("protocol") != nullptr) out.variables.insert("client.protocol");
    if (load.find("auto_explain") != nullptr || load.find("sample_waits") != nullptr) {
      out.variables.insert("client.watches");
    }
  }
  return out;
}

EnvironmentComparison compare_environments(const std::vector<ComparedEnvironments>& pairs,
                                           const Declared& declared) {
  AllFound all;
  for (const ComparedEnvironments& pair : pairs) add_pair(pair, declared, all);
  EnvironmentComparison out;
  for (const std::string_view name : kEnvironmentGroups) {
    const std::string group(name);
    const GroupFound& found = all[group];
    if (!found.details.empty()) {
      out.differing.push_back(difference_of(group, found, int(pairs.size()), declared));
    } else if (found.known > 0 && found.known == int(pairs.size())) {
      out.same.push_back(group);
    } else {
      out.unknown.push_back(group);
    }
  }
  return out;
}

}  // namespace tare
