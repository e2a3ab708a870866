// Is Redis well, what of it disturbs a measurement, what is not allowed, what is exposed?
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>

#include "tools/compare/doctor.h"
#include "tools/compare/doctor_parts.h"

namespace tare {
namespace {

// Redis answers in microseconds: an event of this length held up everybody.
constexpr int64_t kLatencyEvent_ms = 100;
// Above this an eviction or a refused write is near.
constexpr double kMemoryShare = 0.95;

class Judge {
 public:
  explicit Judge(const RedisFacts& facts) : facts_(facts) {}

  DoctorRows rows() {
    add("server", Question::up, Health::ok, fmt::format("Redis {}", facts_.version));
    speed();
    failures();
    if (facts_.settings) {
      settings();
    } else {
      add("settings", Question::none, Health::note, "CONFIG GET is not allowed", {},
          "allow it (ACL SETUSER ... +config|get), or look at the settings yourself");
    }
    privileges();
    exposure();
    return std::move(rows_);
  }

 private:
  void add(const char* name, Question question, Health status, std::string found,
           std::vector<Figure> figures = {}, std::string advice = "") {
    rows_.push_back({std::string("redis.") + name, question, status, std::move(found),
                     std::move(figures), status == Health::ok ? "" : std::move(advice)});
  }

  void speed() {
    if (facts_.round_trip) {
      rows_.push_back(round_trip_row("redis.round_trip", "PING", *facts_.round_trip));
    }
    if (facts_.slow_commands) {
      add("slow_log", Question::slow, *facts_.slow_commands > 0 ? Health::note : Health::ok,
          "commands in the slow log", {{"", double(*facts_.slow_commands), FigureUnit::count}},
          "SLOWLOG GET 10 shows them; each held up everybody");
    }
    for (const auto& [event, worst_ms] : facts_.latency_events_ms) {
      add(("latency_" + event).c_str(), Question::slow,
          worst_ms >= kLatencyEvent_ms ? Health::warning : Health::note, "worst",
          {{"", double(worst_ms) / 1000, FigureUnit::seconds}},
          "LATENCY DOCTOR explains it; LATENCY HISTORY " + event + " shows when");
    }
  }

  void failures() {
    if (const auto found = facts_.counters.find("rejected_connections");
        found != facts_.counters.end()) {
      rows_.push_back(counter_row("redis.rejected_connections", found->second, Health::bad,
                                  "clients are turned away: close idle ones, or raise maxclients"));
    }
    if (const auto found = facts_.counters.find("evicted_keys"); found != facts_.counters.end()) {
      rows_.push_back(counter_row("redis.evicted_keys", found->second, Health::note,
                                  "memory is full, and keys go before their time: hits become "
                                  "misses; raise maxmemory or shorten what is cached"));
    }
    // name in INFO, what it means, how much it weighs
    for (const auto& [name, advice, weight] :
         {std::tuple("rdb_last_bgsave_status",
                     "the last snapshot failed, and Redis may refuse writes: look into its log "
                     "(disk full? no memory to fork?)",
                     Health::bad),
          std::tuple("aof_last_write_status",
                     "the append-only file cannot be written: look into Redis' log (disk full?)",
                     Health::bad),
          std::tuple("aof_last_bgrewrite_status",
                     "the last rewrite of the append-only file failed: look into Redis' log",
                     Health::warning)}) {
      const auto found = facts_.persistence.find(name);
      if (found == facts_.persistence.end()) continue;
      add(name, Question::failing, found->second == "ok" ? Health::ok : weight, found->second, {},
          advice);
    }
  }

  std::string value(const char* name) const { return setting(*facts_.settings, name); }
  bool known(const char* name) const { return facts_.settings->contains(name); }

  void add_setting(const char* name, bool disturbs, Health status, const char* when_empty,
                   const char* advice) {
    if (!known(name)) return;
    add(name, Question::none, disturbs ? status : Health::ok,
        value(name).empty() ? when_empty : value(name), {}, advice);
  }

