#include "tools/compare/environment_details.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>

namespace tare {
namespace {

// Where a server stands is not how it is set: every trial has its own folder.
const std::set<std::string> kPlaces = {
    "cluster_name", "config_file", "data_directory", "external_pid_file",
    "hba_file",     "ident_file",  "port",           "unix_socket_directories",
    "dir",          "logfile",     "pidfile",        "unixsocket"};

// Of these what is not there is not set; of others it is not known, or there is no such object.
bool means_not_set(const std::string& group) {
  return group == "settings" || group == "redis" || group == "client";
}

// Objects, of which one arm may have more.
bool holds_objects(const std::string& group) {
  return group == "extensions" || group == "schema" || group == "data" || group == "statistics" ||
         group == "maintenance";
}

bool has_figures(const std::string& group) {
  return group == "data" || group == "statistics" || group == "cache";
}

void add(const std::string& prefix, const Settings& more, Settings& details) {
  for (const auto& [name, value] : more) {
    if (!kPlaces.contains(name)) details.emplace(prefix + name, value);
  }
}

void add_one(const std::string& name, const Settings& from, const std::string& key,
             Settings& details) {
  const auto found = from.find(key);
  if (found != from.end()) details.emplace(name, found->second);
}

// A kernel keeps some of it, one more than another.
std::string rounded_memory(const std::string& bytes) {
  return fmt::format("{:.0f} GiB", std::strtod(bytes.c_str(), nullptr) / (1 << 30));
}

// What the environment has of the group beside `groups`.
Settings other_details(const std::string& group, const Environment& environment) {
  Settings details;
  if (group == "client") {
    for (const char* name : {"tare", "compiler", "libpq"}) {
      add_one(std::string("version of ") + name, environment.versions, name, details);
    }
    add("generator's ", environment.generator, details);
  } else if (group == "host") {
    for (const char* name : {"kernel", "cpu", "cores"}) {
      add_one(name, environment.host, name, details);
    }
    add_one("memory", environment.host, "memory_bytes", details);
    if (const auto memory = details.find("memory"); memory != details.end()) {
      memory->second = rounded_memory(memory->second);
    }
    if (!environment.file_system.empty()) details["file system"] = environment.file_system;
  } else if (group == "server") {
    add_one("version", environment.versions, "postgres", details);
  } else if (group == "settings") {
    add("", environment.postgres_settings, details);
  } else if (group == "redis") {
    add_one("version", environment.versions, "redis", details);
    add("setting ", environment.redis_settings, details);
  }
  return details;
}

const EnvironmentGroup* find_group(const std::string& group, const Environment& environment) {
  const auto found = environment.groups.find(group);
  return found == environment.groups.end() ? nullptr : &found->second;
}

// Only names up to the last one that both have kept can be compared.
void cut_to(const EnvironmentGroup& kept, Settings& details) {
  if (kept.left_out == 0 || kept.details.empty()) return;
  details.erase(details.upper_bound(kept.details.rbegin()->first), details.end());
}

using Figures = std::map<std::string, std::string>;

// "rows=3 pages=4"
Figures figures_of(const std::string& value) {
  Figures figures;
  std::istringstream words(value);
  for (std::string word; words >> word;) {
    const size_t equals = word.find('=');
    if (equals == std::string::npos) return {};
    figures[word.substr(0, equals)] = word.substr(equals + 1);
  }
  return figures;
}

double number_of(const Figures& figures, const std::string& name) {
  const auto found = figures.find(name);
  return found == figures.end() ? 0 : std::strtod(found->second.c_str(), nullptr);
}

bool near(double first, double second, double ratio, double distance) {
  const double low = std::min(std::abs(first), std::abs(second));
  const double high = std::max(std::abs(first), std::abs(second));
  const bool same_sign = first * second >= 0;
  return std::abs(first - second) <= distance || (same_sign && low > 0 && high / low <= ratio);
}

// Two samples of the same rows: ANALYZE looks at 30,000 of them. Both figures of its size move
// with what it happens to find; both together hardly.
bool sampled_alike(const std::string& figure, const Figures& first, const Figures& second) {
  const auto is_near = [&](double ratio, double distance) {
    return near(number_of(first, figure), number_of(second, figure), ratio, distance);
  };
  const auto size = [](const Figures& figures) {
    return std::max(number_of(figures, "common"), number_of(figures, "bounds"));
  };
  if (figure == "n_distinct") {  // below 0 it is a share of the rows
    const bool other_form = number_of(first, figure) * number_of(second, figure) < 0;
    return other_form || is_near(3, 0.02);
  }
  if (figure == "nulls") return is_near(1, 0.05);
  if (figure == "width") return is_near(1.5, 2);
  if (figure == "correlation") return is_near(1, 0.3);
  if (figure == "common" || figure == "bounds") return near(size(first), size(second), 2, 10);
  return figure == "values";
}

bool stored_alike(const std::string& figure, const Figures& first, const Figures& second) {
  const auto is_near = [&](double ratio, double distance) {
    return near(number_of(first, figure), number_of(second, figure), ratio, distance);
  };
  if (figure == "rows")
    return number_of(first, figure) * number_of(second, figure) > 0 && is_near(1.05, 100);
  if (figure == "pages") return is_near(1.05, 16);
  return figure == "all_visible" && is_near(1, 10);
}

// What the arm with fewer keys has lost since its servers began may have expired.
bool expired_alike(const Figures& first, const Figures& second) {
  const double before = number_of(first, "keys"), after = number_of(second, "keys");
  const Figures& fewer = before < after ? first : second;
  const double gone = number_of(fewer, "expired") + number_of(fewer, "evicted");
  return std::abs(before - after) <= gone + 50 + 0.05 * std::max(before, after);
}

bool within_chance(const std::string& group, const std::string& figure, const Figures& first,
                   const Figures& second) {
  if (group == "statistics") return sampled_alike(figure, first, second);
  if (group == "data") return stored_alike(figure, first, second);
  return figure != "keys" || expired_alike(first, second);
}

void add_figures(const std::string& group, const std::string& name, const Figures& first,
                 const Figures& second, std::vector<DetailDifference>& out) {
  for (const auto& [figure, value] : first) {
    const auto other = second.find(figure);
    if (other == second.end() || other->second == value) continue;
    out.push_back({name, figure, value, other->second,
                   within_chance(group, figure, first, second)
                       ? DetailDifference::Size::within_chance
                       : DetailDifference::Size::beyond_chance});
  }
}

void add_difference(const std::string& group, const std::string& name,
                    const std::optional<std::string>& first,
                    const std::optional<std::string>& second, std::vector<DetailDifference>& out) {
  if (first == second) return;
  if (has_figures(group) && first && second) {
    const Figures before = figures_of(*first), after = figures_of(*second);
    if (!before.empty() && !after.empty()) return add_figures(group, name, before, after, out);
  }
  out.push_back({name, "", first, second});
}

}  // namespace

std::optional<std::vector<DetailDifference>> group_differences(const std::string& group,
                                                               const Environment& first,
                                                               const Environment& second) {
  Settings before = other_details(group, first), after = other_details(group, second);
  bool known = !before.empty() || !after.empty(), in_part = false;
  const EnvironmentGroup *stored = find_group(group, first), *other = find_group(group, second);
  if (stored != nullptr && other != nullptr) {
    before.insert(stored->details.begin(), stored->details.end());
    after.insert(other->details.begin(), other->details.end());
    in_part = !stored->not_read.empty() || !other->not_read.empty();
    known |= !in_part || (!stored->details.empty() && !other->details.empty());
    cut_to(*stored, after);
    cut_to(*other, before);
  }
  if (!known) return std::nullopt;
  std::set<std::string> names;
  for (const auto& [name, value] : before) names.insert(name);
  for (const auto& [name, value] : after) names.insert(name);
  const bool alone_tells = !in_part && (means_not_set(group) || holds_objects(group));
  std::vector<DetailDifference> out;
  for (const std::string& name : names) {
    const auto value = [&name](const Settings& details) -> std::optional<std::string> {
      const auto found = details.find(name);
      return found == details.end() ? std::nullopt : std::optional(found->second);
    };
    const auto one = value(before), two = value(after);
    if ((one && two) || alone_tells) add_difference(group, name, one, two, out);
  }
  return out;
}

std::string in_words(const std::string& group, const DetailDifference& difference) {
  const auto shown = [](const std::string& value) {
    constexpr size_t kLongest = 120;
    return value.size() <= kLongest ? value : value.substr(0, kLongest) + "...";
  };
  const auto quoted = [&](const std::optional<std::string>& value) {
    return value ? '"' + shown(*value) + '"' : std::string("not set");
  };
  if (!difference.figure.empty()) {
    return fmt::format("{}: {} {} -> {}", difference.name, difference.figure, *difference.first,
                       *difference.second);
  }
  if (!means_not_set(group) && !difference.first) {
    return fmt::format("+ {} ({})", difference.name, shown(*difference.second));
  }
  if (!means_not_set(group) && !difference.second) {
    return fmt::format("- {} ({})", difference.name, shown(*difference.first));
  }
  return fmt::format("{}: {} -> {}", difference.name, quoted(difference.first),
                     quoted(difference.second));
}

}  // namespace tare
