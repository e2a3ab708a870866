#include "tools/experiment/observation.h"

#include <algorithm>
#include <charconv>

#include "bench/drivers/postgres_counters.h"
#include "tools/experiment/probe_processes.h"

namespace tare {
namespace {

// What PostgreSQL counts, in one answer. Autovacuum's worker tells at the end of each table.
std::string counters_query(int version) {
  const std::string checkpoints = postgres_counter_query("checkpoints", "timed", version) + " + " +
                                  postgres_counter_query("checkpoints", "requested", version);
  return std::string("SELECT ") + kLookMark + " " + checkpoints +
         ", (SELECT checkpoint_lsn FROM pg_control_checkpoint()), coalesce(t.vacuums, 0), "
         "coalesce(t.analyzes, 0), d.deadlocks, d.temp_bytes, pg_postmaster_start_time() "
         "FROM (SELECT sum(autovacuum_count) AS vacuums, sum(autoanalyze_count) AS analyzes FROM "
         "pg_stat_all_tables) t, (SELECT deadlocks, temp_bytes FROM pg_stat_database WHERE datname "
         "= current_database()) d";
}

const char* const kNames[] = {"checkpoints", "checkpoint_lsn", "autovacuums", "autoanalyzes",
                              "deadlocks",   "temp_bytes",     "started_at"};

using Fields = std::map<std::string, std::string>;

int64_t number(const Fields& fields, const std::string& name) {
  const auto found = fields.find(name);
  int64_t value = 0;
  if (found == fields.end()) return value;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value;
}

std::string text(const Fields& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? "" : found->second;
}

// A counter that fell began anew: what it counts since then is what is known.
int64_t growth(const Fields& before, const Fields& after, const std::string& name) {
  const int64_t start = number(before, name), end = number(after, name);
  return end >= start ? end - start : end;
}

std::optional<int64_t> growth(std::optional<int64_t> before, std::optional<int64_t> after) {
  if (!before || !after) return std::nullopt;
  return std::max<int64_t>(*after - *before, 0);
}

// What INFO costs on the wire, as a client sends it and as Redis answers.
constexpr int64_t kInfoRequestBytes = sizeof("*2\r\n$4\r\nINFO\r\n$7\r\ndefault\r\n") - 1;

// Redis 7 counts them; before, the time of the last one tells, to a second.
int64_t saves_between(const Fields& before, const Fields& after) {
  const bool counted = after.contains("rdb_saves");
  const int64_t ended =
      counted ? growth(before, after, "rdb_saves")
              : text(before, "rdb_last_save_time") != text(after, "rdb_last_save_time");
  return ended + number(after, "rdb_bgsave_in_progress");
}

int64_t rewrites_between(const Fields& before, const Fields& after) {
  const bool under_way = number(after, "aof_rewrite_in_progress") != 0;
  if (after.contains("aof_rewrites")) return growth(before, after, "aof_rewrites") + under_way;
  return under_way || number(before, "aof_rewrite_in_progress") != 0;
}

}  // namespace

Observation::Observation(PostgresControl& postgres, RedisControl& redis,
                         const RedisEndpoint& endpoint)
    : postgres_(postgres), redis_(redis) {
  try {
    postgres_process_ = postgres_process(postgres);
  } catch (const SqlError&) {  // it may not be asked
  }
  try {
    redis_process_ = redis_process(endpoint, redis.info("server"));
  } catch (const RedisError&) {
  }
}

// What takes time comes before the clocks are read, so that it is not in the window.
void Observation::begin() {
  Look look;
  counters_before_ = read_counters();
  ask_postgres(look);
  ask_redis(look);
  look_at_processes(look);
  before_ = std::move(look);
}

void Observation::end() {
  Look look;
  look_at_processes(look);
  ask_redis(look);
  ask_postgres(look);
  after_ = std::move(look);
}

void Observation::look_at_processes(Look& look) const {
  look.time = std::chrono::steady_clock::now();
  look.kernel = read_kernel_counters();
  if (postgres_process_) look.postgres_cpu_ns = family_cpu_ns(*postgres_process_);
  if (redis_process_) look.redis_cpu_ns = process_cpu_ns(*redis_process_);
}

void Observation::ask_redis(Look& look) {
  try {
    const std::string reply = redis_.command({"INFO", "default"}).text;
    look.redis = info_fields(reply);
    // "$4711\r\n", the text, "\r\n"
    look.redis_reply_bytes = int64_t(reply.size() + std::to_string(reply.size()).size() + 5);
  } catch (const RedisError&) {
  }
}

// A place in the WAL, not a statistic: it is exact at once. On a standby it says nothing.
void Observation::ask_postgres(Look& look) {
  try {
    const SqlRow row =
        postgres_
            .query(
                std::string("SELECT ") + kLookMark +
                " CASE WHEN pg_is_in_recovery() THEN NULL ELSE "
                "pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint END, "
                "(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker')")
            .at(0);
    if (row[0]) look.wal_bytes = std::stoll(*row[0]);
    look.autovacuum_workers = std::stoll(row[1].value_or("0"));
  } catch (const SqlError&) {
  }
}

std::optional<Observation::Counters> Observation::read_counters() {
  try {
    const SqlRow row = postgres_.query(counters_query(postgres_.version())).at(0);
    Counters counters;
    for (size_t i = 0; i < std::size(kNames); ++i) counters[kNames[i]] = row[i].value_or("");
    return counters;
  } catch (const SqlError&) {
    return std::nullopt;
  }
}

PostgresObserved Observation::postgres_between(const Counters& before,
                                               const Counters& after) const {
  PostgresObserved postgres;
  postgres.cpu_ns = growth(before_->postgres_cpu_ns, after_->postgres_cpu_ns);
  postgres.wal_bytes = growth(before_->wal_bytes, after_->wal_bytes);
  postgres.checkpoints_started = growth(before, after, "checkpoints");
  postgres.checkpoints_finished = text(before, "checkpoint_lsn") != text(after, "checkpoint_lsn");
  postgres.autovacuums = growth(before, after, "autovacuums");
  postgres.autoanalyzes = growth(before, after, "autoanalyzes");
  postgres.autovacuum_workers = before_->autovacuum_workers + after_->autovacuum_workers;
  postgres.deadlocks = growth(before, after, "deadlocks");
  postgres.temp_bytes = growth(before, after, "temp_bytes");
  postgres.restarts = text(before, "started_at") != text(after, "started_at");
  return postgres;
}

RedisObserved Observation::redis_between() const {
  const Fields &before = before_->redis, &after = after_->redis;
  RedisObserved redis;
  redis.cpu_ns = growth(before_->redis_cpu_ns, after_->redis_cpu_ns);
  redis.restarts = text(before, "run_id") != text(after, "run_id");
  // The first look is counted once it has been answered; the second one's request is counted.
  const int64_t looks = redis.restarts > 0 ? 0 : 1;
  const auto without = [&](const char* name, int64_t own) {
    return std::max<int64_t>(growth(before, after, name) - looks * own, 0);
  };
  redis.commands = without("total_commands_processed", 1);
  redis.net_input_bytes = without("total_net_input_bytes", kInfoRequestBytes);
  redis.net_output_bytes = without("total_net_output_bytes", before_->redis_reply_bytes);
  redis.evicted_keys = growth(before, after, "evicted_keys");
  redis.expired_keys = growth(before, after, "expired_keys");
  redis.background_saves = saves_between(before, after);
  redis.aof_rewrites = rewrites_between(before, after);
  return redis;
}

std::optional<Observed> Observation::finish() {
  if (!before_ || !after_) return std::nullopt;
  Observed observed;
  observed.seconds = std::chrono::duration<double>(after_->time - before_->time).count();
  observed.steal_share = steal_share(before_->kernel, after_->kernel);
  if (before_->kernel.throttled_ns && after_->kernel.throttled_ns) {
    observed.throttled_s =
        double(std::max<int64_t>(*after_->kernel.throttled_ns - *before_->kernel.throttled_ns, 0)) /
        1e9;
  }
  if (!before_->redis.empty() && !after_->redis.empty()) observed.redis = redis_between();
  const auto counters = read_counters();
  if (counters_before_ && counters) {
    observed.postgres = postgres_between(*counters_before_, *counters);
  }
  return observed;
}

}  // namespace tare
