// Is PostgreSQL well, what of it disturbs a measurement, what is missing, what is exposed?
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>

#include "tools/compare/doctor.h"
#include "tools/compare/doctor_parts.h"

namespace tare {
namespace {

// A request of a site takes milliseconds: what runs for a minute is no request.
constexpr double kLongStatement_s = 60, kVeryLongStatement_s = 3600;
// An open transaction holds back vacuum for the whole server, and its locks.
constexpr double kIdleInTransaction_s = 60;
// Somebody waits who would not in a healthy system; after half a minute people have given up.
constexpr double kLockWait_s = 1, kLockWaitBad_s = 30;
constexpr double kConnectionsWarning = 0.8, kConnectionsBad = 0.95;
// More than one in twenty transactions thrown away: an application fails, or retries.
constexpr double kRollbackShare = 0.05;
constexpr int64_t kFewTransactions = 100;  // a share of fewer says nothing
// PostgreSQL's default, made for the smallest machines.
constexpr double kSmallBuffers_bytes = 128.0 * 1024 * 1024;
constexpr double kShortCheckpoints_ms = 60e3;
constexpr double kSmallWal_bytes = 512.0 * 1024 * 1024;

class Judge {
 public:
  explicit Judge(const PostgresFacts& facts) : facts_(facts) {}

  DoctorRows rows() {
    add("server", Question::up, Health::ok, fmt::format("PostgreSQL {}", facts_.version));
    speed();
    failures();
    settings();
    privileges();
    exposure();
    return std::move(rows_);
  }

 private:
  void add(const char* name, Question question, Health status, std::string found,
           std::vector<Figure> figures = {}, std::string advice = "") {
    rows_.push_back({std::string("postgres.") + name, question, status, std::move(found),
                     std::move(figures), status == Health::ok ? "" : std::move(advice)});
  }

  void add_age(const char* name, const std::optional<double>& age_s, double warning, double bad,
               const char* found, const char* advice) {
    if (!age_s) return;
    add(name, Question::slow, by_limits(*age_s, warning, warning, bad), *age_s > 0 ? found : "none",
        *age_s > 0 ? seconds(*age_s) : std::vector<Figure>{}, advice);
  }

  static std::vector<Figure> seconds(double value) { return {{"", value, FigureUnit::seconds}}; }

  void speed() {
    if (facts_.round_trip) {
      rows_.push_back(round_trip_row("postgres.round_trip", "SELECT 1", *facts_.round_trip));
    }
    add_age("longest_statement", facts_.longest_statement_s, kLongStatement_s, kVeryLongStatement_s,
            "running for", "look at it in pg_stat_activity; pg_cancel_backend(pid) ends it");
    add_age("idle_in_transaction", facts_.longest_idle_in_transaction_s, kIdleInTransaction_s,
            kVeryLongStatement_s, "open for",
            "it holds back vacuum and its locks: find its client in pg_stat_activity, set "
            "idle_in_transaction_session_timeout");
    add_age("lock_wait", facts_.longest_lock_wait_s, kLockWait_s, kLockWaitBad_s, "waiting for",
            "pg_blocking_pids(pid) names who holds the lock");
    if (facts_.connections && facts_.max_connections && *facts_.max_connections > 0) {
      const double share = double(*facts_.connections) / double(*facts_.max_connections);
      add("connections", Question::slow,
          by_limits(share, kConnectionsWarning, kConnectionsWarning, kConnectionsBad), "",
          {{"used", double(*facts_.connections), FigureUnit::count},
           {"of", double(*facts_.max_connections), FigureUnit::count}},
          "few are left: use a pooler, close idle ones, or raise max_connections");
    }
    if (facts_.blocks_hit && facts_.blocks_read && *facts_.blocks_hit + *facts_.blocks_read > 0) {
      const double all = double(*facts_.blocks_hit) + double(*facts_.blocks_read);
      add("buffer_hits", Question::none, Health::ok, "blocks found in shared_buffers",
          {{"", double(*facts_.blocks_hit) / all, FigureUnit::share}});
    }
  }

  void failures() {
    const auto counter = [&](const char* name) {
      const auto found = facts_.counters.find(name);
      return found == facts_.counters.end() ? Counter() : found->second;
    };
    if (facts_.counters.contains("rollbacks")) {
      const Counter commits = counter("commits"), rollbacks = counter("rollbacks");
      const int64_t all = commits.total + rollbacks.total;
      const double share = all == 0 ? 0 : double(rollbacks.total) / double(all);
      const bool many = all >= kFewTransactions && share > kRollbackShare;
      add("rollbacks", Question::failing, many ? Health::warning : Health::ok,
          "of all transactions",
          {{"", share, FigureUnit::share},
           {"meanwhile", double(rollbacks.grown), FigureUnit::count}},
          "transactions are thrown away: look for ERROR in the server's log");
    }
    for (const char* name : {"deadlocks", "conflicts"}) {
      if (!facts_.counters.contains(name)) continue;
      rows_.push_back(counter_row(std::string("postgres.") + name, counter(name), Health::warning,
                                  "the server's log names the statements"));
    }
  }

  std::string value(const char* name) const { return setting(facts_.settings, name); }
  double number(const char* name) const { return std::atof(value(name).c_str()); }
  bool known(const char* name) const { return facts_.settings.contains(name); }

  void add_setting(const char* name, bool disturbs, Health status, std::vector<Figure> figures,
                   const char* advice) {
    if (!known(name)) return;
    const std::string found = figures.empty() ? value(name) : "";
    add(name, Question::none, disturbs ? status : Health::ok, found, std::move(figures), advice);
  }

