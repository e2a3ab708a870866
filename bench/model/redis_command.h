// What tare knows of Redis commands: which only read, and which it will not send.
// Level: model. Pure functions. The tables are of Redis 7; an unknown command counts as writing.
#pragma once

#include <string>
#include <vector>

namespace tare {

// By the command (and, for a few, its subcommand). Letters of either case.
bool redis_command_reads(const std::vector<std::string>& arguments);

// Why a step must not send this; empty: it may.
std::string refused_in_step(const std::vector<std::string>& arguments);

// Why a change must not send this; empty: it may.
std::string refused_in_change(const std::vector<std::string>& arguments);

// Why it must not reach a server that others use: it goes beyond its own keys, or its keys cannot
// be told. Empty: its keys say whose it is.
std::string refused_on_target(const std::vector<std::string>& arguments);

// Only "*" and "?", so that it matches every key or every key of a length.
bool matches_everything(const std::string& pattern);

}  // namespace tare
