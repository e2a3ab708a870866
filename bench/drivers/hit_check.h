// Holds a sample of cache hits against what SQL says, after the measured window.
// Level: drivers. Opens its own connection; blocks.
#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "bench/engine/traffic.h"
#include "bench/engine/worker.h"
#include "bench/model/endpoint.h"
#include "bench/model/result.h"

namespace tare {

// Runs each sample's query as a miss would have and compares the rows with what the cache gave,
// in any order of rows. By operation. Throws ServerError when PostgreSQL is away.
std::map<size_t, CacheCheck> check_hits(const PostgresEndpoint& endpoint, const Traffic& traffic,
                                        const std::vector<HitSample>& samples,
                                        std::stop_token stop);

// The text of a template over drawn values.
std::string render(const Template& text, const Request& request);

}  // namespace tare
