// What tare may do on a target: taken for one process at a time, and written to only where tare
// finds its own mark, nothing at all, or what the person has named.
// Level: experiment. One thread. Owns two connections, and what it holds until it is destroyed.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "bench/model/scenario.h"
#include "tools/experiment/servers.h"

namespace tare {

// How fresh a trial's start can be made.
enum class Freshness {
  restarted,  // servers restarted, data and cache restored: the sandbox
  restored,   // data and cache restored on servers that go on running
  in_place,   // the cache restored; the data stays as the trials before have left it
};

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

  // What a verdict loses against the sandbox's, in sentences.
  const std::vector<std::string>& lost() const { return lost_; }

 private:
  struct Held;

  void claim_postgres(const Servers& servers, const Scenario& scenario, std::stop_token stop);
  void claim_redis(const Servers& servers, const std::vector<const Scenario*>& scenarios,
                   std::stop_token stop);

  Freshness freshness_ = Freshness::restarted;
  std::vector<std::string> patterns_ = {"*"};
  std::vector<std::string> lost_;
  std::unique_ptr<Held> held_;
};

// "tare_debian_archive", and the template it is copied from, "tare_debian_archive_data": within
// PostgreSQL's 63 bytes.
std::string database_name(const Scenario& scenario);
std::string template_name(const Scenario& scenario);

}  // namespace tare
