// One measured Redis connection: encoded templates out, hiredis' reader in, nothing allocated.
// Level: drivers. Lives on its worker's loop and thread.
#pragma once

#include <memory>

#include "bench/drivers/redis_encoding.h"
#include "bench/engine/asio_loop.h"
#include "bench/engine/session.h"
#include "bench/model/endpoint.h"

namespace tare {

// `calls` are Traffic::redis_calls() as templates; they must outlive the session. Up to `depth`
// calls are in flight at once (pipelining).
std::unique_ptr<Session> make_redis_session(AsioLoop& loop, const RedisEndpoint& endpoint,
                                            const std::vector<RedisTemplate>& calls, int depth);

std::vector<RedisTemplate> redis_templates(const Traffic& traffic);

}  // namespace tare
