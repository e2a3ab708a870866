#include "bench/drivers/counter_look.h"

#include <fmt/format.h>

namespace tare {

CounterSource counters_between(const std::string& name, CounterSpan covers,
                               const CounterLook& before, const CounterLook& after) {
  CounterSource source;
  source.name = name;
  source.view = after.view;
  source.covers = covers;
  source.missing = before.missing.empty() ? after.missing : before.missing;
  for (const auto& [meaning, value] : after.same) {
    const auto found = before.same.find(meaning);
    if (source.missing.empty() && (found == before.same.end() || found->second != value)) {
      source.missing = "void: " + meaning;
    }
  }
  if (!source.missing.empty()) return source;
  for (const auto& [key, now] : after.values) {
    const auto found = before.values.find(key);
    const int64_t delta = now.value - (found == before.values.end() ? 0 : found->second.value);
    if (delta < 0) {
      source.values.clear();
      source.missing = fmt::format(
          "void: {}{}{} fell between the looks, so somebody reset the counters (tare never does), "
          "or the server lost them",
          key.first, key.first.empty() ? "" : " ", key.second);
      return source;
    }
    if (delta > 0) source.values.push_back({key.first, key.second, now.unit, delta});
  }
  return source;
}

}  // namespace tare
