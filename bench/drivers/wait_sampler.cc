#include "bench/drivers/wait_sampler.h"

#include <fmt/format.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/postgres_counters.h"

namespace tare {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMostTexts = 1000;  // distinct ones that are kept

// The function under pg_stat_activity: the view joins each session with its database and role. A
// session of the load shows the very text of the scenario's step, in all versions; a query id would
// be missing before 14 and where nothing computes it.
constexpr const char* kPrepare =
    "PREPARE tare_waits (oid) AS SELECT {} CASE WHEN application_name = 'tare load' THEN query "
    "END, "
    "wait_event_type, wait_event, count(*) FROM pg_stat_get_activity(NULL) WHERE datid = $1 AND "
    "state = 'active' AND (application_name = 'tare load' OR application_name NOT LIKE 'tare%') "
    "GROUP BY 1, 2, 3";

constexpr const char* kOthers = "(other sessions)";
constexpr const char* kNoStep = "(no step of the scenario)";
constexpr const char* kRunning = "running";

}  // namespace

struct WaitSampler::Parts {
  using Counts = std::map<std::pair<std::string, std::string>, int64_t>;  // by text and event

  explicit Parts(StatementNames known) : names(std::move(known)) {}

  void look() {
    for (const SqlRow& row : postgres->query(execute)) {
      const std::string text = row[0].value_or(kOthers);
      const std::string event =
          row[1] ? fmt::format("{}/{}", *row[1], row[2].value_or("?")) : kRunning;
      if (counts.size() >= kMostTexts && !counts.contains({text, event})) continue;
      counts[{text, event}] += std::stoll(row[3].value_or("0"));
    }
    ++looks;
  }

  void run(const std::stop_token& ended) {
    Clock::time_point next = Clock::now();
    try {
      for (;;) {
        next = std::max(next + every, Clock::now());  // a look that came late is not made up for
        std::unique_lock lock(mutex);
        if (wake.wait_until(lock, ended, next, [] { return false; }) || ended.stop_requested()) {
          return;
        }
        look();
      }
    } catch (const std::exception& error) {
      missing = fmt::format("the looks at waiting sessions ended early: {}", error.what());
    }
  }

  StatementNames names;
  std::chrono::milliseconds every{};
  std::optional<PostgresControl> postgres;
  std::string execute;
  Counts counts;
  int64_t looks = 0;
  std::string missing;
  std::mutex mutex;
  std::condition_variable_any wake;
  std::jthread thread;  // last: it ends before what it uses
};

WaitSampler::WaitSampler(const PostgresEndpoint& endpoint, const std::string& database,
                         StatementNames names, std::stop_token stop,
                         std::chrono::milliseconds every)
    : parts_(std::make_unique<Parts>(std::move(names))) {
  parts_->every = every;
  try {
    parts_->postgres.emplace(endpoint, stop);
    PostgresControl& postgres = *parts_->postgres;
    const SqlRows found =
        postgres.query("SELECT oid FROM pg_database WHERE datname = $1", {database});
    if (found.empty()) throw std::runtime_error(fmt::format("there is no database {}", database));
    postgres.execute(fmt::format(kPrepare, kLookMark));
    parts_->execute = fmt::format("EXECUTE tare_waits ({})", *found[0][0]);
    postgres.query(parts_->execute);  // the first one reads catalogues
  } catch (const std::exception& error) {
    parts_->postgres.reset();
    parts_->missing = fmt::format("sessions could not be looked at: {}", error.what());
  }
}

WaitSampler::~WaitSampler() = default;

void WaitSampler::begin() {
  if (!parts_->postgres) return;
  parts_->thread =
      std::jthread([parts = parts_.get()](const std::stop_token& ended) { parts->run(ended); });
}

void WaitSampler::end() {
  parts_->thread = {};
  parts_->postgres.reset();
}

WaitProfile WaitSampler::profile() const {
  WaitProfile profile;
  profile.every_s = std::chrono::duration<double>(parts_->every).count();
  profile.looks = parts_->looks;
  profile.missing = parts_->missing;
  std::map<std::pair<std::string, std::string>, int64_t> named;
  for (const auto& [key, samples] : parts_->counts) {
    std::string name = key.first == kOthers ? kOthers : parts_->names.name_of(key.first);
    named[{name.empty() ? kNoStep : name, key.second}] += samples;
  }
  for (const auto& [key, samples] : named) {
    profile.counts.push_back({key.first, key.second, samples});
  }
  return profile;
}

}  // namespace tare
