#include "tools/compare/doctor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "bench/model/problem.h"
#include "bench/model/result_file_schema.h"
#include "embedded/doctor_schema.h"

namespace tare {
namespace {

const DoctorRow* find(const std::vector<DoctorRow>& rows, const std::string& name) {
  for (const DoctorRow& row : rows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

Health status_of(const std::vector<DoctorRow>& rows, const std::string& name) {
  const DoctorRow* row = find(rows, name);
  EXPECT_NE(row, nullptr) << name;
  return row == nullptr ? Health::bad : row->status;
}

// Whatever is not well says what to do, and what is well does not.
void expect_advice(const std::vector<DoctorRow>& rows) {
  for (const DoctorRow& row : rows) {
    EXPECT_EQ(row.advice.empty(), row.status == Health::ok) << row.name;
    EXPECT_NE(row.name.find('.'), std::string::npos) << row.name;
  }
}

Spread spread(double median_ns, double p99_ns, double deviation_ns = 0) {
  return {300, median_ns, p99_ns, p99_ns, median_ns, deviation_ns};
}

MachineFacts quiet_machine() {
  MachineFacts facts;
  facts.oversleep_100us = spread(60e3, 120e3);
  facts.oversleep_1ms = spread(70e3, 130e3);
  facts.clock_source = "tsc";
  facts.clock_read_ns = 25;
  facts.online_cores = 8;
  facts.allowed_cores = 8;
  facts.governors = {"performance"};
  facts.load_average = 0.1;
  facts.noise = spread(5e6, 5.1e6, 0.05e6);
  facts.noise_s = 10;
  facts.steal_share = 0;
  facts.throttled_share = 0;
  facts.pages_swapped = 0;
  facts.memory_bytes = int64_t(16) << 30;
  facts.available_bytes = int64_t(12) << 30;
  facts.swap_used_bytes = 0;
  facts.huge_pages = "madvise";
  facts.data_folder = "/tmp";
  facts.file_system = "ext4";
  facts.disk_free_bytes = int64_t(50) << 30;
  facts.fsync = spread(1e6, 3e6);
  return facts;
}

TEST(DoctorMachine, AQuietMachineIsFit) {
  for (const DoctorRow& row : judge_machine(quiet_machine())) {
    EXPECT_EQ(row.status, Health::ok) << row.name;
    EXPECT_EQ(row.advice, "") << row.name;
  }
}

TEST(DoctorMachine, WhatIsNotToldIsNotJudged) {
  EXPECT_TRUE(judge_machine(MachineFacts()).empty());
}

TEST(DoctorMachine, EachDisturbanceIsFound) {
  MachineFacts facts = quiet_machine();
  facts.oversleep_100us = spread(3e6, 5e6);
  facts.oversleep_1ms = spread(60e3, 40e6);
  facts.clock_source = "hpet";
  facts.allowed_cores = 1;
  facts.governors = {"powersave"};
  facts.load_average = 4;
  facts.noise = spread(5e6, 9e6, 1e6);
  facts.steal_share = 0.05;
  facts.throttled_share = 0.2;
  facts.pages_swapped = 7;
  facts.swap_used_bytes = 4096;
  facts.available_bytes = 100 << 20;
  facts.huge_pages = "always";
  facts.disk_free_bytes = 1 << 20;
  facts.fsync = spread(50e6, 90e6);
  const auto rows = judge_machine(facts);
  expect_advice(rows);
  for (const char* name : {"sleep_100us", "sleep_1ms", "clock", "cores", "governor", "load",
                           "noise", "steal", "swap", "fsync"}) {
    EXPECT_EQ(status_of(rows, std::string("machine.") + name), Health::warning) << name;
  }
  for (const char* name : {"throttling", "memory", "disk"}) {
    EXPECT_EQ(status_of(rows, std::string("machine.") + name), Health::bad) << name;
  }
  EXPECT_EQ(status_of(rows, "machine.huge_pages"), Health::note);
}

TEST(DoctorMachine, MemoryInsteadOfADiskIsNoted) {
  MachineFacts facts = quiet_machine();
  facts.file_system = "tmpfs";
  EXPECT_EQ(status_of(judge_machine(facts), "machine.fsync"), Health::note);
  facts.quota_cores = 1.5;
  EXPECT_EQ(status_of(judge_machine(facts), "machine.cores"), Health::warning);
  facts.noise->worst_ns = 500e6;
  EXPECT_EQ(status_of(judge_machine(facts), "machine.noise"), Health::warning);
}

PostgresFacts well_postgres() {
  PostgresFacts facts;
  facts.place = "postgresql://me@db:5432/shop";
  facts.source = "from --postgres";
  facts.version = "15.14";
  facts.round_trip = spread(50e3, 90e3);
  facts.longest_statement_s = 0.5;
  facts.longest_idle_in_transaction_s = 0;
  facts.longest_lock_wait_s = 0;
  facts.connections = 5;
  facts.max_connections = 100;
  facts.counters = {{"commits", {10'000, 5}}, {"rollbacks", {10, 0}}, {"deadlocks", {0, 0}}};
  facts.settings = {{"fsync", "on"},
                    {"autovacuum", "on"},
                    {"listen_addresses", "localhost"},
                    {"ssl", "off"},
                    {"shared_buffers", "1073741824"}};
  facts.role = "me";
  facts.superuser = false;
  facts.monitor = true;
  facts.may_create_databases = true;
  facts.open_rules = std::vector<std::string>();
  return facts;
}

TEST(DoctorPostgres, AWellServerIsWell) {
  for (const DoctorRow& row : judge_postgres(well_postgres())) {
    EXPECT_LT(row.status, Health::warning) << row.name;
  }
}

TEST(DoctorPostgres, EachTroubleIsFound) {
  PostgresFacts facts = well_postgres();
  facts.round_trip = spread(200e6, 300e6);
  facts.longest_statement_s = 100;
  facts.longest_idle_in_transaction_s = 4000;
  facts.longest_lock_wait_s = 2;
  facts.connections = 90;
  facts.counters = {{"commits", {1000, 0}}, {"rollbacks", {500, 0}}, {"deadlocks", {3, 1}}};
  facts.settings = {{"fsync", "off"},
                    {"autovacuum", "off"},
                    {"listen_addresses", "*"},
                    {"ssl", "off"},
                    {"jit", "on"},
                    {"log_statement", "all"},
                    {"track_io_timing", "on"},
                    {"shared_buffers", "1048576"},
                    {"checkpoint_timeout", "30000"}};
  facts.monitor = false;
  facts.may_create_databases = false;
  facts.open_rules = {"line 3: host all all 0.0.0.0/0 trust"};
  facts.used_password = false;
  facts.on_network = true;
  const auto rows = judge_postgres(facts);
  expect_advice(rows);
  for (const char* name : {"round_trip", "idle_in_transaction", "fsync", "open_rules"}) {
    EXPECT_EQ(status_of(rows, std::string("postgres.") + name), Health::bad) << name;
  }
  for (const char* name :
       {"longest_statement", "lock_wait", "connections", "rollbacks", "deadlocks", "autovacuum",
        "checkpoint_timeout", "log_statement", "create_database", "listen_addresses", "login"}) {
    EXPECT_EQ(status_of(rows, std::string("postgres.") + name), Health::warning) << name;
  }
  for (const char* name : {"jit", "track_io_timing", "shared_buffers", "role"}) {
    EXPECT_EQ(status_of(rows, std::string("postgres.") + name), Health::note) << name;
  }
}

RedisFacts well_redis() {
  RedisFacts facts;
  facts.version = "7.0.15";
  facts.round_trip = spread(20e3, 40e3);
  facts.counters = {{"rejected_connections", {0, 0}}, {"evicted_keys", {0, 0}}};
  facts.persistence = {{"rdb_last_bgsave_status", "ok"}};
  facts.used_bytes = 1 << 20;
  facts.max_bytes = 1 << 30;
  facts.settings = Settings{{"save", ""},
                            {"maxmemory-policy", "allkeys-lru"},
                            {"bind", "127.0.0.1"},
                            {"protected-mode", "yes"},
                            {"port", "6379"}};
  facts.user = "default";
  facts.permissions_known = true;
  facts.open_default_user = false;
  return facts;
}

TEST(DoctorRedis, AWellServerIsWell) {
  for (const DoctorRow& row : judge_redis(well_redis())) {
    EXPECT_EQ(row.status, Health::ok) << row.name;
  }
}

TEST(DoctorRedis, EachTroubleIsFound) {
  RedisFacts facts = well_redis();
  facts.slow_commands = 3;
  facts.latency_events_ms = {{"fork", 250}};
  facts.counters = {{"rejected_connections", {9, 2}}, {"evicted_keys", {9, 2}}};
  facts.persistence = {{"rdb_last_bgsave_status", "err"}, {"aof_last_bgrewrite_status", "err"}};
  facts.used_bytes = 99;
  facts.max_bytes = 100;
  facts.settings = Settings{{"save", "3600 1"},        {"appendonly", "yes"},
                            {"appendfsync", "always"}, {"bind", "* -::*"},
                            {"protected-mode", "no"},  {"port", "6379"},
                            {"io-threads", "4"},       {"maxmemory-policy", "noeviction"}};
  facts.refused_commands = {"RESTORE"};
  facts.open_default_user = true;
  const auto rows = judge_redis(facts);
  expect_advice(rows);
  for (const char* name :
       {"rejected_connections", "rdb_last_bgsave_status", "memory", "password"}) {
    EXPECT_EQ(status_of(rows, std::string("redis.") + name), Health::bad) << name;
  }
  for (const char* name : {"latency_fork", "aof_last_bgrewrite_status", "permissions"}) {
    EXPECT_EQ(status_of(rows, std::string("redis.") + name), Health::warning) << name;
  }
  for (const char* name : {"slow_log", "evicted_keys", "save", "appendfsync", "io-threads"}) {
    EXPECT_EQ(status_of(rows, std::string("redis.") + name), Health::note) << name;
  }
}

TEST(DoctorRedis, AnOpenCacheIsBadOnlyWhereOthersReachIt) {
  RedisFacts facts = well_redis();
  facts.open_default_user = true;
  EXPECT_EQ(status_of(judge_redis(facts), "redis.password"), Health::note);
  facts.settings.reset();
  EXPECT_EQ(status_of(judge_redis(facts), "redis.password"), Health::note);
  facts.on_network = true;
  EXPECT_EQ(status_of(judge_redis(facts), "redis.password"), Health::bad);
}

DoctorFacts well() {
  DoctorFacts facts;
  facts.started_at = "2026-01-01T00:00:00Z";
  facts.machine = quiet_machine();
  facts.postgres = well_postgres();
  facts.redis = well_redis();
  facts.results_folder = "results";
  facts.last_result = LastResultFacts{"results/shop/1", "2026-01-01", {{"view", {100, 0, ""}}}, {}};
  facts.host = {{"cpu", "fast"}, {"kernel", "6"}, {"load_average_1m", "0.1"}};
  BaselineFacts baseline;
  baseline.folder = "results/baselines/shop/current";
  baseline.environment.versions = {{"postgres", "15.14"}, {"redis", "7.0.15"}};
  baseline.environment.host = {{"cpu", "fast"}, {"kernel", "6"}, {"load_average_1m", "2"}};
  facts.baselines = {baseline};
  return facts;
}

TEST(Doctor, AllWellIsZero) {
  const Diagnosis diagnosis = diagnose(well());
  EXPECT_EQ(diagnosis.exit_code, 0);
  ASSERT_EQ(diagnosis.answers.size(), 4u);
  const char* answers[] = {"yes", "no", "no", "no"};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(diagnosis.answers[i].answer, answers[i]);
    EXPECT_FALSE(diagnosis.answers[i].because.empty());
  }
}

TEST(Doctor, ExitCodesGoByTheWorst) {
  DoctorFacts facts = well();
  facts.machine.load_average = 50;
  EXPECT_EQ(diagnose(facts).exit_code, 2);
  facts.last_result->operations["view"] = {100, 5, "no such table"};
  const Diagnosis failing = diagnose(facts);
  EXPECT_EQ(failing.exit_code, 1);
  EXPECT_EQ(failing.answers[2].answer, "yes");
  ASSERT_EQ(failing.answers[2].because.size(), 1u);
  EXPECT_EQ(failing.rows[failing.answers[2].because[0]].name, "result.view");
  facts.redis->problem = "cannot connect";
  const Diagnosis away = diagnose(facts);
  EXPECT_EQ(away.exit_code, 3);
  EXPECT_EQ(away.answers[0].answer, "partly");
  facts = well();
  facts.postgres.reset();
  facts.redis.reset();
  facts.sandbox_problem = "no initdb";
  EXPECT_EQ(diagnose(facts).exit_code, 3);
  EXPECT_EQ(diagnose(facts).answers[0].answer, "no");
}

TEST(Doctor, FailingJobsAndFewFailures) {
  DoctorFacts facts = well();
  facts.last_result->operations["view"] = {100'000, 1, ""};
  facts.last_result->jobs["import"] = {10, 1, ""};
  const auto rows = judge_last_result(facts);
  EXPECT_EQ(status_of(rows, "result.view"), Health::warning);
  EXPECT_EQ(status_of(rows, "result.job_import"), Health::bad);
  facts.last_result.reset();
  EXPECT_EQ(status_of(judge_last_result(facts), "result.none"), Health::note);
}

TEST(Doctor, FailuresOnOtherServersSayNothingOfThese) {
  DoctorFacts facts = well();
  facts.postgres->place = "postgresql://here:5432/x";
  facts.redis->place = "redis://here:6379/0";
  facts.last_result->operations["view"] = {100, 50, "no"};
  facts.last_result->servers = "postgresql://elsewhere/x, redis://elsewhere:6379/0";
  EXPECT_EQ(status_of(judge_last_result(facts), "result.elsewhere"), Health::note);
  facts.last_result->servers = facts.postgres->place + ", " + facts.redis->place;
  EXPECT_EQ(status_of(judge_last_result(facts), "result.view"), Health::bad);
}

TEST(Doctor, EachDifferenceFromTheBaselineIsARow) {
  DoctorFacts facts = well();
  facts.postgres->version = "16.1";
  facts.postgres->not_defaults = {{"work_mem", "8MB"}};
  facts.redis->recorded = {{"maxmemory", "100"}, {"new-setting", "1"}};
  facts.baselines[0].environment.postgres_settings = {{"jit", "off"}};
  facts.baselines[0].environment.redis_settings = {{"maxmemory", "200"}, {"gone", "1"}};
  facts.host["kernel"] = "7";
  const auto rows = judge_changes(facts);
  EXPECT_EQ(find(rows, "changed.postgres.version")->found, "16.1, was 15.14");
  EXPECT_EQ(find(rows, "changed.postgres.work_mem")->found, "8MB, was not set");
  EXPECT_EQ(find(rows, "changed.postgres.jit")->found, "not set, was off");
  EXPECT_EQ(find(rows, "changed.redis.maxmemory")->found, "100, was 200");
  EXPECT_EQ(status_of(rows, "changed.host.kernel"), Health::note);
  EXPECT_EQ(rows.size(), 5u) << "what one side does not know is no difference";
  EXPECT_EQ(diagnose(facts).answers[3].answer, "yes");
  facts.baselines.clear();
  EXPECT_EQ(diagnose(facts).answers[3].answer, "unknown");
}

TEST(Doctor, JsonFitsItsSchema) {
  DoctorFacts facts = well();
  facts.warnings = {"the password in --postgres"};
  facts.secret_variables = {"PGPASSWORD"};
  const std::string text = diagnosis_to_json(diagnose(facts));
  EXPECT_NO_THROW(require_valid(text, embedded::doctor_schema, "doctor"));
  Diagnosis broken = diagnose(facts);
  broken.rows[0].figures = {{"x", std::numeric_limits<double>::quiet_NaN(), FigureUnit::count}};
  EXPECT_THROW(diagnosis_to_json(broken), std::invalid_argument);
}

TEST(Doctor, SpreadsAreOfTheTimesThemselves) {
  std::vector<double> times;
  for (int i = 1; i <= 100; ++i) times.push_back(i);
  const Spread spread = spread_of(times);
  EXPECT_EQ(spread.count, 100);
  EXPECT_EQ(spread.median_ns, 51);
  EXPECT_EQ(spread.p99_ns, 100);
  EXPECT_DOUBLE_EQ(spread.mean_ns, 50.5);
  EXPECT_NEAR(spread.deviation_ns, 29.01, 0.01);
  EXPECT_EQ(spread_of({}).count, 0);
}

}  // namespace
}  // namespace tare
