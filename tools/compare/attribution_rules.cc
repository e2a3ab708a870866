#include "tools/compare/attribution_rules.h"

#include <strings.h>

#include <string_view>

namespace tare {
namespace {

enum class Where {
  anywhere,
  touched,  // only where the detail's table is one whose schema differs
  named     // only the detail that the rest of the variable names: "work_mem" of postgres.work_mem
};

struct Rule {
  std::string_view variable;  // and all that begin so: "schema.index" is of "schema.index.page"
  std::string_view group;
  std::string_view kinds;  // of details, between blanks; "*" is all
  Standing standing;
  Where where;
  std::string_view why;
};

constexpr Standing kDeclared = Standing::declared, kFollows = Standing::follows;
constexpr Where kAnywhere = Where::anywhere, kTouched = Where::touched, kNamed = Where::named;

// Of a variable only the rules of its longest beginning count: "schema.index" speaks of indexes,
// "schema.post.slug" of whatever hangs on tables.
constexpr Rule kRules[] = {
    {"schema.index", "schema", "index constraint comment", kDeclared, kAnywhere, ""},
    {"schema.index", "data", "index", kFollows, kAnywhere, "an index has pages of its own"},
    {"schema.index", "data", "table:rows table:all_visible", kFollows, kTouched,
     "building an index counts its table anew"},
    {"schema.index", "statistics", "index", kFollows, kAnywhere,
     "an expression in an index has statistics of its own"},
    {"schema.index", "maintenance", "analyze vacuum", kFollows, kTouched,
     "a table is analyzed once its index is made"},

    {"schema.column", "schema", "column constraint index comment sequence view type relation rule",
     kDeclared, kAnywhere, ""},
    {"schema.column", "data", "*", kFollows, kTouched, "a column stands in every row"},
    {"schema.column", "data", "index", kFollows, kAnywhere, "indexes are made anew"},
    {"schema.column", "statistics", "*", kFollows, kTouched, "a column has statistics of its own"},
    {"schema.column", "statistics", "index", kFollows, kAnywhere, "indexes are made anew"},
    {"schema.column", "maintenance", "analyze vacuum", kFollows, kTouched,
     "a table is analyzed once its columns are others"},

    {"schema.constraint", "schema", "constraint index column comment", kDeclared, kAnywhere, ""},
    {"schema.constraint", "data", "index", kFollows, kAnywhere, "some constraints have an index"},
    {"schema.constraint", "data", "table:rows table:all_visible", kFollows, kTouched,
     "building an index counts its table anew"},

    {"schema.trigger", "schema", "trigger function comment", kDeclared, kAnywhere, ""},
    {"schema.function", "schema", "function aggregate trigger comment", kDeclared, kAnywhere, ""},
    {"schema.policy", "schema", "policy relation function comment", kDeclared, kAnywhere, ""},

    {"schema.statistics", "schema", "statistics column index", kDeclared, kAnywhere, ""},
    {"schema.statistics", "statistics", "*", kDeclared, kAnywhere, ""},
    {"schema.statistics", "data", "table:rows table:all_visible", kFollows, kAnywhere,
     "ANALYZE counts rows, too"},
    {"schema.statistics", "maintenance", "analyze vacuum", kFollows, kAnywhere,
     "statistics are made by ANALYZE"},

    {"schema.extension", "extensions", "*", kDeclared, kAnywhere, ""},
    {"schema.extension", "schema", "schema", kFollows, kAnywhere,
     "it may have a schema of its own"},

    {"schema", "schema", "*", kDeclared, kAnywhere, ""},
    {"schema", "data", "*", kFollows, kTouched, "rows are written in another form"},
    {"schema", "data", "index", kFollows, kAnywhere, "indexes are made anew"},
    {"schema", "statistics", "*", kFollows, kTouched, "other columns have other statistics"},
    {"schema", "statistics", "index", kFollows, kAnywhere, "indexes are made anew"},
    {"schema", "maintenance", "analyze vacuum", kFollows, kTouched,
     "a table is analyzed once it is another"},

    {"data", "data", "*", kDeclared, kAnywhere, ""},
    {"data", "statistics", "*", kFollows, kAnywhere, "other rows have other statistics"},
    {"data", "maintenance", "analyze vacuum", kFollows, kAnywhere,
     "tables are vacuumed and analyzed once their rows are others"},

    {"statistics", "statistics", "*", kDeclared, kAnywhere, ""},
    {"statistics", "schema", "statistics column index", kFollows, kAnywhere,
     "how much is sampled is kept with the column"},
    {"statistics", "data", "table:rows table:all_visible", kFollows, kAnywhere,
     "ANALYZE counts rows, too"},
    {"statistics", "maintenance", "analyze vacuum", kFollows, kAnywhere,
     "statistics are made by ANALYZE"},

    {"maintenance", "maintenance", "*", kDeclared, kAnywhere, ""},
    {"maintenance", "data", "table:rows table:pages table:all_visible index", kFollows, kAnywhere,
     "VACUUM frees pages and counts rows"},
    {"maintenance", "statistics", "*", kFollows, kAnywhere, "ANALYZE makes statistics"},

    {"extension", "extensions", "*", kDeclared, kAnywhere, ""},
    {"extension", "schema", "schema", kFollows, kAnywhere, "it may have a schema of its own"},
    {"extensions", "extensions", "*", kDeclared, kAnywhere, ""},
    {"extensions", "schema", "schema", kFollows, kAnywhere, "it may have a schema of its own"},

    {"postgres.version", "server", "*", kDeclared, kAnywhere, ""},
    {"postgres.version", "settings", "*", kFollows, kAnywhere,
     "another version has other settings and defaults"},
    {"postgres.version", "extensions", "*", kFollows, kAnywhere, "it brings its own extensions"},
    {"postgres.version", "schema", "*", kFollows, kAnywhere,
     "another version's catalog says the same otherwise"},
    {"postgres.version", "data", "table:rows table:pages table:all_visible table:written index",
     kFollows, kAnywhere, "each server has a load of its own, of the same rows"},
    {"postgres.version", "statistics", "*", kFollows, kAnywhere,
     "each server has sampled its own load"},
    {"postgres.version", "maintenance", "*", kFollows, kAnywhere, "each server has its own load"},
    {"postgres.settings", "settings", "*", kDeclared, kAnywhere, ""},
    {"postgres", "settings", "*", kDeclared, kNamed, ""},
    {"settings", "settings", "*", kDeclared, kNamed, ""},
    {"server", "server", "*", kDeclared, kAnywhere, ""},

    {"redis.version", "redis", "*", kDeclared, kAnywhere, ""},
    {"redis.version", "cache", "*", kFollows, kAnywhere, "each server holds its own copy"},
    {"redis.keys", "cache", "*", kDeclared, kAnywhere, ""},
    {"redis.settings", "redis", "setting", kDeclared, kAnywhere, ""},
    {"redis.settings", "cache", "*", kFollows, kAnywhere, "other settings keep other keys"},
    {"redis", "redis", "setting", kDeclared, kNamed, ""},
    {"redis", "cache", "*", kFollows, kAnywhere, "other settings keep other keys"},
    {"cache", "cache", "*", kDeclared, kAnywhere, ""},

    {"scenario", "cache", "*", kFollows, kAnywhere, "each arm's code fills its own cache"},
    {"code", "cache", "*", kFollows, kAnywhere, "each arm's code fills its own cache"},
    {"client", "client", "*", kDeclared, kAnywhere, ""},
    {"client.protocol", "client", "protocol", kDeclared, kAnywhere, ""},
    {"client.watches", "client", "watches", kDeclared, kAnywhere, ""},
    {"host", "host", "*", kDeclared, kAnywhere, ""},

    // Whatever the variable is.
    {"", "data", "copy", Standing::chance, kAnywhere, "each is a copy of its own load"},
    {"", "maintenance", "autovacuum running replicas replication transactions oldest",
     Standing::chance, kAnywhere, "what a server does at a moment"},
    {"", "cache", "used keys:expiring keys:expired keys:evicted keys_of", Standing::chance,
     kAnywhere, "keys expire meanwhile"},
};

// What the rules of a variable stand under; empty: no rule knows it.
std::string_view heading_of(std::string_view variable) {
  std::string_view best;
  for (const Rule& rule : kRules) {
    const bool begins =
        variable.starts_with(rule.variable) &&
        (variable.size() == rule.variable.size() || variable[rule.variable.size()] == '.');
    if (begins && rule.variable.size() > best.size()) best = rule.variable;
  }
  return best;
}

bool has_word(std::string_view list, std::string_view word) {
  size_t at = 0;
  while (at < list.size()) {
    const size_t end = std::min(list.find(' ', at), list.size());
    if (list.substr(at, end - at) == word) return true;
    at = end + 1;
  }
  return false;
}

// A list that names "table" means each figure of it.
bool is_of_kind(std::string_view kinds, std::string_view kind) {
  return kinds == "*" || has_word(kinds, kind) || has_word(kinds, kind.substr(0, kind.find(':')));
}

// Names of settings know no case; those of Redis stand behind the word "setting".
bool is_named(std::string_view variable, std::string_view heading, std::string_view name) {
  if (variable.size() == heading.size()) return true;  // "settings": all of them
  const std::string wanted(variable.substr(heading.size() + 1));
  const std::string prefix = "setting ";
  const std::string found(name.starts_with(prefix) ? name.substr(prefix.size()) : name);
  return strcasecmp(wanted.c_str(), found.c_str()) == 0;
}

bool applies(const Rule& rule, std::string_view variable, const DifferingDetail& detail,
             const std::set<std::string>& touched) {
  if (rule.group != detail.group || !is_of_kind(rule.kinds, detail.kind)) return false;
  switch (rule.where) {
    case Where::anywhere:
      return true;
    case Where::touched:
      return touched.contains(detail.table);
    case Where::named:
      return is_named(variable, rule.variable, detail.name);
  }
  return false;
}

}  // namespace

bool is_known_variable(const std::string& variable) {
  return !heading_of(variable).empty();
}

Explanation explain(const DifferingDetail& detail, const std::set<std::string>& variables,
                    const std::set<std::string>& touched) {
  Explanation best;
  const auto look = [&](std::string_view variable, std::string_view heading) {
    for (const Rule& rule : kRules) {
      if (rule.variable != heading || !applies(rule, variable, detail, touched)) continue;
      const bool better = best.standing == Standing::undeclared || rule.standing > best.standing;
      if (better) best = {rule.standing, std::string(rule.why)};
    }
  };
  look("", "");
  for (const std::string& variable : variables) {
    if (const std::string_view heading = heading_of(variable); !heading.empty()) {
      look(variable, heading);
    }
  }
  return best;
}

}  // namespace tare
