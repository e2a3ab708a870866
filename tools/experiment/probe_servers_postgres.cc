#include <fmt/format.h>

#include <cstdlib>
#include <string_view>

#include "bench/drivers/postgres_connection.h"
#include "tools/experiment/environment.h"
#include "tools/experiment/probe_servers.h"
#include "tools/experiment/probe_timing.h"

namespace tare {
namespace {

// As numbers in one unit each, so that nobody has to read "128MB": times in ms, sizes in bytes.
constexpr const char* kSettings = R"(
SELECT name, CASE unit WHEN '8kB' THEN (setting::bigint * 8192)::text
                       WHEN 'kB' THEN (setting::bigint * 1024)::text
                       WHEN 'MB' THEN (setting::bigint * 1048576)::text
                       WHEN 's' THEN (setting::bigint * 1000)::text
                       WHEN 'min' THEN (setting::bigint * 60000)::text
                       ELSE setting END
FROM pg_settings
WHERE name IN ('autovacuum', 'autovacuum_naptime', 'checkpoint_timeout', 'max_wal_size', 'fsync',
               'synchronous_commit', 'track_io_timing', 'shared_buffers', 'jit', 'log_statement',
               'log_min_duration_statement', 'listen_addresses', 'ssl', 'max_connections'))";

// Ages in seconds; 0 where there is none. Never the statements: they may hold what is private.
constexpr const char* kActivity = R"(
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - query_start))
                FILTER (WHERE state = 'active'), 0),
       coalesce(max(extract(epoch FROM clock_timestamp() - xact_start))
                FILTER (WHERE state LIKE 'idle in transaction%'), 0),
       coalesce(max(extract(epoch FROM clock_timestamp() - query_start))
                FILTER (WHERE wait_event_type = 'Lock'), 0),
       count(*) FILTER (WHERE wait_event_type = 'Lock'), count(*) + 1
FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid())";

constexpr const char* kSession =
    "-c default_transaction_read_only=on -c statement_timeout=5000 -c lock_timeout=1000";

constexpr const char* kOpenRules = R"(
SELECT format('line %s: %s %s %s %s %s', line_number, type, array_to_string(database, ','),
              array_to_string(user_name, ','), address, auth_method)
FROM pg_hba_file_rules
WHERE error IS NULL AND type LIKE 'host%' AND auth_method = 'trust'
  AND address NOT IN ('127.0.0.1', '::1', 'localhost', 'samehost') AND address NOT LIKE '127.%'
ORDER BY line_number)";

}  // namespace

PostgresProbe::PostgresProbe(const PostgresEndpoint& endpoint, const std::string& source,
                             std::stop_token stop)
    : stop_(std::move(stop)) {
  facts_.place = public_text(endpoint);
  facts_.source = source;
  try {
    connect(endpoint);
    ask_who(endpoint);
    ask_all();
  } catch (const ServerError& error) {
    facts_.problem = error.what();
  }
}

PostgresFacts PostgresProbe::finish() {
  if (!facts_.problem.empty()) return facts_;
  try {
    note_growth(facts_.counters, read_counters());
  } catch (const ServerError& error) {
    facts_.problem = error.what();
  }
  return facts_;
}

// In a session that cannot write and waits for nobody. Not by SET: behind a pooler that would stay
// with the next client. A pooler that takes no such options is asked without them.
void PostgresProbe::connect(const PostgresEndpoint& endpoint) {
  PostgresEndpoint careful = endpoint;
  add_server_options(kSession, careful);
  try {
    control_.emplace(careful, stop_);
  } catch (const ServerError& error) {
    if (std::string_view(error.what()).find("startup parameter") == std::string_view::npos) throw;
    control_.emplace(endpoint, stop_);
  }
}

// One row; nullopt: the server refused, or gave none.
std::optional<SqlRow> PostgresProbe::ask(const std::string& sql) {
  try {
    SqlRows rows = control_->query(sql);
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
  } catch (const SqlError&) {
    return std::nullopt;
  }
}

std::optional<std::string> PostgresProbe::ask_text(const std::string& sql) {
  const auto row = ask(sql);
  return row && !row->empty() ? row->front() : std::nullopt;
}

std::optional<bool> PostgresProbe::ask_truth(const std::string& sql) {
  const auto text = ask_text(sql);
  if (!text) return std::nullopt;
  return *text == "t";
}

