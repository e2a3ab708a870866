// A known slowdown of the contender, to see whether tare finds it here: how much work makes an
// operation so much slower.
// Level: experiment. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "bench/model/change.h"
#include "bench/model/scenario.h"
#include "tools/experiment/workbench.h"

namespace tare {

struct Injection {
  std::string operation;
  double share = 0;  // of its response_time_tm95: 0.05 asks for 5 % more
};

// "author_page=+5%", of 0 to 1000 %. Throws UsageError.
Injection parse_injection(const std::string& text);

// How much work it is. Both arms run the statement with a loop in it (bench/model/spin.h), the
// baseline with one turn.
struct Spin {
  Injection injection;
  int64_t turns = 1;            // of the contender
  double baseline_ns = 0;       // the operation's response_time_tm95 with one turn
  double runs_per_request = 0;  // hits run no statement
  double probe_share = 0;       // by so much more turns than one made it slower, under load ...
  int64_t probe_turns = 0;      // ... when they were so many; 0: no probe was run ...
  int64_t probe_requests = 0;   // ... in so many requests
};

// The turns that slow an operation by `share`, where `probe_turns` slow it by `probe_share` more
// than one turn: what a turn adds does not depend on how many there are.
int64_t turns_for(double share, int64_t probe_turns, double probe_share);

using WorkbenchOf = std::function<std::unique_ptr<Workbench>(const Scenario& scenario)>;

// Runs one trial to learn what the share is of, and up to three of a probe: half of the operation's
// requests with so much work that they should take twice as long. What the probe really adds, under
// the load and at the pace of the experiment (with rests where the scenario is one with_turns()),
// says how much work the share is; a loop timed on a server at rest would not. A trial that
// something disturbs (trial_guards.h) is run again, three times in all. Nothing is run for a share
// of 0. `results` is for what is written meanwhile; nothing is left there. Throws as run_trial, and
// UsageError when no request runs the statement, the probe is not slower, or none of three trials
// is sound.
Spin calibrate_spin(const Scenario& scenario, const Injection& injection,
                    std::optional<Nanoseconds> turn, const WorkbenchOf& bench_of,
                    const std::filesystem::path& results);

// How the experiment calls it: the name, the reason and the text of a change that applies nothing.
Change change_of(const Spin& spin);

}  // namespace tare
