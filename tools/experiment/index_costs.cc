#include "tools/experiment/index_costs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "tools/compare/index_words.h"
#include "tools/plans/plan_tables.h"

namespace tare {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMostTries = 3;  // of a pair whose pages get their full images first

// A transaction that is rolled back, whatever happens in it.
class UndoneTransaction {
 public:
  explicit UndoneTransaction(PostgresControl& postgres) : postgres_(postgres) {
    postgres_.execute("BEGIN");
  }
  ~UndoneTransaction() {
    try {
      postgres_.execute("ROLLBACK");
    } catch (const std::exception&) {
      // The connection is lost or the person has stopped tare: the server rolls back by itself.
    }
  }
  UndoneTransaction(const UndoneTransaction&) = delete;
  UndoneTransaction& operator=(const UndoneTransaction&) = delete;

 private:
  PostgresControl& postgres_;
};

// A step that writes, with the parameters it was planned for.
struct Statement {
  std::string operation, step, sql;
  std::vector<std::vector<std::string>> sets;
};

std::vector<Statement> writing_statements(const std::vector<Plan>& plans) {
  std::vector<Statement> statements;
  for (const Plan& plan : plans) {
    if (plan.explain_json.empty() || plan_tables(plan.explain_json).written.empty()) continue;
    auto found = std::find_if(statements.begin(), statements.end(), [&](const Statement& known) {
      return known.operation == plan.operation && known.step == plan.step;
    });
    if (found == statements.end()) {
      statements.push_back({plan.operation, plan.step, plan.sql, {}});
      found = std::prev(statements.end());
    }
    found->sets.push_back(plan.parameters);
  }
  return statements;
}

struct Case {
  TableUse* table;
  IndexUse* index;
  const Statement* statement;
  std::string command;
};

enum class IndexIs { there, dropped };

struct Execution {
  PlanTables work;
  int64_t rows = 0;  // written to the case's table
  int64_t updates = 0, hot = 0;
};

int64_t lower_median(std::vector<int64_t> values) {
  const auto middle = values.begin() + (long(values.size()) - 1) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

class Measuring {
 public:
  Measuring(PostgresControl& postgres, const IndexCostBounds& bounds)
      : postgres_(postgres), bounds_(bounds), deadline_(Clock::now() + bounds.in_all) {}

  bool out_of_time() const { return Clock::now() >= deadline_; }

  // Adds to the index's costs; else returns why there is nothing to add.
  std::string measure(const Case& one) {
    std::vector<std::pair<Execution, Execution>> samples;
    std::string why = "no sampled statement wrote a row";
    for (size_t set = 0; set < one.statement->sets.size() && !out_of_time(); ++set) {
      try {
        for (int tries = 0; tries < kMostTries && !out_of_time(); ++tries) {
          // In turn, so that what one leaves behind for the next leans on both alike.
          Execution with, without;
          if (set % 2 == 0) with = execute(one, set, IndexIs::there);
          without = execute(one, set, IndexIs::dropped);
          if (set % 2 == 1) with = execute(one, set, IndexIs::there);
          if (with.rows == 0 || without.rows == 0) break;
          if (with.work.wal_full_page_images + without.work.wal_full_page_images > 0) {
            why = "every sampled statement wrote full-page images";
            continue;
          }
          samples.emplace_back(with, without);
          break;
        }
      } catch (const SqlError& error) {
        why = to_text(error);
      }
    }
    if (samples.empty()) return out_of_time() ? "no time was left" : why;
    one.index->costs.push_back(cost_of(one, samples));
    return "";
  }

 private:
  static WriteCost cost_of(const Case& one,
                           const std::vector<std::pair<Execution, Execution>>& samples) {
    WriteCost cost;
    cost.operation = one.statement->operation;
    cost.step = one.statement->step;
    cost.command = one.command;
    cost.samples = int64_t(samples.size());
    std::vector<int64_t> bytes, all_bytes, records, blocks;
    for (const auto& [with, without] : samples) {
      bytes.push_back(with.work.wal_bytes - without.work.wal_bytes);
      all_bytes.push_back(with.work.wal_bytes);
      records.push_back(with.work.wal_records - without.work.wal_records);
      blocks.push_back(with.work.blocks - without.work.blocks);
      if (with.updates != without.updates) continue;
      cost.updates += with.updates;
      cost.hot_with += with.hot;
      cost.hot_without += without.hot;
    }
    cost.wal_bytes = lower_median(bytes);
    cost.wal_bytes_with = lower_median(all_bytes);
    cost.wal_records = lower_median(records);
    cost.blocks = lower_median(blocks);
    return cost;
  }

  Execution execute(const Case& one, size_t set, IndexIs index_is) {
    const auto& sets = one.statement->sets;
    const UndoneTransaction transaction(postgres_);
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
    const int64_t limit = std::clamp<int64_t>(left.count(), 1, bounds_.statement.count());
    postgres_.execute(fmt::format("SET LOCAL statement_timeout = {}", limit));
    postgres_.execute(fmt::format("SET LOCAL lock_timeout = {}", limit));
    drop(*one.index, index_is);
    if (one.command == "INSERT") insert_into_new_pages(*one.table);
    postgres_.execute("SAVEPOINT tare_warm");
    explain(*one.statement, sets[(set + 1) % sets.size()]);
    postgres_.execute("ROLLBACK TO SAVEPOINT tare_warm");
    const auto [updates_before, hot_before] = updates(*one.table);
    Execution done;
    done.work = explain(*one.statement, sets[set]);
    const auto [updates_after, hot_after] = updates(*one.table);
    done.updates = updates_after - updates_before;
    done.hot = hot_after - hot_before;
    for (const WrittenTable& written : done.work.written) done.rows += written.rows;
    return done;
  }

  // What the server keeps in mind of the table is forgotten in both cases alike.
  void drop(const IndexUse& index, IndexIs index_is) {
    if (index_is == IndexIs::there) postgres_.execute("SAVEPOINT tare_index");
    postgres_.execute(fmt::format("DROP INDEX {}.{}", postgres_.quote_name(index.schema),
                                  postgres_.quote_name(index.name)));
    if (index_is == IndexIs::there) postgres_.execute("ROLLBACK TO SAVEPOINT tare_index");
  }

  // Else every row goes to another page with a little room, and each page's first row since the
  // last checkpoint writes an image of the page: far more than the index, and by chance.
  void insert_into_new_pages(const TableUse& table) {
    if (!table.partitions.empty()) return;  // a partitioned table has no such option
    postgres_.execute(fmt::format("ALTER TABLE {}.{} SET (fillfactor = 10)",
                                  postgres_.quote_name(table.schema),
                                  postgres_.quote_name(table.name)));
  }

  PlanTables explain(const Statement& statement, const std::vector<std::string>& parameters) {
    return plan_tables(postgres_.value(
        "EXPLAIN (ANALYZE, BUFFERS, WAL, TIMING OFF, FORMAT JSON) " + statement.sql, parameters));
  }

  // Rows this transaction has updated in the table, and how many of them HOT.
  std::pair<int64_t, int64_t> updates(const TableUse& table) {
    const SqlRow row =
        postgres_
            .query(
                "SELECT coalesce(sum(n_tup_upd), 0), coalesce(sum(n_tup_hot_upd), 0) FROM "
                "pg_stat_xact_user_tables s WHERE coalesce(pg_partition_root(s.relid)::oid, "
                "s.relid) = (quote_ident($1) || '.' || quote_ident($2))::regclass",
                {table.schema, table.name})
            .at(0);
    return {std::stoll(row.at(0).value()), std::stoll(row.at(1).value())};
  }

  PostgresControl& postgres_;
  const IndexCostBounds& bounds_;
  Clock::time_point deadline_;
};

bool is_written(const TableUse& table, const WrittenTable& written) {
  if (written.schema == table.schema && written.table == table.name) return true;
  return std::find(table.partitions.begin(), table.partitions.end(), written.table) !=
         table.partitions.end();
}

// Every index of every table that a statement writes, those that were scanned least first.
std::vector<Case> cases_of(PostgresControl& postgres, const std::vector<Statement>& statements,
                           IndexReview& review) {
  std::vector<Case> cases;
  for (const Statement& statement : statements) {
    std::vector<WrittenTable> all;
    try {
      all = plan_tables(postgres.value("EXPLAIN (VERBOSE, FORMAT JSON) " + statement.sql,
                                       statement.sets.front()))
                .written;
    } catch (const SqlError& error) {
      review.notes.push_back(fmt::format("what indexes cost {}/{} was not measured: {}",
                                         statement.operation, statement.step, to_text(error)));
    }
    for (TableUse& table : review.tables) {
      for (const WrittenTable& written : all) {
        if (!is_written(table, written)) continue;
        for (IndexUse& index : table.indexes) {
          cases.push_back({&table, &index, &statement, written.command});
        }
        break;
      }
    }
  }
  std::stable_sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) {
    const auto order = [](const IndexUse& index) {
      return std::tuple(index.scans, -index.size_bytes, index.schema, index.name);
    };
    return order(*a.index) < order(*b.index);
  });
  return cases;
}

}  // namespace