  void settings() {
    add_setting("save", !value("save").empty(), Health::note, "off",
                "a snapshot may fork within a measured window: a stall, and twice the memory");
    const bool appends = value("appendonly") == "yes";
    add_setting("appendonly", false, Health::note, "", "");
    add_setting("appendfsync", appends && value("appendfsync") == "always", Health::note, "",
                "every write waits for the disk");
    memory();
    add_setting("latency-monitor-threshold", value("latency-monitor-threshold") == "0",
                Health::note, "",
                "Redis does not record its own stalls: CONFIG SET latency-monitor-threshold 100");
    add_setting("io-threads", value("io-threads") != "1", Health::note, "",
                "more threads than one share the cores with the generator");
  }

  void memory() {
    const std::string policy = value("maxmemory-policy");
    const bool limited = facts_.max_bytes.value_or(0) > 0;
    const bool refuses = limited && policy == "noeviction";
    double share = 0;
    std::vector<Figure> figures;
    if (facts_.used_bytes) {
      figures.push_back({"used", double(*facts_.used_bytes), FigureUnit::bytes});
      if (limited) {
        share = double(*facts_.used_bytes) / double(*facts_.max_bytes);
        figures.push_back({"of", double(*facts_.max_bytes), FigureUnit::bytes});
      }
    }
    Health status = limited ? Health::ok : Health::note;
    std::string advice = "nothing limits it: for a cache set maxmemory and a policy that evicts";
    if (refuses) {
      status = share > kMemoryShare ? Health::bad : Health::note;
      advice = "when it is full writes are refused: choose a policy that evicts, or watch it";
    } else if (share > kMemoryShare) {
      status = Health::note;
      advice = "it is full, and evicts for every new key: hits depend on what else is written";
    }
    add("memory", Question::none, status,
        fmt::format("maxmemory {}, {}", limited ? "set" : "0", policy), figures, advice);
  }

  void privileges() {
    if (!facts_.refused_commands.empty()) {
      add("permissions", Question::none, Health::warning,
          fmt::format("{} may not: {}", facts_.user, fmt::join(facts_.refused_commands, ", ")), {},
          "tare needs them: ACL SETUSER with + and the command");
    } else if (facts_.permissions_known.value_or(false)) {
      add("permissions", Question::none, Health::ok,
          fmt::format("{} may do all that tare needs", facts_.user));
    } else {
      add("permissions", Question::none, Health::note, "not told", {},
          "ACL DRYRUN (Redis 7) is not allowed: what is refused will be seen when it is asked");
    }
  }

  void exposure() {
    if (!facts_.open_default_user.value_or(false)) {
      if (facts_.open_default_user) {
        add("password", Question::none, Health::ok, "needed");
      }
      return;
    }
    const std::string bind = facts_.settings ? value("bind") : "";
    // An empty bind, "*", "0.0.0.0" and "::" are every network.
    const bool everywhere = facts_.settings && value("port") != "0" &&
                            (bind.empty() || bind.find('*') != std::string::npos ||
                             bind.find("0.0.0.0") != std::string::npos ||
                             (" " + bind + " ").find(" :: ") != std::string::npos);
    const bool is_protected = facts_.settings && value("protected-mode") == "yes";
    const bool reached = facts_.on_network.value_or(false) || (everywhere && !is_protected);
    std::string found = "none needed";
    if (reached) found += ", from other machines too";
    add("password", Question::none, reached ? Health::bad : Health::note, found, {},
        reached
            ? "anybody who reaches it reads, writes and empties it: requirepass or ACL users, "
              "and bind to the addresses it needs"
            : "whoever is on this machine reads and writes it; that is how a cache on a private "
              "socket is meant");
    if (everywhere && is_protected) {
      add("bind", Question::none, Health::note, bind.empty() ? "every network" : bind, {},
          "only protected-mode keeps others out: bind to the addresses it needs");
    }
  }

  const RedisFacts& facts_;
  DoctorRows rows_;
};

}  // namespace

std::vector<DoctorRow> judge_redis(const RedisFacts& facts) {
  if (facts.problem.empty()) return Judge(facts).rows();
  return {{"redis.server", Question::up, Health::bad, facts.problem, {}, ""}};
}

}  // namespace tare
