#include "bench/engine/stall_finder.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "bench/model/random.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

struct CallTimes {
  Nanoseconds sent, done;
};

// A request of these calls, one after the other; done at whole microseconds.
RequestRecord record_of(const std::vector<CallTimes>& calls, Status status = Status::ok) {
  RequestRecord record;
  record.call_ns.fill(RequestRecord::kNotMade);
  record.intended = calls.front().sent;
  for (size_t i = 0; i < calls.size(); ++i) {
    record.call_ns[i] = (calls[i].done - calls[i].sent).count();
    record.call_done_us[i] = uint32_t((calls[i].done - record.intended) / 1us);
  }
  record.status = status;
  return record;
}

Stalls stalls_of(const std::vector<RequestRecord>& records, Nanoseconds begin = 0s,
                 Nanoseconds end = 1s) {
  StallFinder finder(begin, end);
  for (const RequestRecord& record : records) finder.add(record);
  return finder.stalls().value();
}

TEST(StallFinder, WantsARequestAtAServer) {
  EXPECT_EQ(stalls_of({}), Stalls());
  // Idle from 110 to 300 ms: nobody asked.
  EXPECT_EQ(stalls_of({record_of({{109ms, 110ms}}), record_of({{300ms, 301ms}})}), Stalls());
  // Sent at 200 ms and answered 50 ms later: a stall from the sending on.
  EXPECT_EQ(stalls_of({record_of({{109ms, 110ms}}), record_of({{200ms, 250ms}})}),
            (Stalls{1, 50'000'000, 50'000'000}));
}

TEST(StallFinder, BeginsAtTenMilliseconds) {
  EXPECT_EQ(stalls_of({record_of({{100ms, 110ms - 1us}})}).count, 0);
  EXPECT_EQ(stalls_of({record_of({{100ms, 110ms}})}), (Stalls{1, 10'000'000, 10'000'000}));
}

TEST(StallFinder, EndsWithAnyCallsAnswer) {
  // A long query from 100 to 200 ms; the calls of another request are answered meanwhile.
  const RequestRecord query = record_of({{100ms, 200ms}});
  EXPECT_EQ(stalls_of({query, record_of({{145ms, 150ms}, {151ms, 155ms}})}),
            (Stalls{2, 95'000'000, 50'000'000}));
}

TEST(StallFinder, IsCutToTheWindow) {
  EXPECT_EQ(stalls_of({record_of({{100ms, 200ms}})}, 150ms, 180ms),
            (Stalls{1, 30'000'000, 30'000'000}));
  EXPECT_EQ(stalls_of({record_of({{100ms, 200ms}})}, 195ms, 400ms), Stalls());
  EXPECT_EQ(stalls_of({record_of({{395ms, 600ms}})}, 100ms, 400ms), Stalls());
}

TEST(StallFinder, TakesACallThatWasGivenUpForNoAnswer) {
  const RequestRecord answered = record_of({{99ms, 100ms}});
  const RequestRecord given_up = record_of({{110ms, 160ms}}, Status::timed_out);
  const RequestRecord next = record_of({{180ms, 181ms}});
  EXPECT_EQ(stalls_of({answered, given_up, next}), (Stalls{1, 71'000'000, 71'000'000}));
  // Nothing is answered any more.
  EXPECT_EQ(stalls_of({answered, given_up}, 0s, 1s), (Stalls{1, 890'000'000, 890'000'000}));
  RequestRecord lost = given_up;
  lost.status = Status::failed;
  lost.failure = Failure::connection_lost;
  EXPECT_EQ(stalls_of({answered, lost, next}).longest_ns, 71'000'000);
  // An answer that is wrong is an answer.
  lost.failure = Failure::wrong_answer;
  EXPECT_EQ(stalls_of({answered, lost, next}).longest_ns, 50'000'000);
  // It waited for a connection and was at no server.
  const RequestRecord waited = record_of({{150ms, 150ms}}, Status::timed_out);
  EXPECT_EQ(stalls_of({answered, waited, next}), Stalls());
}

TEST(StallFinder, LeavesOutJobsAndTooLongLoads) {
  RequestRecord job = record_of({{100ms, 500ms}});
  job.job = 1;
  EXPECT_EQ(stalls_of({job}), Stalls());
  StallFinder longest(0s, StallFinder::kLongestLoad), longer(1h, 1h + 1ns);
  longer.add(record_of({{100ms, 500ms}}));
  EXPECT_TRUE(longest.stalls().has_value());
  EXPECT_FALSE(longer.stalls().has_value());
}

// By the definition: between two answers in turn, from the first sending of what is still out.
Stalls by_definition(const std::vector<CallTimes>& calls, Nanoseconds begin, Nanoseconds end) {
  std::vector<Nanoseconds> answers{begin, end};
  for (const CallTimes& call : calls) {
    if (call.done > begin && call.done < end) answers.push_back(call.done);
  }
  std::sort(answers.begin(), answers.end());
  Stalls found;
  for (size_t i = 1; i < answers.size(); ++i) {
    Nanoseconds from = answers[i];
    for (const CallTimes& call : calls) {
      if (call.done >= answers[i]) from = std::min(from, std::max(call.sent, answers[i - 1]));
    }
    const int64_t length = (answers[i] - from).count();
    if (length < 10'000'000) continue;
    ++found.count;
    found.total_ns += length;
    found.longest_ns = std::max(found.longest_ns, length);
  }
  return found;
}

// Records of several workers come in any order.
TEST(StallFinder, IsAsDefinedForRandomCallsInAnyOrder) {
  int64_t all_found = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    std::vector<CallTimes> calls;
    std::vector<RequestRecord> records;
    for (uint64_t i = 0; i < 5 + seed % 60; ++i) {
      const uint64_t bits = mix_bits(seed * 1000 + i);
      const Nanoseconds sent = 1us * int64_t(bits % 1'200'000);
      const Nanoseconds done = sent + 1us * int64_t(1 + (bits >> 32) % 60'000);
      calls.push_back({sent, done});
      records.push_back(record_of({calls.back()}));
    }
    const Stalls expected = by_definition(calls, 200ms, 1s);
    EXPECT_EQ(stalls_of(records, 200ms, 1s), expected) << seed;
    std::sort(records.begin(), records.end(), [](const RequestRecord& a, const RequestRecord& b) {
      return mix_bits(uint64_t(a.intended.count())) < mix_bits(uint64_t(b.intended.count()));
    });
    EXPECT_EQ(stalls_of(records, 200ms, 1s), expected) << seed;
    all_found += expected.count;
  }
  EXPECT_GT(all_found, 1000);
}

}  // namespace
}  // namespace tare
