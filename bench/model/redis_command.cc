#include "bench/model/redis_command.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace tare {
namespace {

constexpr std::string_view kReading[] = {"BITCOUNT",
                                         "BITFIELD_RO",
                                         "BITPOS",
                                         "DBSIZE",
                                         "DUMP",
                                         "ECHO",
                                         "EVALSHA_RO",
                                         "EVAL_RO",
                                         "EXISTS",
                                         "EXPIRETIME",
                                         "FCALL_RO",
                                         "GEODIST",
                                         "GEOHASH",
                                         "GEOPOS",
                                         "GEORADIUSBYMEMBER_RO",
                                         "GEORADIUS_RO",
                                         "GEOSEARCH",
                                         "GET",
                                         "GETBIT",
                                         "GETRANGE",
                                         "HEXISTS",
                                         "HGET",
                                         "HGETALL",
                                         "HKEYS",
                                         "HLEN",
                                         "HMGET",
                                         "HRANDFIELD",
                                         "HSCAN",
                                         "HSTRLEN",
                                         "HVALS",
                                         "INFO",
                                         "LCS",
                                         "LINDEX",
                                         "LLEN",
                                         "LPOS",
                                         "LRANGE",
                                         "MGET",
                                         "OBJECT",
                                         "PEXPIRETIME",
                                         "PFCOUNT",
                                         "PING",
                                         "PTTL",
                                         "RANDOMKEY",
                                         "SCAN",
                                         "SCARD",
                                         "SDIFF",
                                         "SINTER",
                                         "SINTERCARD",
                                         "SISMEMBER",
                                         "SMEMBERS",
                                         "SMISMEMBER",
                                         "SORT_RO",
                                         "SRANDMEMBER",
                                         "SSCAN",
                                         "STRLEN",
                                         "SUBSTR",
                                         "SUNION",
                                         "TIME",
                                         "TTL",
                                         "TYPE",
                                         "XINFO",
                                         "XLEN",
                                         "XPENDING",
                                         "XRANGE",
                                         "XREAD",
                                         "XREVRANGE",
                                         "ZCARD",
                                         "ZCOUNT",
                                         "ZDIFF",
                                         "ZINTER",
                                         "ZINTERCARD",
                                         "ZLEXCOUNT",
                                         "ZMSCORE",
                                         "ZRANDMEMBER",
                                         "ZRANGE",
                                         "ZRANGEBYLEX",
                                         "ZRANGEBYSCORE",
                                         "ZRANK",
                                         "ZREVRANGE",
                                         "ZREVRANGEBYLEX",
                                         "ZREVRANGEBYSCORE",
                                         "ZREVRANK",
                                         "ZSCAN",
                                         "ZSCORE",
                                         "ZUNION"};

struct Refusal {
  std::string_view command;
  std::string_view subcommand;  // empty: any
  std::string_view reason;
};

constexpr std::string_view kEverything =
    "it empties the whole server, not only this scenario's keys";
constexpr std::string_view kConnection = "it changes a pooled connection that other requests use";
constexpr std::string_view kBlocks = "it may hold a pooled connection for as long as it waits";
constexpr std::string_view kStream = "it turns a pooled connection into a stream of messages";
constexpr std::string_view kTransaction = "the commands of other requests would end up between";
constexpr std::string_view kServer = "it is for the server's operator, not for traffic";

constexpr Refusal kNever[] = {{"FLUSHALL", "", kEverything},
                              {"FLUSHDB", "", kEverything},
                              {"CONFIG", "RESETSTAT", "others read these statistics"},
                              {"SHUTDOWN", "", "it stops the server"},
                              {"DEBUG", "", kServer},
                              {"MONITOR", "", kStream},
                              {"SUBSCRIBE", "", kStream},
                              {"PSUBSCRIBE", "", kStream},
                              {"SSUBSCRIBE", "", kStream}};

constexpr Refusal kNotInSteps[] = {
    {"KEYS", "", "it walks through every key and stops the server meanwhile; use SCAN"},
    {"SCRIPT", "FLUSH", "other scripts of the server would be gone"},
    {"FUNCTION", "FLUSH", "other functions of the server would be gone"},
    {"CONFIG", "", kServer},
    {"SAVE", "", kServer},
    {"BGSAVE", "", kServer},
    {"BGREWRITEAOF", "", kServer},
    {"REPLICAOF", "", kServer},
    {"SLAVEOF", "", kServer},
    {"FAILOVER", "", kServer},
    {"CLUSTER", "", kServer},
    {"ACL", "", kServer},
    {"MODULE", "", kServer},
    {"SWAPDB", "", kServer},
    {"MIGRATE", "", kServer},
    {"AUTH", "", kConnection},
    {"HELLO", "", kConnection},
    {"SELECT", "", kConnection},
    {"CLIENT", "", kConnection},
    {"RESET", "", kConnection},
    {"QUIT", "", kConnection},
    {"BLPOP", "", kBlocks},
    {"BRPOP", "", kBlocks},
    {"BRPOPLPUSH", "", kBlocks},
    {"BLMOVE", "", kBlocks},
    {"BLMPOP", "", kBlocks},
    {"BZPOPMIN", "", kBlocks},
    {"BZPOPMAX", "", kBlocks},
    {"BZMPOP", "", kBlocks},
    {"WAIT", "", kBlocks},
    {"MULTI", "", kTransaction},
    {"EXEC", "", kTransaction},
    {"DISCARD", "", kTransaction},
    {"WATCH", "", kTransaction},
    {"UNWATCH", "", kTransaction}};

constexpr std::string_view kOneByOne = "every command of a change runs by itself";
constexpr std::string_view kOurs =
    "it would change tare's own connection, which carries out the change, and not the traffic's";
constexpr std::string_view kOutlasts =
    "a restart would not undo it, and every trial begins with one";

constexpr Refusal kNotInChanges[] = {{"MULTI", "", kOneByOne},
                                     {"EXEC", "", kOneByOne},
                                     {"DISCARD", "", kOneByOne},
                                     {"WATCH", "", kOneByOne},
                                     {"SELECT", "", "a scenario lives in database 0"},
                                     {"AUTH", "", kOneByOne},
                                     {"QUIT", "", kOneByOne},
                                     {"RESET", "", kOneByOne},
                                     {"HELLO", "", kOurs},
                                     {"CLIENT", "", kOurs},
                                     {"ASKING", "", kOurs},
                                     {"READONLY", "", kOurs},
                                     {"READWRITE", "", kOurs},
                                     {"UNWATCH", "", kOneByOne},
                                     {"SYNC", "", kServer},
                                     {"PSYNC", "", kServer},
                                     {"CONFIG", "REWRITE", kOutlasts},
                                     {"ACL", "SAVE", kOutlasts},
                                     {"REPLICAOF", "", kServer},
                                     {"SLAVEOF", "", kServer},
                                     {"CLUSTER", "", kServer},
                                     {"MIGRATE", "", kServer}};

std::string upper(std::string text) {
  for (char& c : text) c = char(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

template <size_t count>
std::string refusal(const std::vector<std::string>& arguments, const Refusal (&table)[count]) {
  if (arguments.empty()) return "";
  const std::string command = upper(arguments[0]);
  const std::string subcommand = arguments.size() > 1 ? upper(arguments[1]) : "";
  for (const Refusal& entry : table) {
    if (entry.command != command) continue;
    if (!entry.subcommand.empty() && entry.subcommand != subcommand) continue;
    return std::string(entry.command) + (entry.subcommand.empty() ? "" : " ") +
           std::string(entry.subcommand) + " is refused: " + std::string(entry.reason);
  }
  return "";
}

bool holds(const std::vector<std::string>& arguments, std::string_view word) {
  return std::any_of(arguments.begin(), arguments.end(),
                     [&](const std::string& argument) { return upper(argument) == word; });
}

}  // namespace

bool redis_command_reads(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return false;
  const std::string command = upper(arguments[0]);
  return std::find(std::begin(kReading), std::end(kReading), command) != std::end(kReading);
}

std::string refused_in_step(const std::vector<std::string>& arguments) {
  std::string reason = refusal(arguments, kNever);
  if (reason.empty()) reason = refusal(arguments, kNotInSteps);
  if (reason.empty() && !arguments.empty() && upper(arguments[0]) == "XREAD" &&
      holds(arguments, "BLOCK")) {
    reason = "XREAD BLOCK is refused: " + std::string(kBlocks);
  }
  return reason;
}

std::string refused_in_change(const std::vector<std::string>& arguments) {
  const std::string reason = refusal(arguments, kNever);
  return reason.empty() ? refusal(arguments, kNotInChanges) : reason;
}

std::string refused_on_target(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return "";
  const std::string command = upper(arguments[0]);
  constexpr std::string_view kBeyond[] = {
      "ACL",       "BGREWRITEAOF", "BGSAVE", "CLIENT",  "CLUSTER", "CONFIG",   "FAILOVER",
      "FUNCTION",  "LATENCY",      "MEMORY", "MIGRATE", "MODULE",  "MOVE",     "PUBLISH",
      "REPLICAOF", "SAVE",         "SCRIPT", "SLAVEOF", "SLOWLOG", "SPUBLISH", "SWAPDB"};
  const bool script = command.starts_with("EVAL") || command.starts_with("FCALL");
  if (script) return command + " may touch any key: weigh scripts in the sandbox, without --redis";
  const bool other_database = command == "COPY" && holds(arguments, "DB");
  if (other_database ||
      std::find(std::begin(kBeyond), std::end(kBeyond), command) != std::end(kBeyond)) {
    return command +
           " reaches beyond this scenario's keys: weigh it in the sandbox, without --redis";
  }
  return "";
}

bool matches_everything(const std::string& pattern) {
  return pattern.empty() || std::string_view("*?[").find(pattern.front()) != std::string_view::npos;
}

}  // namespace tare
