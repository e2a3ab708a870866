#include "tools/experiment/examination.h"

#include <cstdlib>

#include "bench/model/errors.h"
#include "tools/experiment/environment.h"
#include "tools/experiment/event_log.h"
#include "tools/experiment/past_results.h"
#include "tools/experiment/probe_machine.h"
#include "tools/experiment/probe_servers.h"
#include "tools/experiment/sandbox.h"
#include "tools/experiment/sandbox_folder.h"

namespace tare {
namespace {

class Examination {
 public:
  Examination(const ExaminationOptions& options, std::stop_token stop)
      : options_(options), stop_(std::move(stop)) {}

  DoctorFacts run() {
    facts_.started_at = utc_now();
    facts_.results_folder = options_.results.string();
    facts_.host = recorded_host();
    say("look at the machine", options_.noise);
    facts_.machine = probe_machine(temporary_parent(), stop_);
    find_servers();
    ask_servers();
    probe_noise(
        options_.noise, [this](std::chrono::nanoseconds left) { say("measure the noise", left); },
        stop_, facts_.machine);
    if (postgres_) facts_.postgres = postgres_->finish();
    if (redis_) facts_.redis = redis_->finish();
    read_last_result(options_.results, options_.scenario, facts_);
    facts_.baselines = read_baselines(options_.results, options_.scenario);
    return std::move(facts_);
  }

 private:
  void say(const std::string& stage, std::chrono::nanoseconds left) {
    if (!options_.progress) return;
    StageProgress progress;
    progress.stage = stage;
    progress.remaining = std::max(left, std::chrono::nanoseconds(0));
    options_.progress(progress);
  }

  void find_servers() {
    if (options_.target) {
      facts_.warnings = options_.target->warnings;
      if (std::getenv("PGPASSWORD") != nullptr) facts_.secret_variables.push_back("PGPASSWORD");
      return;
    }
    try {
      if (options_.sandbox.empty()) {
        say("start a sandbox", options_.noise);
        sandbox_.emplace(Sandbox::start({}, stop_));
      } else {
        sandbox_.emplace(Sandbox::attach(options_.sandbox, stop_));
      }
    } catch (const ServerError& error) {
      facts_.sandbox_problem = error.what();
    }
  }

  void ask_servers() {
    std::optional<PostgresEndpoint> postgres;
    std::optional<RedisEndpoint> redis;
    std::string postgres_source = "the sandbox", redis_source = "the sandbox";
    if (options_.target) {
      postgres = options_.target->postgres;
      redis = options_.target->redis;
      postgres_source = options_.target->postgres_source;
      redis_source = options_.target->redis_source;
    } else if (sandbox_) {
      postgres = sandbox_->postgres();
      redis = sandbox_->redis();
    }
    if (postgres) {
      say("ask PostgreSQL", options_.noise);
      postgres_.emplace(*postgres, postgres_source, stop_);
    }
    if (redis) {
      say("ask Redis", options_.noise);
      redis_.emplace(*redis, redis_source, stop_);
    }
  }

  const ExaminationOptions& options_;
  std::stop_token stop_;
  DoctorFacts facts_;
  std::optional<Sandbox> sandbox_;  // before the probes, whose connections end first
  std::optional<PostgresProbe> postgres_;
  std::optional<RedisProbe> redis_;
};

}  // namespace

DoctorFacts examine(const ExaminationOptions& options, std::stop_token stop) {
  return Examination(options, std::move(stop)).run();
}

}  // namespace tare
