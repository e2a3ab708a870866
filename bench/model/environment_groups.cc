#include "bench/model/environment_groups.h"

#include <fmt/format.h>

#include "bench/model/random.h"

namespace tare {
namespace {

// The end of a text is told from the beginning of the next.
uint64_t add_text(const std::string& text, uint64_t hash) {
  return hash_bytes(text.c_str(), text.size() + 1, hash);
}

std::string hexadecimal(uint64_t hash) {
  return fmt::format("{:016x}", hash);
}

}  // namespace

std::string digest_of(std::string_view text) {
  return hexadecimal(hash_bytes(text.data(), text.size()));
}

EnvironmentGroup bounded(const Settings& details) {
  EnvironmentGroup group;
  uint64_t rest = hash_bytes(nullptr, 0);
  for (const auto& [name, value] : details) {
    if (group.details.size() == kMostDetails || name.size() > kLongestDetail) {
      rest = add_text(value, add_text(name, rest));
      ++group.left_out;
    } else if (value.size() > kLongestDetail) {
      group.details.emplace(name, fmt::format("{}... (digest {})", value.substr(0, kLongestDetail),
                                              digest_of(value)));
    } else {
      group.details.emplace(name, value);
    }
  }
  if (group.left_out > 0) group.left_out_digest = hexadecimal(rest);
  return group;
}

std::string digest_of(const EnvironmentGroup& group) {
  uint64_t hash = hash_bytes(nullptr, 0);
  for (const auto& [name, value] : group.details) hash = add_text(value, add_text(name, hash));
  return hexadecimal(add_text(group.left_out_digest, hash));
}

}  // namespace tare
