// The names of the metrics that files may speak of.
// Level: model. Constants.
#pragma once

#include <string_view>

namespace tare {

// Of an operation, in an expectation or a margin; lateness and duration of a job ("job import"), of
// all operations ("(all)") throughput (in a closed loop), the servers' CPU in ns, and bytes.
// tools/compare measures them.
inline constexpr std::string_view kMetricNames[] = {"response_time_tm95",
                                                    "response_time_mean",
                                                    "response_time_p50",
                                                    "response_time_p90",
                                                    "response_time_p95",
                                                    "response_time_p99",
                                                    "response_time_p999",
                                                    "response_time_max",
                                                    "response_time_tm95_hit",
                                                    "response_time_tm95_miss",
                                                    "service_time_tm95",
                                                    "service_time_mean",
                                                    "service_time_p50",
                                                    "service_time_p90",
                                                    "service_time_p95",
                                                    "service_time_p99",
                                                    "service_time_p999",
                                                    "service_time_max",
                                                    "failed_share",
                                                    "hit_ratio",
                                                    "blocks_per_query",
                                                    "redis_calls_per_request",
                                                    "throughput",
                                                    "lateness_mean",
                                                    "duration_mean",
                                                    "postgres_cpu_per_request",
                                                    "redis_cpu_per_request",
                                                    "wal_bytes_per_request",
                                                    "redis_bytes_per_request"};

}  // namespace tare
