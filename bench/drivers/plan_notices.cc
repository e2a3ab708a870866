#include "bench/drivers/plan_notices.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "bench/model/random.h"

namespace tare {
namespace {

// "duration: 0.123 ms  plan:\n{ ... }" is how auto_explain begins.
std::string_view plan_in(std::string_view message) {
  if (!message.starts_with("duration: ")) return {};
  const size_t begin = message.find('{');
  return begin == std::string_view::npos ? std::string_view() : message.substr(begin);
}

constexpr std::array<std::string_view, 6> kTelling = {
    "\"Node Type\": ", "\"Relation Name\": ", "\"Index Name\": ",
    "\"Join Type\": ", "\"Strategy\": ",      "\"Scan Direction\": "};
constexpr std::array<std::string_view, 3> kConditions = {"Cond\": ", "Filter\": ", "Key\": "};

// A $n that is no part of a name.
bool has_parameter(std::string_view line) {
  for (size_t at = line.find('$'); at != std::string_view::npos; at = line.find('$', at + 1)) {
    if (at + 1 < line.size() && line[at + 1] >= '0' && line[at + 1] <= '9') return true;
  }
  return false;
}

}  // namespace

uint64_t likeness_of(std::string_view explain_json) {
  uint64_t hash = 0;
  bool generic = false;
  while (!explain_json.empty()) {
    const size_t end = std::min(explain_json.find('\n'), explain_json.size());
    std::string_view line = explain_json.substr(0, end);
    explain_json.remove_prefix(std::min(end + 1, explain_json.size()));
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (!line.empty() && line.back() == ',') line.remove_suffix(1);
    if (std::any_of(kTelling.begin(), kTelling.end(),
                    [&](std::string_view key) { return line.starts_with(key); })) {
      hash = hash_bytes(line.data(), line.size(), hash);
    } else if (std::any_of(kConditions.begin(), kConditions.end(), [&](std::string_view key) {
                 return line.find(key) != std::string_view::npos;
               })) {
      generic |= has_parameter(line);
    }
  }
  return mix_bits(hash + (generic ? 1 : 0));
}

PlanNotices::PlanNotices() : texts_((kMost + 1) * kLongest) {}

void PlanNotices::receive(std::string_view message) {
  const std::string_view plan = plan_in(message);
  if (plan.empty() || ended_) return;
  ++told_;
  if (plan.size() > kLongest) {
    ++too_long_;
    return;
  }
  std::memcpy(text_of(kMost), plan.data(), plan.size());
  held_ = plan.size();
}

void PlanNotices::tie(const Call& call) {
  if (held_ == 0) return;
  const std::string_view text(text_of(kMost), std::exchange(held_, 0));
  const uint64_t likeness = likeness_of(text);
  const Nanoseconds service = call.reply.done - call.reply.sent;
  for (size_t i = 0; i < count_; ++i) {
    if (kept_[i].likeness != likeness || kept_[i].plan.index != call.index) continue;
    ++kept_[i].plan.times;
    kept_[i].plan.service_sum += service;
    return;
  }
  if (count_ == kMost) {
    ++left_out_;
    return;
  }
  Kept& kept = kept_[count_];
  kept.likeness = likeness;
  kept.size = text.size();
  kept.plan.index = call.index;
  kept.plan.number = call.request->number;
  kept.plan.intended = call.request->intended;
  kept.plan.operation = call.request->operation;
  kept.plan.service = kept.plan.service_sum = service;
  kept.plan.times = 1;
  std::memcpy(text_of(count_++), text.data(), text.size());
}

void PlanNotices::tell(SessionReport& report) const {
  report.plans_told = told_;
  report.plans_too_long = too_long_;
  report.plans_left_out = left_out_;
  for (size_t i = 0; i < count_; ++i) {
    PlanNotice& plan = report.ran.emplace_back(kept_[i].plan);
    plan.explain_json.assign(text_of(i), kept_[i].size);
  }
}

}  // namespace tare
