#include "loaders/load_dataset.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>
#include <variant>

#include "bench/model/problem.h"
#include "loaders/apt_rows.h"
#include "loaders/create_tables.h"

namespace tare {

namespace {

constexpr int64_t kRowsPerReport = 8'192;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class Loader {
 public:
  Loader(const Scenario& scenario, PostgresControl& database, const LoadProgressCallback& progress,
         std::stop_token stop)
      : scenario_(scenario),
        database_(database),
        progress_(progress),
        stop_(std::move(stop)),
        author_(scenario.file.string(), database) {}

  LoadReport run() {
    const auto start = Clock::now();
    require_ours_or_empty(database_);
    uint64_t apt_digest = 0;
    if (uses_apt_index(scenario_.dataset)) {
      report({.stage = "apt index"});
      apt_index_ = read_apt_index(stop_);
      apt_digest = digest_of(apt_index_);
      result_.apt_index = counts_of(apt_index_);
      result_.malformed_stanzas = apt_index_.malformed_stanzas;
    }
    claim_database(database_);
    create_tables(scenario_, database_);
    for (const Table& table : scenario_.dataset.tables) fill(table);
    finish();
    result_.stamp = {.scenario = scenario_.name,
                     .digest = dataset_digest(scenario_.dataset, apt_digest)};
    write_stamp(database_, result_.stamp);
    result_.seconds = seconds_since(start);
    return std::move(result_);
  }

 private:
  void report(const LoadProgress& state) {
    if (stop_.stop_requested()) throw Interrupted();
    if (progress_) progress_(state);
  }

  void fill(const Table& table) {
    const auto start = Clock::now();
    LoadedTable loaded{.name = table.name};
    if (const auto* apt = std::get_if<AptIndexRows>(&table.rows_from)) {
      loaded.rows = copy(table, *apt);
    } else {
      report({.stage = "rows", .table = table.name, .rows_total = table.rows});
      author_.run(insert_statement(table, database_), table_pointer(table) + "/rows_from/query",
                  [&](int64_t rows) { loaded.rows = rows; });
    }
    author_.throw_if_any();
    loaded.seconds = seconds_since(start);
    report({.stage = "rows",
            .table = table.name,
            .rows_done = loaded.rows,
            .rows_total = loaded.rows,
            .bytes = sent_bytes_});
    if (table.rows && *table.rows != loaded.rows) {
      author_.add(table_pointer(table) + "/rows",
                  fmt::format("promises {} rows, but rows_from gave {}", *table.rows, loaded.rows));
      author_.throw_if_any();
    }
    result_.tables.push_back(std::move(loaded));
  }

  int64_t copy(const Table& table, const AptIndexRows& source) {
    std::vector<std::string> names, fields;
    for (const Column& column : table.columns) {
      names.push_back(column.name);
      fields.push_back(column.field);
    }
    AptRows rows(apt_index_, source.table, fields);
    int64_t done = 0;
    sent_bytes_ = 0;
    const auto next = [&](SqlRow& row) {
      if (done % kRowsPerReport == 0) {
        report({.stage = "rows",
                .table = table.name,
                .rows_done = done,
                .rows_total = rows.size(),
                .bytes = sent_bytes_});
      }
      if (!rows.next(row)) return false;
      ++done;
      for (const auto& field : row) sent_bytes_ += 1 + int64_t(field ? field->size() : 2);
      return true;
    };
    int64_t copied = 0;
    author_.attempt(table_pointer(table) + "/columns",
                    [&] { copied = database_.copy_rows(table.name, names, next); });
    return copied;
  }

  void finish() {
    const Dataset& dataset = scenario_.dataset;
    report({.stage = "primary keys"});
    for (const Table& table : dataset.tables) {
      if (table.primary_key.empty()) continue;
      author_.run(primary_key_statement(table, database_), table_pointer(table) + "/primary_key");
    }
    author_.throw_if_any();
    for (size_t i = 0; i < dataset.after_load.size(); ++i) {
      report({.stage = "after load",
              .rows_done = int64_t(i),
              .rows_total = int64_t(dataset.after_load.size())});
      const auto before = relations_of(database_);
      author_.run(dataset.after_load[i], fmt::format("/dataset/after_load/{}", i));
      note_new(database_, before);
      author_.throw_if_any();  // the next one may build on it
    }
    report({.stage = "statistics"});
    database_.execute("VACUUM (ANALYZE)");
    for (LoadedTable& table : result_.tables) {
      table.bytes = std::stoll(database_.value("SELECT coalesce(pg_table_size(to_regclass($1)), 0)",
                                               {database_.quote_name(table.name)}));
    }
  }

  const Scenario& scenario_;
  PostgresControl& database_;
  const LoadProgressCallback& progress_;
  const std::stop_token stop_;
  AuthorSql author_;
  AptIndex apt_index_;
  int64_t sent_bytes_ = 0;
  LoadReport result_;
};

}  // namespace

LoadReport load_dataset(const Scenario& scenario, PostgresControl& database,
                        const LoadProgressCallback& progress, std::stop_token stop) {
  return Loader(scenario, database, progress, std::move(stop)).run();
}

}  // namespace tare
