#include "bench/engine/stall_finder.h"

#include <algorithm>

namespace tare {
namespace {

// Whether the last call of the request was answered; those before it were, or it would have ended.
bool was_answered(const RequestRecord& record) {
  return record.status == Status::ok ||
         (record.status == Status::failed && record.failure != Failure::connection_lost);
}

}  // namespace

StallFinder::StallFinder(Nanoseconds begin, Nanoseconds end) : begin_(begin), end_(end) {
  if (end > kLongestLoad) return;
  bins_.resize(size_t(std::max(end, Nanoseconds(0)) / kShortest) + 2);
}

StallFinder::Bin& StallFinder::bin_of(Nanoseconds time) {
  if (time >= end_) return bins_.back();
  return bins_[size_t(std::max(time, Nanoseconds(0)) / kShortest)];
}

void StallFinder::add(const RequestRecord& record) {
  if (bins_.empty() || record.job != 0) return;
  uint32_t last_done = 0;
  for (size_t call = 0; call < kMaxCalls; ++call) {
    if (record.call_ns[call] != RequestRecord::kNotMade) {
      last_done = std::max(last_done, record.call_done_us[call]);
    }
  }
  for (size_t call = 0; call < kMaxCalls; ++call) {
    const Nanoseconds service(record.call_ns[call]);
    if (record.call_ns[call] == RequestRecord::kNotMade) continue;
    const Nanoseconds done = record.intended + std::chrono::microseconds(record.call_done_us[call]);
    const bool answered = record.call_done_us[call] < last_done || was_answered(record);
    // One that was given up while it waited for a connection was at no server.
    const Nanoseconds sent = done - service;
    if (!answered && (service == Nanoseconds(0) || sent < record.intended)) continue;
    Bin& bin = bin_of(done);
    bin.earliest_sent = std::min(bin.earliest_sent, sent);
    if (!answered) continue;
    bin.first_answer = std::min(bin.first_answer, done);
    bin.last_answer = std::max(bin.last_answer, done);
  }
}

// From the end of the load to its begin: what was sent earliest among the calls that ended since.
std::optional<Stalls> StallFinder::stalls() const {
  if (bins_.empty()) return std::nullopt;
  Stalls found;
  Nanoseconds next_answer = end_;
  Nanoseconds earliest_sent = Nanoseconds::max();
  const auto look_at = [&](Nanoseconds last_answer) {
    const Nanoseconds from = std::max({last_answer, earliest_sent, begin_});
    const Nanoseconds length = std::min(next_answer, end_) - from;
    if (length < kShortest) return;
    ++found.count;
    found.total_ns += length.count();
    found.longest_ns = std::max(found.longest_ns, int64_t(length.count()));
  };
  for (size_t i = bins_.size(); i-- > 0;) {
    const Bin& bin = bins_[i];
    const bool after_window = i + 1 == bins_.size();
    if (bin.last_answer != Nanoseconds::min() && !after_window) look_at(bin.last_answer);
    earliest_sent = std::min(earliest_sent, bin.earliest_sent);
    if (bin.first_answer != Nanoseconds::max()) next_answer = bin.first_answer;
  }
  look_at(Nanoseconds(0));
  return found;
}

}  // namespace tare
