// One request, and the record it leaves.
// Level: engine. Fixed size: made and copied without allocating.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "bench/engine/loop.h"

namespace tare {

inline constexpr size_t kMaxDraws = 16;  // per operation
inline constexpr size_t kMaxCalls = 16;  // per operation; a cached step holds three

// A request is a function of (seed, number); see Traffic::make.
struct Request {
  uint64_t number = 0;
  size_t operation = 0;
  Nanoseconds intended{};                          // since the schedule's start
  std::array<std::string_view, kMaxDraws> values;  // one per draw, each followed by a NUL

  // Room for drawn values that stand in no table. Because of it a request is filled in place and
  // never copied.
  std::array<std::array<char, 24>, kMaxDraws> digits;

  Request() = default;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
};

enum class Status : uint8_t { ok, failed, timed_out, dropped, unfinished };
enum class Path : uint8_t { hit, miss, bypass, write, plain };
inline constexpr std::array<std::string_view, 5> kPathNames = {"hit", "miss", "bypass", "write",
                                                               "plain"};
enum class Failure : uint8_t { none, wrong_answer, server_error, connection_lost };
inline constexpr std::array<std::string_view, 4> kFailureNames = {
    "none", "wrong_answer", "server_error", "connection_lost"};

// response = wait + lag + service, by construction: lag is what is left.
struct RequestRecord {
  uint64_t number = 0;
  Nanoseconds intended{};  // since the schedule's start
  Nanoseconds response{};  // intended start to done
  Nanoseconds service{};   // sum over the calls, sent to done
  Nanoseconds wait{};      // sum over the calls, pooled connection busy
  uint32_t operation = 0;
  Status status = Status::ok;
  Path path = Path::plain;
  Failure failure = Failure::none;
  std::array<int64_t, kMaxCalls> call_ns{};  // service time by call; kNotMade: not made
  std::array<uint32_t, kMaxCalls>
      call_done_us{};  // of a reader's calls made: intended start to done

  // Of a job's run; `job` is its place in Traffic::jobs() and counts from 1, 0 is a reader.
  uint32_t job = 0;
  uint32_t batches = 0;    // done
  uint32_t retries = 0;    // of batches that failed
  bool work_left = false;  // it stopped at its most batches
  Nanoseconds lateness{};  // intended start to its first call's sending

  uint32_t hits = 0;  // a bit for each call that found its key in the cache

  static constexpr int64_t kNotMade = -1;
  Nanoseconds lag() const { return response - wait - service; }
};

// Where a worker leaves its records; called on the worker's thread, must not block or allocate.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  virtual void add(const RequestRecord& record) = 0;
};

}  // namespace tare
