// How to log in to Redis: one way for both paths, and what to do when it is refused.
// Level: drivers. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "bench/model/endpoint.h"

namespace tare {

// The commands a new connection sends one by one, in order: AUTH (with the user when there is one)
// and SELECT, as far as they are needed; none for an open server's database 0. Not for messages.
std::vector<std::vector<std::string>> login_commands(const RedisEndpoint& endpoint);

// "Redis at redis://...: WRONGPASS ...; check the password ...": one line, never with the password,
// which some Redis errors quote.
std::string login_failure(const RedisEndpoint& endpoint, const std::string& redis_words);

// "cannot connect to Redis at ...: why. What to do": one line. `reason` is hiredis' or the
// system's.
std::string redis_connection_failure(const RedisEndpoint& endpoint, const std::string& reason);

}  // namespace tare
