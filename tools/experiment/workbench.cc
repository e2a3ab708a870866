#include "tools/experiment/workbench.h"

#include <fmt/format.h>

#include "bench/drivers/postgres_session.h"
#include "bench/drivers/redis_session.h"
#include "bench/model/problem.h"
#include "loaders/database_template.h"
#include "loaders/load_dataset.h"
#include "loaders/schema_text.h"
#include "loaders/stamp.h"
#include "loaders/value_sets.h"
#include "tools/experiment/cache_warming.h"
#include "tools/experiment/ran_plans.h"
#include "tools/experiment/sandbox_settings.h"

namespace tare {
namespace {

std::string escaped(std::string_view name) {
  std::string pointer;
  for (char c : name) pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return pointer;
}

Stamp expected_stamp(const Scenario& scenario, std::stop_token stop) {
  const uint64_t index = uses_apt_index(scenario.dataset) ? digest_of(read_apt_index(stop)) : 0;
  return {kDatasetFormat, scenario.name, dataset_digest(scenario.dataset, index)};
}

// The policy of the caches: what a trial finds in them.
std::string start_words(CacheStart start, Freshness freshness) {
  const std::string cache = start == CacheStart::warm ? "warm cache" : "cold cache";
  switch (freshness) {
    case Freshness::restarted:
      return cache + "; servers restarted, data and cache restored";
    case Freshness::restored:
      return cache + "; data and cache restored, servers go on running";
    case Freshness::in_place:
      return cache + "; nothing restored";
  }
  return cache;
}

std::string rows_text(const LoadProgress& load) {
  if (load.table.empty()) return load.stage;
  if (!load.rows_total) return fmt::format("{}: {} rows", load.table, load.rows_done);
  return fmt::format("{}: {} of {} rows", load.table, load.rows_done, *load.rows_total);
}

}  // namespace

Workbench::Workbench(Servers& servers, const TargetClaim& claim, const Scenario& scenario,
                     ProgressReceiver progress, std::stop_token stop)
    : servers_(servers),
      claim_(claim),
      scenario_(scenario),
      progress_(std::move(progress)),
      stop_(stop) {
  open_maintenance();
}

Workbench::~Workbench() = default;

// A change may make databases read-only for new sessions: they are still made and dropped.
void Workbench::open_maintenance() {
  maintenance_.emplace(servers_.postgres(), stop_);
  maintenance_->query("SELECT set_config('default_transaction_read_only', 'off', false)");
}

void Workbench::say(const std::string& stage, std::optional<Nanoseconds> remaining,
                    const std::string& detail) const {
  if (progress_) progress_({stage, remaining, std::nullopt, std::nullopt, detail});
}

PostgresEndpoint Workbench::working_database() const {
  PostgresEndpoint endpoint = servers_.postgres();
  if (freshness() != Freshness::in_place) endpoint.database = database_name(scenario_);
  return endpoint;
}

EnvironmentOf Workbench::environment_of() const {
  std::string place = "sandbox";
  if (!servers_.own()) {
    place = fmt::format("{}, {}",
                        servers_.owns_postgres() ? "sandbox" : public_text(servers_.postgres()),
                        servers_.owns_redis() ? "sandbox" : public_text(servers_.redis()));
  }
  const bool in_place = freshness() == Freshness::in_place;
  std::vector<std::string> patterns;
  for (const CacheRule& rule : scenario_.cache_rules) {
    patterns.push_back(rule.key.substr(0, rule.key.find('{')) + "*");
  }
  return {scenario_,
          working_database(),
          redis_endpoint(),
          servers_.file_system(),
          place,
          in_place ? "" : template_name(scenario_),
          start_words(scenario_.load.cache_start, freshness()),
          patterns};
}

LoadedData Workbench::load() {
  say("load");
  open_maintenance();  // another arm may have restarted the server
  const auto loaded = [this] {
    const std::optional<Stamp> stamp = read_stamp(*postgres_);
    return stamp && *stamp == expected_stamp(scenario_, stop_);
  };
  const auto fill = [this](PostgresControl& database) {
    load_dataset(
        scenario_, database,
        [this](const LoadProgress& load) { say("load", std::nullopt, rows_text(load)); }, stop_);
  };
  if (freshness() == Freshness::in_place) {
    postgres_.emplace(working_database(), stop_);
    const bool before = loaded();
    if (!before) fill(*postgres_);
    require_made(*postgres_, scenario_.dataset);
    return before ? LoadedData::before : LoadedData::now;
  }
  const std::string source = template_name(scenario_);
  const bool known =
      !maintenance_
           ->query("SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate", {source})
           .empty();
  if (known) {
    restore_data();
    if (loaded()) return LoadedData::before;
  }
  make_database(*maintenance_, source);
  PostgresEndpoint endpoint = servers_.postgres();
  endpoint.database = source;
  try {
    PostgresControl database(endpoint, stop_);
    fill(database);
  } catch (...) {
    drop_unfinished(source);
    throw;
  }
  make_template(*maintenance_, source);
  restore_data();
  return LoadedData::now;
}

// Half of the data is of no use to anybody.
void Workbench::drop_unfinished(const std::string& database) noexcept {
  try {
    PostgresControl maintenance(servers_.postgres(), {});  // a stop has been used up
    drop_database(maintenance, database);
  } catch (const std::exception&) {
    // The server is away. The next load drops it.
  }
}

void Workbench::restore_data() {
  postgres_.reset();   // its connection would be cut
  open_maintenance();  // another arm may have restarted the server since
  if (freshness() != Freshness::in_place) {
    restore_from_template(*maintenance_, template_name(scenario_), database_name(scenario_));
  }
  postgres_.emplace(working_database(), stop_);
}

void Workbench::put_back() noexcept {
  if (!servers_.kept()) return;
  const Undoing undoing(*this);
  const auto step = [](const auto& work) {
    try {
      work();
    } catch (const std::exception&) {
      // The servers are away. Whatever is in the working copy, no command uses it as it stands;
      // keys on a target are noted, and told by the next tare there.
    }
  };
  step([&] {
    postgres_.reset();
    if (servers_.setup() == nullptr || !put_postgres_settings_back(*servers_.setup())) return;
    maintenance_.reset();
    servers_.restart({});
  });
  step([&] { put_settings_back(); });
  step([&] { leave_redis(); });
  step([&] {
    restore_data();
    leave_target();
  });
}

void Workbench::prepare(const std::function<void()>& first, const Workbench* twin) {
  load();
  redis_.emplace(servers_.redis());
  count_statements();
  schema_at_start_ = schema_fingerprint(*postgres_);
  if (first) first();
  if (checks_statements_) check_statements();
  if (twin) {
    values_ = twin->values_;
    traffic_ = std::make_unique<Traffic>(scenario_, values_);
    snapshot_ = twin->snapshot_;
    return;
  }
  read_values();
  if (scenario_.load.cache_start == CacheStart::warm) warm_cache();
}

// In a database of its own, so that nothing of it is in the scenario's schema. Without the library
// the counters say what is missing.
void Workbench::count_statements() {
  if (!servers_.owns_postgres()) return;
  try {
    maintenance_->execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
  } catch (const SqlError&) {
  }
}

void Workbench::check_statements() {
  std::vector<Problem> problems;
  for (const Operation& operation : scenario_.operations) {
    for (size_t i = 0; i < operation.steps.size(); ++i) {
      const auto* sql = std::get_if<SqlStep>(&operation.steps[i]);
      const auto* cached = std::get_if<CachedStep>(&operation.steps[i]);
      if (!sql && !cached) continue;
      const SqlStep& step = sql ? *sql : cached->on_miss;
      if (auto error = postgres_->prepare_check(step.sql, step.parameters.size())) {
        problems.push_back({scenario_.file.string(),
                            fmt::format("/operations/{}/steps/{}{}/sql", escaped(operation.name), i,
                                        sql ? "" : "/on_miss"),
                            *error});
      }
    }
  }
  if (!problems.empty()) throw FileProblems(std::move(problems));
}

void Workbench::read_values() {
  say("read what requests draw from");
  std::vector<Problem> problems;
  values_.clear();
  for (const Operation& operation : scenario_.operations) {
    for (const Draw& draw : operation.draws) {
      const auto* column = std::get_if<ColumnDraw>(&draw.source);
      if (!column) continue;
      try {
        values_.push_back(tare::read_values(*postgres_, *column));
      } catch (const UsageError& error) {
        problems.push_back(
            {scenario_.file.string(),
             fmt::format("/operations/{}/draw/{}", escaped(operation.name), escaped(draw.name)),
             error.what()});
      }
    }
  }
  if (!problems.empty()) throw FileProblems(std::move(problems));
  traffic_ = std::make_unique<Traffic>(scenario_, values_);
}

void Workbench::warm_cache() {
  const std::optional<Scenario> warming = warming_scenario(scenario_);
  if (!warming) return;
  restart(RedisData::emptied);
  connect();
  const Traffic traffic(*warming, values_);
  WarmingRounds rounds;
  while (!rounds.done()) {
    const LoadOutcome outcome =
        drive(*warming, traffic, fmt::format("warm the cache, round {}", rounds.count() + 1), {});
    rounds.add(hit_ratio(outcome.stats.operations()));
  }
  if (auto warning = rounds.warning()) warnings_.push_back(*warning);
  snapshot_ = take_snapshot(*redis_, claim_.key_patterns(), stop_);
}

void Workbench::connect() {
  open_maintenance();
  postgres_.emplace(working_database(), stop_);
  redis_.emplace(servers_.redis());
}

// What is a target's goes on running; of its keys only the scenario's are cleared.
void Workbench::restart(RedisData redis_data) {
  servers_.restart(stop_, redis_data);
  if (servers_.owns_redis() || redis_data == RedisData::kept) return;
  claim_.note_keys();
  RedisControl(servers_.redis()).clear_patterns(claim_.key_patterns(), stop_);
}

void Workbench::refresh(const Change* change) {
  const auto settings = change ? settings_made<PostgresSettingsAction>(*change)
                               : std::map<std::string, std::string>();
  postgres_.reset();
  redis_.reset();
  put_settings_back();
  if (settings.empty() || !servers_.owns_postgres()) {
    maintenance_.reset();
    restart(RedisData::emptied);
  } else {
    restart_with(*change, settings);
  }
  restore_data();
  if (!settings.empty() && !servers_.owns_postgres()) set_for_database(*change, settings);
  if (!settings.empty() && servers_.owns_postgres()) {
    require_in_force(*change, "configuration file");
  }
  redis_.emplace(servers_.redis());
  if (snapshot_) restore_snapshot(*redis_, *snapshot_, stop_);
}

void Workbench::restart_with(const Change& change,
                             const std::map<std::string, std::string>& settings) {
  const auto fail = [&](const std::string& message) {
    throw FileProblems(
        {{change.file.string(), place_of<PostgresSettingsAction>(change) + "/postgres_settings",
          message}});
  };
  const SandboxSetup& setup = *servers_.setup();
  open_maintenance();  // the last one may be of another arm's server
  try {
    set_postgres_settings(setup, *maintenance_, settings);
  } catch (const SqlError& error) {
    fail(to_text(error));
  }
  maintenance_.reset();
  try {
    restart(RedisData::emptied);
    PostgresControl(servers_.postgres(), stop_);
  } catch (const ServerError& error) {
    put_postgres_settings_back(setup);
    const std::string why = error.what();
    restart(RedisData::emptied);  // as it was, for whoever looks next
    fail("with these settings PostgreSQL does not start, or lets nobody in: " + why);
  }
}

LoadOutcome Workbench::drive(const Scenario& scenario, const Traffic& traffic,
                             const std::string& stage, std::optional<Nanoseconds> remaining_after,
                             const LoadWatch& window) {
  const std::vector<RedisTemplate> templates = redis_templates(traffic);
  LoadWatch watch = window;
  watch.failure = [this] { return servers_.failure(); };
  watch.progress = [&](const TrafficProgress& now) {
    if (!progress_) return;
    StageProgress progress;
    progress.stage = stage;
    progress.rate_per_s = now.rate_per_s;
    progress.p99_ns = now.p99_ns;
    if (remaining_after) {
      progress.remaining = *remaining_after + std::max(now.length - now.elapsed, Nanoseconds(0));
    }
    progress_(progress);
  };
  const PostgresEndpoint postgres = working_database();
  const RedisEndpoint redis = servers_.redis();
  return run_load(
      scenario, traffic,
      [&](AsioLoop& loop, const SessionPlace& place) {
        return make_postgres_session(
            loop, postgres, traffic.sql_calls(),
            {place.timeout, scenario.load.protocol, canary_options(scenario, place)});
      },
      [&](AsioLoop& loop, const SessionPlace&) {
        return make_redis_session(loop, redis, templates, scenario.load.arrivals.closed.pipeline);
      },
      watch, stop_);
}

}  // namespace tare
