// The plans that auto_explain sends as notices on one connection of the load: received while a call
// is in flight, tied to it when it is answered.
// Level: drivers. Belongs to one session, on its thread. All its memory is made with it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/engine/call.h"
#include "bench/engine/session_report.h"

namespace tare {

class PlanNotices {
 public:
  static constexpr size_t kMost = 64;            // plans that are unlike
  static constexpr size_t kLongest = 64 * 1024;  // bytes of one

  PlanNotices();

  // A notice has come, whatever it says. Longer plans are counted and left out.
  void receive(std::string_view message);

  // The call is answered and its times are stamped; forget() when it failed.
  void tie(const Call& call);
  void forget() { held_ = 0; }

  // Nothing is received any more.
  void end() { ended_ = true; }

  // What was received, put into the report.
  void tell(SessionReport& report) const;

 private:
  struct Kept {
    PlanNotice plan;  // without its text
    uint64_t likeness = 0;
    size_t size = 0;
  };

  char* text_of(size_t place) { return texts_.data() + place * kLongest; }
  const char* text_of(size_t place) const { return texts_.data() + place * kLongest; }

  std::vector<char> texts_;  // kMost kept ones, then the one at hand
  std::array<Kept, kMost> kept_;
  size_t count_ = 0;
  bool ended_ = false;
  size_t held_ = 0;  // bytes of the one at hand; 0: none
  int64_t told_ = 0, too_long_ = 0, left_out_ = 0;
};

// Alike for plans of the same nodes on the same tables and indexes, both generic or both custom.
// Rough, but it reads no JSON and allocates nothing; what is alike may still differ in a condition.
uint64_t likeness_of(std::string_view explain_json);

}  // namespace tare