void measure_index_costs(PostgresControl& postgres, const std::vector<Plan>& plans,
                         IndexCosts wanted, IndexReview& review, const IndexCostBounds& bounds) {
  const auto everywhere = [&](const std::string& why) {
    for (TableUse& table : review.tables) {
      for (IndexUse& index : table.indexes) index.not_measured = why;
    }
  };
  if (wanted == IndexCosts::left_out) {
    everywhere("not measured in this kind of run");
    return;
  }
  everywhere("no step of this load writes to the table");
  const std::vector<Statement> statements = writing_statements(plans);
  Measuring measuring(postgres, bounds);
  std::map<const IndexUse*, size_t> measured;  // and by how many statements
  std::set<const IndexUse*> left_out;
  std::set<std::string> failed;  // said once for all indexes
  for (const Case& one : cases_of(postgres, statements, review)) {
    if (one.index->role == IndexRole::constraint) {
      one.index->not_measured = "not measured: backs " + one.index->needed_by;
      continue;
    }
    const bool too_many = !measured.contains(one.index) && measured.size() >= bounds.indexes;
    if (too_many || measured[one.index] >= bounds.statements || measuring.out_of_time()) {
      left_out.insert(one.index);
      if (one.index->costs.empty()) one.index->not_measured = "not measured: others came first";
      continue;
    }
    ++measured[one.index];
    const std::string why = measuring.measure(one);
    one.index->not_measured = one.index->costs.empty() ? "not measured: " + why : "";
    if (why.empty() || one.index->costs.empty()) continue;
    failed.insert(fmt::format("what some indexes cost {}/{} was not measured: {}",
                              one.statement->operation, one.statement->step, why));
  }
  review.notes.insert(review.notes.end(), failed.begin(), failed.end());
  if (left_out.empty()) return;
  review.notes.push_back(fmt::format(
      "what indexes cost writers: {} left out, wholly or for some statements; at most {} indexes, "
      "{} statements each and {:.0f} s in all are measured",
      counted_words(int64_t(left_out.size()), "index was", "indexes were"), bounds.indexes,
      bounds.statements, std::chrono::duration<double>(bounds.in_all).count()));
}

}  // namespace tare
