// What tare may do on a target: taken for one process at a time, and written to only where tare
// finds its own mark, nothing at all, or what the person has named.
// Level: experiment. One thread. Owns two connections, and what it holds until it is destroyed.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <tuple>
#include <vector>

#include "bench/model/change.h"
#include "bench/model/problem.h"
#include "bench/model/scenario.h"
#include "tools/experiment/servers.h"

namespace tare {

// How fresh a trial's start can be made.
enum class Freshness {
  restarted,  // servers restarted, data and cache restored: the sandbox
  restored,   // data and cache restored on servers that go on running
  in_place,   // the cache restored; the data stays as the trials before have left it
};

// Keys of one kind: all that begin with `prefix`, or that one key alone.
struct KeyRange {
  enum class Kind { beginning, whole };

  std::string prefix;
  Kind kind = Kind::beginning;

  bool holds(const std::string& key) const {
    return kind == Kind::whole ? key == prefix : key.starts_with(prefix);
  }
  std::string pattern() const;  // for SCAN

  friend bool operator==(const KeyRange&, const KeyRange&) = default;
  friend bool operator<(const KeyRange& a, const KeyRange& b) {
    return std::tie(a.prefix, a.kind) < std::tie(b.prefix, b.kind);
  }
};

// While a trial's keys are in a target's Redis this key says which; what a killed tare has left is
// told by it.
inline constexpr const char* kKeysUnderWay = "tare:keys";

enum class KeysNoted { no, yes };

class TargetClaim {
 public:
  // For the sandbox nothing is claimed. Throws UsageError: another tare works there, what is there
  // is not tare's (names the --claim that would allow it), or a key begins with a draw and so may
  // be anybody's. Nothing has been written then.
  // Of several scenarios (a patched one beside its original) the names are alike.
  TargetClaim(const Servers& servers, const std::vector<const Scenario*>& scenarios,
              std::stop_token stop);
  ~TargetClaim();
  TargetClaim(TargetClaim&&) noexcept;
  TargetClaim& operator=(TargetClaim&&) noexcept;

  Freshness freshness() const { return freshness_; }

  // Of the scenario in Redis: what may be cleared. {"*"} for the sandbox.
  const std::vector<std::string>& key_patterns() const { return patterns_; }

  // What a change would do to keys that are not the scenario's, on a Redis that is a target: one
  // problem each. Asks the server which arguments are keys.
  std::vector<Problem> keys_beyond(const Change& change) const;

  // Before the first key is written or cleared on a target's Redis: what a kill leaves is told by
  // it.
  void note_keys() const;
  KeysNoted keys_noted() const;  // by now

  // What a verdict loses against the sandbox's, in sentences.
  const std::vector<std::string>& lost() const { return lost_; }

 private:
  struct Held;

  void claim_postgres(const Servers& servers, const std::vector<const Scenario*>& scenarios,
                      std::stop_token stop);
  void claim_in_place(const Servers& servers, const std::string& place);
  void claim_redis(const Servers& servers, const std::vector<const Scenario*>& scenarios,
                   std::stop_token stop);
  void take_redis(const Servers& servers, const std::vector<const Scenario*>& scenarios,
                  std::stop_token stop);

  Freshness freshness_ = Freshness::restarted;
  std::vector<std::string> patterns_ = {"*"};
  std::vector<KeyRange> ranges_;  // of a target's Redis
  std::vector<std::string> lost_;
  std::unique_ptr<Held> held_;
};

// "tare_debian_archive", and the template it is copied from, "tare__debian_archive": names of
// scenarios have no two hyphens in a row, so no two of these are alike. Within PostgreSQL's 63
// bytes, a long name by its hash.
std::string database_name(const Scenario& scenario);
std::string template_name(const Scenario& scenario);

}  // namespace tare
