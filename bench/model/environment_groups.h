// What the figures of a trial depend on, in groups: one group that differs is one variable.
// Level: model. Plain values and pure functions; safe from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace tare {

using Settings = std::map<std::string, std::string>;

// In the order in which people are told of them.
inline constexpr std::array<std::string_view, 11> kEnvironmentGroups = {
    "client", "host",       "server", "settings",    "extensions", "schema",
    "data",   "statistics", "cache",  "maintenance", "redis"};

// A group in details that can be told one by one: "index public.comment comment_created" -> its
// definition. Never a secret, and no row's value.
struct EnvironmentGroup {
  Settings details;             // at most kMostDetails
  int64_t left_out = 0;         // details beyond them ...
  std::string left_out_digest;  // ... of which only a digest is kept; empty: there are none
  std::string not_read;         // why some or all of it is not known; empty: all is

  friend bool operator==(const EnvironmentGroup&, const EnvironmentGroup&) = default;
};

using EnvironmentGroups = std::map<std::string, EnvironmentGroup>;

inline constexpr size_t kMostDetails = 2000;
inline constexpr size_t kLongestDetail = 400;

// Cut to the bounds above: of a long value its beginning and a digest of all stay.
EnvironmentGroup bounded(const Settings& details);

// Of everything the group knows, as 16 hex digits; equal groups, equal digests.
std::string digest_of(const EnvironmentGroup& group);

// 16 hex digits.
std::string digest_of(std::string_view text);

}  // namespace tare
