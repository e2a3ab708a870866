// The environment of a trial as groups of details, and what is as good as equal among them.
// Level: compare. Pure functions; safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/model/result.h"

namespace tare {

// A detail, or one figure of it, that two environments do not have alike.
struct DetailDifference {
  std::string name;    // "table public.comment created_at"
  std::string figure;  // "n_distinct"; empty: the detail has no figures, or one arm lacks all of it
  std::optional<std::string> first, second;  // none: not there
  enum class Size { within_chance, beyond_chance } size = Size::beyond_chance;
};

// What both environments know of the group and do not have alike; nullopt: one of them knows
// nothing of it. Of a group that is known in part what only one of them knows is no difference.
std::optional<std::vector<DetailDifference>> group_differences(const std::string& group,
                                                               const Environment& first,
                                                               const Environment& second);

// "+ index public.comment comment_created (CREATE INDEX ...)", "work_mem: not set -> \"8MB\"".
std::string in_words(const std::string& group, const DetailDifference& difference);

}  // namespace tare