// What was left to libpq is known now.
void PostgresProbe::ask_who(const PostgresEndpoint& endpoint) {
  PostgresEndpoint known = endpoint;
  if (const auto row = ask("SELECT current_user, current_database(), host(inet_server_addr()), "
                           "inet_server_port()")) {
    facts_.role = (*row)[0].value_or("");
    if (known.user.empty()) known.user = facts_.role;
    if (known.database.empty()) known.database = (*row)[1].value_or("");
    if (known.host.empty()) known.host = (*row)[2].value_or("");
    if (known.port == 0) known.port = std::atoi((*row)[3].value_or("0").c_str());
  }
  facts_.place = public_text(known);
}

void PostgresProbe::ask_all() {
  facts_.version = ask_text("SHOW server_version").value_or("unknown");
  for (const auto& [name, value] : read_counters()) facts_.counters[name].total = value;
  facts_.round_trip = time_round_trips([&] { control_->query("SELECT 1"); }, stop_);
  ask_activity();
  ask_settings();
  ask_privileges();
  ask_exposure();
}

void PostgresProbe::ask_activity() {
  const auto number = [](const std::optional<std::string>& text) {
    return std::atof(text.value_or("0").c_str());
  };
  if (const auto row = ask(kActivity)) {
    facts_.longest_statement_s = number((*row)[0]);
    facts_.longest_idle_in_transaction_s = number((*row)[1]);
    facts_.longest_lock_wait_s = number((*row)[2]);
    facts_.lock_waits = int64_t(number((*row)[3]));
    facts_.connections = int64_t(number((*row)[4]));
  }
  if (const auto row = ask("SELECT blks_hit, blks_read FROM pg_stat_database WHERE datname = "
                           "current_database()")) {
    facts_.blocks_hit = int64_t(number((*row)[0]));
    facts_.blocks_read = int64_t(number((*row)[1]));
  }
}

void PostgresProbe::ask_settings() {
  try {
    for (const SqlRow& row : control_->query(kSettings)) {
      facts_.settings[row[0].value_or("")] = row[1].value_or("");
    }
    facts_.not_defaults = recorded_settings(*control_);
  } catch (const SqlError&) {
    return;
  }
  if (const auto found = facts_.settings.find("max_connections"); found != facts_.settings.end()) {
    facts_.max_connections = std::atoll(found->second.c_str());
  }
}

void PostgresProbe::ask_privileges() {
  const std::string mine = " FROM pg_roles WHERE rolname = current_user";
  facts_.superuser = ask_truth("SELECT rolsuper" + mine);
  facts_.may_create_databases = ask_truth("SELECT rolcreatedb" + mine);
  facts_.monitor = ask_truth("SELECT pg_has_role(current_user, 'pg_monitor', 'MEMBER')");
  facts_.statements_available = ask_truth(
      "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements')");
  facts_.statements_installed =
      ask_truth("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements')");
  facts_.auto_explain_loadable = ask_truth(
      "SELECT (pg_stat_file(setting || '/auto_explain.so', true)).size IS NOT NULL FROM pg_config "
      "WHERE name = 'PKGLIBDIR'");
}

void PostgresProbe::ask_exposure() {
  facts_.used_password = control_->used_password();
  facts_.on_network = ask_truth(
      "SELECT inet_server_addr() IS NOT NULL AND NOT inet_server_addr() <<= '127.0.0.0/8' AND "
      "inet_server_addr() <> '::1'");
  try {
    std::vector<std::string> rules;
    for (const SqlRow& row : control_->query(kOpenRules)) rules.push_back(row[0].value_or(""));
    facts_.open_rules = rules;
  } catch (const SqlError&) {  // only a superuser may look
  }
}

std::map<std::string, int64_t> PostgresProbe::read_counters() {
  const auto row = ask(
      "SELECT xact_commit, xact_rollback, deadlocks, conflicts FROM pg_stat_database WHERE datname "
      "= current_database()");
  if (!row) return {};
  std::map<std::string, int64_t> counters;
  const char* names[] = {"commits", "rollbacks", "deadlocks", "conflicts"};
  for (size_t i = 0; i < 4; ++i) {
    if ((*row)[i]) counters[names[i]] = std::atoll((*row)[i]->c_str());
  }
  return counters;
}

}  // namespace tare