  std::vector<Figure> bytes(const char* name) const {
    return {{"", number(name), FigureUnit::bytes}};
  }
  std::vector<Figure> milliseconds(const char* name) const {
    return {{"", number(name) / 1000, FigureUnit::seconds}};
  }

  void settings() {
    add_setting("fsync", value("fsync") == "off", Health::bad, {},
                "a crash loses data, and writes cost less than anywhere else: switch it on");
    add_setting("synchronous_commit", value("synchronous_commit") == "off", Health::note, {},
                "commits do not wait for the disk: fast, and a crash loses the last ones");
    add_setting("autovacuum", value("autovacuum") == "off", Health::warning, {},
                "tables bloat and plans are made from old statistics: switch it on");
    add_setting("autovacuum_naptime", value("autovacuum") != "off", Health::note,
                milliseconds("autovacuum_naptime"),
                "it may run within a measured window; arms that restart for every trial meet it "
                "equally often");
    add_setting(
        "checkpoint_timeout", true,
        number("checkpoint_timeout") <= kShortCheckpoints_ms ? Health::warning : Health::note,
        milliseconds("checkpoint_timeout"),
        "a checkpoint falls into longer windows, and its writing is seen in the tail");
    add_setting("max_wal_size", number("max_wal_size") < kSmallWal_bytes, Health::note,
                bytes("max_wal_size"),
                "heavy writing forces checkpoints before their time: raise it");
    add_setting("shared_buffers", number("shared_buffers") <= kSmallBuffers_bytes, Health::note,
                bytes("shared_buffers"),
                "the default for the smallest machines; production usually has a quarter of the "
                "memory");
    add_setting("track_io_timing", value("track_io_timing") == "on", Health::note, {},
                "every block read reads the clock twice; fine where the clock is cheap");
    add_setting("jit", value("jit") == "on", Health::note, {},
                "expensive plans are compiled first, which takes tens of milliseconds; SET jit = "
                "off shows the difference");
    const bool logs_all =
        value("log_min_duration_statement") == "0" || value("log_statement") == "all";
    add_setting("log_statement", logs_all, Health::warning, {},
                "every statement is written to the log (see log_min_duration_statement too)");
  }

  void privileges() {
    if (facts_.superuser) {
      const bool all = *facts_.superuser;
      const bool monitor = all || facts_.monitor.value_or(false);
      add("role", Question::none, monitor ? Health::ok : Health::note,
          fmt::format("{}: {}", facts_.role,
                      all       ? "a superuser"
                      : monitor ? "in pg_monitor"
                                : "not in pg_monitor"),
          {}, "other sessions and some settings are hidden: GRANT pg_monitor TO the role");
      const bool creates = all || facts_.may_create_databases.value_or(false);
      add("create_database", Question::none, creates ? Health::ok : Health::warning,
          creates ? "allowed" : "not allowed", {},
          "fresh data for each trial is a copied database: ALTER ROLE ... CREATEDB");
    }
    if (facts_.statements_available) {
      const bool there = facts_.statements_installed.value_or(false);
      add("pg_stat_statements", Question::none, there ? Health::ok : Health::note,
          there                          ? "installed"
          : *facts_.statements_available ? "not installed"
                                         : "not on the server",
          {},
          "it tells which statements cost most: shared_preload_libraries, a restart, CREATE "
          "EXTENSION pg_stat_statements (package postgresql-contrib)");
    }
    if (facts_.auto_explain_loadable) {
      add("auto_explain", Question::none, *facts_.auto_explain_loadable ? Health::ok : Health::note,
          *facts_.auto_explain_loadable ? "can be loaded" : "not on the server", {},
          "it logs the plans of slow statements: install postgresql-contrib");
    }
  }

  void exposure() {
    const std::string listens = value("listen_addresses");
    const bool everywhere = listens.find('*') != std::string::npos ||
                            listens.find("0.0.0.0") != std::string::npos ||
                            listens.find("::") != std::string::npos;
    if (known("listen_addresses")) {
      const bool plain = everywhere && value("ssl") != "on";
      add("listen_addresses", Question::none, plain ? Health::warning : Health::ok,
          listens.empty() ? "Unix sockets only" : listens, {},
          "it answers on every network, without TLS: name the addresses it needs, or set ssl = on");
    }
    if (facts_.open_rules) {
      const bool open = !facts_.open_rules->empty();
      add("open_rules", Question::none,
          open ? (everywhere ? Health::bad : Health::warning) : Health::ok,
          open ? fmt::format("{}", fmt::join(*facts_.open_rules, "; "))
               : "nobody from elsewhere is let in without a password",
          {}, "pg_hba.conf lets other machines in without a password: use scram-sha-256 there");
    }
    if (facts_.used_password && facts_.on_network.value_or(false)) {
      add("login", Question::none, *facts_.used_password ? Health::ok : Health::warning,
          *facts_.used_password ? "with a password" : "without a password, over the network", {},
          "unless a certificate or Kerberos let us in, so can anybody: look into pg_hba.conf");
    }
  }

  const PostgresFacts& facts_;
  DoctorRows rows_;
};

}  // namespace

std::vector<DoctorRow> judge_postgres(const PostgresFacts& facts) {
  if (facts.problem.empty()) return Judge(facts).rows();
  return {{"postgres.server", Question::up, Health::bad, facts.problem, {}, ""}};
}

}  // namespace tare
