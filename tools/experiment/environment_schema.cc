#include "tools/experiment/environment_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "loaders/schema_queries.h"

namespace tare {
namespace {

// How many fields after the kind name an object; of what is not here, one.
const std::map<std::string, size_t> kNameFields = {
    {"constraint", 2},     {"constraint trigger", 3}, {"policy", 2},          {"cast", 2},
    {"operator class", 2}, {"default privileges", 3}, {"role membership", 2}, {"large objects", 0}};

// Where, in the definition that PostgreSQL writes, an object's own name stands.
const std::map<std::string, std::string> kNamedAfter = {{"index", " INDEX "},
                                                        {"trigger", " TRIGGER "},
                                                        {"rule", " RULE "},
                                                        {"statistics", " STATISTICS "}};

std::string on_one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::string field(const SqlRow& row, size_t place) {
  return place < row.size() ? on_one_line(row[place].value_or("")) : "";
}

// Up to the blank that ends the name; a quoted one may hold blanks.
std::string name_at(const std::string& text, size_t start) {
  bool quoted = false;
  size_t end = start;
  for (; end < text.size() && (quoted || text[end] != ' '); ++end) quoted ^= text[end] == '"';
  return text.substr(start, end - start);
}

std::string name_after(const std::string& definition, const std::string& words) {
  const size_t found = definition.find(words);
  return found == std::string::npos ? definition : name_at(definition, found + words.size());
}

void add(std::string& text, const std::string& words, const std::string& value) {
  if (!value.empty()) text += ", " + words + value;
}

// Its place is left out: that a column before it is gone does not make it another one.
SchemaObject column_object(const SqlRow& row) {
  SchemaObject out{"column", field(row, 1) + " " + field(row, 3), field(row, 4)};
  if (field(row, 5) == "true") out.definition += ", not null";
  add(out.definition, "default ", field(row, 6));
  add(out.definition, "identity ", field(row, 7));
  add(out.definition, "generated ", field(row, 8));
  add(out.definition, "collation ", field(row, 9));
  if (field(row, 10) != "-1") add(out.definition, "statistics target ", field(row, 10));
  add(out.definition, "storage ", field(row, 11));
  add(out.definition, "compression ", field(row, 12));
  add(out.definition, "options ", field(row, 13) + field(row, 14));
  add(out.definition, "privileges ", field(row, 15));
  return out;
}

SchemaObject index_object(const SqlRow& row) {
  SchemaObject out{"index",
                   field(row, 1) + " " + name_after(field(row, 2), kNamedAfter.at("index")),
                   field(row, 2)};
  if (field(row, 3) == "false") out.definition += ", invalid";
  if (field(row, 4) == "false") out.definition += ", not ready";
  if (field(row, 5) == "true") out.definition += ", clustered";
  if (field(row, 6) == "true") out.definition += ", replica identity";
  add(out.definition, "tablespace ", field(row, 7));
  const std::string targets = field(row, 8);
  if (targets.find_first_not_of("-1,") != std::string::npos) {
    add(out.definition, "statistics targets ", targets);
  }
  return out;
}

// From this field on, without those that are empty.
std::string rest_of(const SqlRow& row, size_t first) {
  std::string text;
  for (size_t i = first; i < row.size(); ++i) {
    const std::string value = field(row, i);
    if (!value.empty()) text += (text.empty() ? "" : ", ") + value;
  }
  return text;
}

}  // namespace

SchemaObject schema_object(const SqlRow& row) {
  SchemaObject out;
  out.kind = field(row, 0);
  if (out.kind == "column") return column_object(row);
  if (out.kind == "index") return index_object(row);
  if (out.kind == "statistics") {
    return {out.kind, name_after(field(row, 1), kNamedAfter.at(out.kind)), rest_of(row, 1)};
  }
  if (const auto named = kNamedAfter.find(out.kind); named != kNamedAfter.end()) {
    return {out.kind, field(row, 1) + " " + name_after(field(row, 2), named->second),
            rest_of(row, 2)};
  }
  if (out.kind == "function") {  // it may hold what is nobody's business
    return {out.kind, field(row, 1),
            fmt::format("digest {}, {}", digest_of(field(row, 2)), rest_of(row, 3))};
  }
  const auto fields = kNameFields.find(out.kind);
  const size_t names = fields == kNameFields.end() ? 1 : fields->second;
  for (size_t i = 1; i <= names; ++i) out.name += (i == 1 ? "" : " ") + field(row, i);
  out.definition = rest_of(row, names + 1);
  return out;
}

EnvironmentGroups read_schema_groups(EnvironmentQueries& queries) {
  std::vector<SchemaObject> objects;
  std::map<std::string, int> times;  // by name
  Settings schema, extensions;
  std::string not_read;
  for (const std::string& query : schema_queries()) {
    for (const SqlRow& row : queries.rows(query, not_read)) {
      SchemaObject object = schema_object(row);
      if (object.kind == "setting") continue;
      if (object.kind == "extension") {
        extensions.emplace(object.name, object.definition);
        continue;
      }
      object.name = object.kind + (object.name.empty() ? "" : " ") + object.name;
      ++times[object.name];
      objects.push_back(std::move(object));
    }
  }
  for (SchemaObject& object : objects) {  // several methods may have an operator class of one name
    if (times[object.name] > 1) object.name += " " + digest_of(object.definition);
    schema.emplace(std::move(object.name), std::move(object.definition));
  }
  EnvironmentGroups groups;
  groups["schema"] = bounded(schema);
  groups["schema"].not_read = not_read;
  groups["extensions"] = bounded(extensions);
  return groups;
}

}  // namespace tare
