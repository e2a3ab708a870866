// The servers with the scenario's data on them, and the way back to the fresh state every trial
// starts from: both servers restarted, the data from its template, the cache from its snapshot.
// Level: experiment. One thread; borrows the servers, the claim on them and the scenario.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/redis_control.h"
#include "bench/engine/run_load.h"
#include "bench/engine/traffic.h"
#include "bench/model/change.h"
#include "bench/model/problem.h"
#include "loaders/redis_snapshot.h"
#include "tools/experiment/environment.h"
#include "tools/experiment/event_log.h"
#include "tools/experiment/postgres_setting.h"
#include "tools/experiment/servers.h"
#include "tools/experiment/stage_progress.h"
#include "tools/experiment/target_claim.h"

namespace tare {

enum class LoadedData { now, before };

class Workbench {
 public:
  Workbench(Servers& servers, const TargetClaim& claim, const Scenario& scenario,
            ProgressReceiver progress, std::stop_token stop);
  ~Workbench();

  // Loads the data unless it is there already (its stamp says so), and makes a working copy of it.
  LoadedData load();

  // load(), then: every statement is checked, the draws' values are read, and a warm cache is
  // warmed until its hit ratio is steady, and kept as a snapshot. Throws FileProblems for what is
  // wrong in the scenario, ServerError, Interrupted.
  // `first` is called when the data is there: what the scenario needs before it can run at all, a
  // new column of a patched query. A `twin`, prepared, draws the same values and warms the same
  // cache: both are taken from it, so that neither is a difference.
  void prepare(const std::function<void()>& first = {}, const Workbench* twin = nullptr);

  // Before prepare(): statements that PostgreSQL refuses are left to whoever asks with them.
  void leave_statements_unchecked() { checks_statements_ = false; }

  // What the change asks of a target that its other users would feel, or that a restart needs: one
  // problem each, with what to do. Asks the server; empty for the sandbox.
  std::vector<Problem> unfit_for_target(const Change& change);

  // Back to the fresh state, as far as the servers allow, with the PostgreSQL settings of `change`
  // (null: none) in force. postgres() and redis() are new connections afterwards. Throws
  // FileProblems, naming the change, when PostgreSQL refuses a setting or does not start with them.
  void refresh(const Change* change = nullptr);

  // The data alone, without restarting: after an experiment, for whoever looks next.
  void restore_data();

  // After a failure or an interruption: leaves no change in what outlives this process, if its
  // servers still answer; else the next command restores the data.
  void put_back() noexcept;

  // Takes what is of no more use from a target: the working copy, this scenario's keys. The loaded
  // data stays for the next time.
  void leave_target();

  // Of it, this scenario's keys on a target's Redis.
  void leave_redis();

  // Before a change is applied where its data is not restored, so that what a kill leaves is told.
  void note_under_way(const Change& change);

  // The steps that undo the change, a line each, for a person.
  std::string undo_steps(const Change& change);

  // While the object lives, a stop ends nothing: what was begun is undone. Connections are new.
  class Undoing {
   public:
    explicit Undoing(Workbench& bench) : bench_(bench), stop_(bench.stop_) {
      bench_.stop_ = std::stop_token();
    }
    ~Undoing() { bench_.stop_ = stop_; }
    Undoing(const Undoing&) = delete;
    Undoing& operator=(const Undoing&) = delete;

   private:
    Workbench& bench_;
    std::stop_token stop_;
  };
  void connect_for_undoing();  // while an Undoing lives

  // A new session to the working database: what the last one has set for itself alone is gone.
  void connect_again() { postgres_.emplace(working_database(), stop_); }

  // Throws FileProblems for every statement of the scenario that PostgreSQL refuses as things are.
  void check_statements();

  // Drives `load` with `traffic`, with the servers watched; `stage` is shown as progress. `window`
  // may want to know when the measured window begins and has ended.
  LoadOutcome drive(const Scenario& scenario, const Traffic& traffic, const std::string& stage,
                    std::optional<Nanoseconds> remaining_after, const LoadWatch& window = {});

  // Says where the work stands.
  void say(const std::string& stage, std::optional<Nanoseconds> remaining = {},
           const std::string& detail = {}) const;

  const Scenario& scenario() const { return scenario_; }
  const Traffic& traffic() const { return *traffic_; }
  PostgresControl& postgres() { return *postgres_; }
  RedisControl& redis() { return *redis_; }
  PostgresEndpoint working_database() const;
  PostgresEndpoint server_database() const { return servers_.postgres(); }  // the one that is named
  RedisEndpoint redis_endpoint() const { return servers_.redis(); }
  Freshness freshness() const { return claim_.freshness(); }
  const TargetClaim& claim() const { return claim_; }

  // The change's settings of PostgreSQL as they were, at once. Whether there were any.
  bool put_settings_back();
  const std::string& schema_at_start() const { return schema_at_start_; }
  const std::vector<std::string>& warnings() const { return warnings_; }  // of the preparation
  EnvironmentOf environment_of() const;
  std::stop_token stop() const { return stop_; }

 private:
  void drop_unfinished(const std::string& database) noexcept;
  void read_values();
  void warm_cache();
  void count_statements();
  void connect();
  void restart(RedisData redis_data);
  void open_maintenance();
  void restart_with(const Change& change, const std::map<std::string, std::string>& settings);
  std::vector<Problem> rows_that_would_stay(const Change& change);
  void require_in_force(const Change& change, const std::string& source);
  void set_for_database(const Change& change, const std::map<std::string, std::string>& settings);

  Servers& servers_;
  const TargetClaim& claim_;
  const Scenario& scenario_;
  ProgressReceiver progress_;
  std::stop_token stop_;
  std::optional<PostgresControl> maintenance_, postgres_;
  std::optional<RedisControl> redis_;
  std::vector<ValueSet> values_;
  bool checks_statements_ = true;
  std::unique_ptr<Traffic> traffic_;
  std::optional<RedisSnapshot> snapshot_;
  std::string schema_at_start_;
  std::vector<std::string> warnings_;
  std::optional<DatabaseSettings> database_settings_;  // of a change, on a target
  std::optional<PostgresControl> before_settings_;     // a session from before them undoes them
};

}  // namespace tare
