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
  double ns_per_turn = 0;       // on the idle server
  double baseline_ns = 0;       // the operation's response_time_tm95 with one turn
  double runs_per_request = 0;  // hits run no statement
};

using WorkbenchOf = std::function<std::unique_ptr<Workbench>(const Scenario& scenario)>;

// Times the loop on the server at rest, and runs a trial to learn what the share is of: with rests
// where the scenario is one with_turns(), for a processor that rests is slower. Nothing is run for
// a share of 0. What queues make of the work is the experiment's to find. `results` is for what is
// written meanwhile; nothing is left there. Throws as run_trial, and UsageError when no request
// runs the statement.
Spin calibrate_spin(const Scenario& scenario, const Injection& injection,
                    std::optional<Nanoseconds> turn, const WorkbenchOf& bench_of,
                    const std::filesystem::path& results);

// How the experiment calls it: the name, the reason and the text of a change that applies nothing.
Change change_of(const Spin& spin);

}  // namespace tare
