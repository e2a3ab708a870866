// Runs the real binary in folders of its own, for the end-to-end tests.
// Level: cli, tests only. Each object owns its folder and removes it.
#pragma once

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "loaders/subprocess.h"

namespace tare {

struct TareOutcome {
  int code = 0;  // exit code, or 128 + signal
  std::string out;
  std::string errors;  // the last 4 KiB
};

class TareRunner {
 public:
  TareRunner() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tare-e2e-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    std::filesystem::permissions(folder_, std::filesystem::perms(0755));
    std::filesystem::create_directories(temporary());
    std::filesystem::permissions(temporary(), std::filesystem::perms(01777));
  }
  ~TareRunner() { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder() const { return folder_; }
  std::filesystem::path results() const { return folder_ / "results"; }
  std::filesystem::path temporary() const { return folder_ / "t"; }  // short: sockets lie in it

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }

  // Where the environment names other programs of PostgreSQL (TARE_TEST_POSTGRES_BIN), servers that
  // a command starts are theirs: so the same tests run on other versions.
  Subprocess start(std::vector<std::string> arguments) const {
    const char* bin = std::getenv("TARE_TEST_POSTGRES_BIN");
    if (bin != nullptr && starts_postgres(arguments)) {
      arguments.insert(arguments.end(), {"--postgres-bin", bin});
    }
    ProcessOptions options;
    options.arguments = {TARE_BINARY};
    options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
    options.environment = environment_;
    options.environment["TMPDIR"] = temporary().string();
    options.environment["NO_COLOR"] = "1";
    options.working_folder = folder_;
    return Subprocess::start(options);
  }

  // `beside` gets the running process once, after `delay`.
  TareOutcome run(const std::vector<std::string>& arguments, std::chrono::milliseconds delay = {},
                  const std::function<void(Subprocess&)>& beside = {}) const {
    Subprocess process = start(arguments);
    if (beside) {
      std::this_thread::sleep_for(delay);
      beside(process);
    }
    TareOutcome outcome;
    const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(4);
    while (auto line = process.read_line({}, until)) outcome.out += *line + "\n";
    const auto status = process.wait_for(std::chrono::minutes(1), {});
    outcome.errors = process.error_tail();
    outcome.code = !status ? -1 : status->signal ? 128 + status->signal : status->code;
    return outcome;
  }

  void set_environment(const std::string& name, const std::string& value) {
    environment_[name] = value;
  }

  // What tare has left in its temporary folder; empty when it cleaned up.
  std::vector<std::string> left_behind() const { return names_in(temporary()); }

  // Result folders, hidden ones too.
  std::vector<std::string> result_folders(const std::string& scenario) const {
    return names_in(results() / scenario);
  }

  // Servers whose command line names our folder.
  int servers_running() const {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      std::ifstream file(entry.path() / "cmdline");
      std::string line;
      std::getline(file, line);
      const bool server = line.find("postgres") != std::string::npos ||
                          line.find("redis-server") != std::string::npos;
      count += server && line.find(temporary().string()) != std::string::npos;
    }
    return count;
  }

 private:
  static bool starts_postgres(const std::vector<std::string>& arguments) {
    static const std::set<std::string> kCommands = {"run", "ab", "load", "plans", "calibrate"};
    static const std::set<std::string> kOthers = {"--sandbox", "--postgres", "--postgres-bin",
                                                  "--resume",  "--help",     "diff"};
    if (arguments.empty()) return false;
    const bool kept = arguments.size() > 1 && arguments[0] == "sandbox" && arguments[1] == "start";
    return (kept || kCommands.contains(arguments[0])) &&
           std::none_of(arguments.begin(), arguments.end(),
                        [](const std::string& each) { return kOthers.contains(each); });
  }

  static std::vector<std::string> names_in(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    if (!std::filesystem::exists(folder)) return names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  std::filesystem::path folder_;
  std::map<std::string, std::optional<std::string>> environment_;
};

// A small shop: 100,000 orders without an index on the customer, a cached order page, a counter.
inline std::string shop_scenario(const std::string& order_query =
                                     "SELECT id, amount FROM orders "
                                     "WHERE id = $1") {
  return R"j({
  "schema_version": 1, "name": "shop", "description": "Orders of a small shop.", "seed": 3,
  "parameters": {"workers": 1, "rate_per_s": 150, "measure_s": 1.5, "p99_ms": 10000,
                 "cache": "cold"},
  "dataset": {
    "tables": {"orders": {
      "rows_from":
          {"query": "SELECT i, i % 5000, i * 7 % 1000 FROM generate_series(1, 100000) i"},
      "rows": 100000,
      "columns": {"id": {"type": "integer"}, "customer_id": {"type": "integer"},
                  "amount": {"type": "integer"}},
      "primary_key": ["id"]}},
    "after_load": ["CREATE INDEX orders_amount ON orders (amount)"]
  },
  "cache_rules": [{"name": "order", "key": "shop:order:{id}", "ttl_s": 300}],
  "operations": {
    "view_order": {"draw": {"id": {"from": "orders.id", "skew": {"zipf": 1.1}}},
      "steps": [{"cached": "order", "on_miss": {"sql": ")j" +
         order_query + R"j(", "params": ["id"], "expect": {"rows": 1}}}]},
    "orders_of": {"draw": {"customer": {"from": "orders.customer_id", "skew": "uniform"}},
      "steps": [{"name": "list", "sql": "SELECT id FROM orders WHERE customer_id = $1 ORDER BY id",
                 "params": ["customer"], "expect": {"rows": {"min": 1, "max": 100}}}]},
    "count": {"steps": [{"redis": ["INCR", "shop:views"], "expect": {"type": "integer"}}]}
  },
  "load": {"arrivals": {"constant": {"rate_per_s": "${rate_per_s}"}},
           "mix": {"view_order": 70, "orders_of": 20, "count": 10}, "cache_start": "${cache}",
           "warmup_s": 0.3, "measure_s": "${measure_s}", "workers": "${workers}",
           "connections": {"postgres": 4, "redis": 2}},
  "limits": {"view_order": {"response_time_p99_ms": "${p99_ms}"}}
})j";
}

// The variable fits what is applied: an index, settings by their names, whatever a script makes.
inline std::string shop_change(const std::string& apply, const std::string& rollback,
                               const std::string& expect = "[]") {
  const auto has = [&apply](const char* part) { return apply.find(part) != std::string::npos; };
  const std::string variable = has("_settings\"")                      ? "some.setting"
                               : has("{\"shell\"") && !has("{\"sql\"") ? "schema.script"
                                                                       : "schema.index";
  return R"j({"schema_version": 1, "name": "change", "owner": "shop team", "reason": "a test",
  "expect": )j" +
         expect + R"j(, "variable": ")j" + variable + R"j(", "apply": )j" + apply +
         R"j(, "clear_cache": ["shop:order:*"], "rollback": )j" + rollback +
         R"j(, "rollback_note": "safe", "assumptions": []})j";
}

}  // namespace tare
