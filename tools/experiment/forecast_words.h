// Steps, draws, actions and expectations in words.
// Level: experiment. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "bench/model/change.h"
#include "bench/model/scenario.h"

namespace tare {

// "package_id: a value of package.id, as often as popularity says".
std::string draw_in_words(const Draw& draw);

// "400 requests a second (poisson)", "a closed loop of 16 clients, no think time".
std::string arrivals_in_words(const Arrivals& arrivals);

// "digest: every 2 s refresh_digest; a batch that fails is tried 3 more times".
std::string job_in_words(const Job& job, const Scenario& scenario);

// One line, or several for a cached step: its hit, miss and bypass.
std::vector<std::string> step_in_words(const Step& step, const Operation& operation,
                                       const Scenario& scenario);

// "SQL: CREATE INDEX ...", "Redis: DEL archive:popular".
std::string action_in_words(const Action& action);

// "response_time_tm95 of browse falls by at least 50 %".
std::string expectation_in_words(const Expectation& expectation);

}  // namespace tare
