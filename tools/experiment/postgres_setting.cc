#include "tools/experiment/postgres_setting.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <vector>

namespace tare {
namespace {

// Flagged GUC_LIST_QUOTE in PostgreSQL's sources, which no catalog tells; pg_dump keeps the same
// list. Whether a name without quotes is folded to lower case differs.
enum class Names { folded, as_they_are };
const std::map<std::string, Names>& lists_of_names() {
  static const std::map<std::string, Names> kLists = {
      {"search_path", Names::folded},
      {"temp_tablespaces", Names::folded},
      {"local_preload_libraries", Names::as_they_are},
      {"session_preload_libraries", Names::as_they_are},
      {"shared_preload_libraries", Names::as_they_are},
      {"unix_socket_directories", Names::as_they_are}};
  return kLists;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return char(std::tolower(c)); });
  return text;
}

// `a, "b, c"` is two names, as they stand.
std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (const char c : list) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::string name_meant(const std::string& part, Names names) {
  constexpr const char* kSpace = " \t\n";
  const size_t first = part.find_first_not_of(kSpace);
  if (first == std::string::npos) return "";
  const std::string text = part.substr(first, part.find_last_not_of(kSpace) - first + 1);
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') {
    return names == Names::folded ? lower(text) : text;
  }
  std::string name;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '"') ++i;  // doubled
    name += text[i];
  }
  return name;
}

}  // namespace

std::string setting_assignment(const PostgresControl& postgres, const std::string& name,
                               const std::string& value) {
  const auto list = lists_of_names().find(lower(name));
  if (list == lists_of_names().end()) {
    return fmt::format("{} = {}", postgres.quote_name(name), postgres.quote_text(value));
  }
  std::vector<std::string> names = split(value);
  for (std::string& text : names) text = postgres.quote_text(name_meant(text, list->second));
  return fmt::format("{} = {}", postgres.quote_name(name), fmt::join(names, ", "));
}

DatabaseSettings::DatabaseSettings(PostgresControl& postgres,
                                   const std::map<std::string, std::string>& wanted) {
  std::map<std::string, std::string> before;
  for (const SqlRow& row : postgres.query(
           "SELECT lower(split_part(one, '=', 1)), substr(one, strpos(one, '=') + 1) "
           "FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, "
           "unnest(s.setconfig) one WHERE d.datname = current_database() AND s.setrole = 0")) {
    before.emplace(row[0].value(), row[1].value());
  }
  const std::string database = postgres.quote_name(postgres.value("SELECT current_database()"));
  for (const auto& [name, value] : wanted) {
    statements_.push_back(fmt::format("ALTER DATABASE {} SET {}", database,
                                      setting_assignment(postgres, name, value)));
    const auto known = before.find(lower(name));
    undo_.push_back(
        known == before.end()
            ? fmt::format("ALTER DATABASE {} RESET {}", database, postgres.quote_name(name))
            : fmt::format("ALTER DATABASE {} SET {}", database,
                          setting_assignment(postgres, name, known->second)));
  }
}

}  // namespace tare
