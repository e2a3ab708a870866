// The conformance cases of plan fingerprints, on every PostgreSQL version there is for tests: pairs
// of plans that a real server made, each with whether they are the same plan. What makes a pair a
// pair is asserted as well, so that no case passes because both plans are trivially alike.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/test_servers.h"
#include "bench/drivers/test_versions.h"
#include "tools/experiment/partition_roots.h"
#include "tools/plans/fingerprint.h"
#include "tools/plans/plan_tree.h"

namespace tare {
namespace {

using Strings = std::vector<std::string>;

constexpr const char* kTables[] = {
    "CREATE TABLE customers (id int PRIMARY KEY, region text, vip boolean, payload text)",
    "INSERT INTO customers SELECT n, 'r' || n % 20, n % 100 = 0, repeat('x', 40)"
    " FROM generate_series(1, 5000) n",
    "CREATE TABLE orders (id int PRIMARY KEY, customer_id int, status text, created timestamp,"
    " amount numeric)",
    // 98.9 % done, 1 % open, 0.1 % failed.
    "INSERT INTO orders SELECT n, n * 7919 % 5000 + 1, CASE WHEN n % 1000 = 0 THEN 'failed'"
    " WHEN n % 100 = 1 THEN 'open' ELSE 'done' END, timestamp '2026-01-01' + n * interval '1 min',"
    " n * 7919 % 60000 FROM generate_series(1, 60000) n",
    "CREATE INDEX orders_status ON orders (status)",
    "CREATE INDEX orders_customer ON orders (customer_id, created)",
    "CREATE TABLE ev (id int, ts date, v int) PARTITION BY RANGE (ts)",
    "CREATE TABLE ev_january PARTITION OF ev FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
    "CREATE TABLE ev_february PARTITION OF ev FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')",
    "CREATE TABLE ev_march PARTITION OF ev FOR VALUES FROM ('2026-03-01') TO ('2026-04-01')",
    "INSERT INTO ev SELECT n, date '2026-01-01' + n % 90, n % 7 FROM generate_series(1, 9000) n",
    "CREATE INDEX ev_ts ON ev (ts)",
    "VACUUM ANALYZE customers",
    "VACUUM ANALYZE orders",
    "ANALYZE ev",
};

const Strings kNoIndexes = {"enable_indexscan = off", "enable_indexonlyscan = off",
                            "enable_bitmapscan = off"};
const Strings kParallel = {"max_parallel_workers_per_gather = 2", "parallel_setup_cost = 0",
                           "parallel_tuple_cost = 0", "min_parallel_table_scan_size = 0",
                           "min_parallel_index_scan_size = 0"};

Strings operator+(Strings left, const Strings& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

const PlanNode* node_of_type(const PlanTree& plan, const std::string& type) {
  const auto found = std::find_if(plan.nodes.begin(), plan.nodes.end(),
                                  [&type](const PlanNode& node) { return node.type == type; });
  return found == plan.nodes.end() ? nullptr : &*found;
}

// Node types from the top, for reading and for expectations: "Limit/Index Scan".
std::string types_of(const PlanTree& plan) {
  std::string types;
  for (const PlanNode& node : plan.nodes) types += (types.empty() ? "" : "/") + node.type;
  return types;
}

std::string conditions_of(const PlanTree& plan) {
  std::string all;
  for (const PlanNode& node : plan.nodes) {
    for (const auto& [name, text] : node.conditions) all += name + ": " + text + "\n";
  }
  return all;
}

class PlanCases : public testing::TestWithParam<TestVersion> {
 protected:
  PlanCases() {
    for (const char* statement : kTables) postgres_.execute(statement);
    roots_ = read_partition_roots(postgres_);
  }

  PlanTree explain(const std::string& sql, const Strings& settings = {},
                   const std::string& options = "") {
    for (const std::string& setting : settings) postgres_.execute("SET " + setting);
    const std::string json =
        postgres_.value("EXPLAIN (FORMAT JSON, SETTINGS" + options + ") " + sql);
    postgres_.execute("RESET ALL");
    return read_plan_tree(json);
  }

  // With other tables for this one plan.
  PlanTree explain_after(const Strings& statements, const std::string& sql,
                         const Strings& settings = {}) {
    postgres_.execute("BEGIN");
    for (const std::string& statement : statements) postgres_.execute(statement);
    PlanTree plan = explain(sql, settings);
    postgres_.execute("ROLLBACK");
    return plan;
  }

  void same(const std::string& what, const PlanTree& first, const PlanTree& second) {
    EXPECT_EQ(fingerprints(first, roots_).plan, fingerprints(second, roots_).plan)
        << what << ": are one plan\n"
        << types_of(first) << "\n"
        << conditions_of(first) << types_of(second) << "\n"
        << conditions_of(second);
  }

  void other(const std::string& what, const PlanTree& first, const PlanTree& second) {
    EXPECT_NE(fingerprints(first, roots_).plan, fingerprints(second, roots_).plan)
        << what << ": are two plans\n"
        << types_of(first) << "\n"
        << conditions_of(first);
  }

  void literals_and_parameters();
  void partitions();
  void what_only_running_tells();
  void scans_and_indexes();
  void joins();
  void sorts_and_groups();
  void parallel_and_subplans();

  TestPostgres server_{TestPostgres::Setup{
      .bin = GetParam().bin,
      .settings = {"autovacuum=off", "max_parallel_workers_per_gather=0", "jit=off"}}};
  PostgresControl postgres_{server_.endpoint(), {}};
  PartitionRoots roots_;
};

void PlanCases::literals_and_parameters() {
  const PlanTree by_id = explain("SELECT * FROM orders WHERE id = 5");
  EXPECT_EQ(types_of(by_id), "Index Scan");
  same("1: id = 5 / id = 6", by_id, explain("SELECT * FROM orders WHERE id = 6"));

  const PlanTree three = explain("SELECT * FROM orders WHERE id IN (1, 2, 3)");
  const PlanTree four = explain("SELECT * FROM orders WHERE id IN (1, 2, 3, 4)");
  EXPECT_NE(conditions_of(three), conditions_of(four));
  same("2: id in 3 / 4 members", three, four);
  other("2: id = 5 / id in 3 members", by_id, three);

  postgres_.execute("PREPARE by_id AS SELECT * FROM orders WHERE id = $1");
  const PlanTree custom = explain("EXECUTE by_id(5)", {"plan_cache_mode = force_custom_plan"});
  const PlanTree generic = explain("EXECUTE by_id(5)", {"plan_cache_mode = force_generic_plan"});
  EXPECT_FALSE(custom.generic);
  EXPECT_TRUE(generic.generic);
  same("3: custom / generic", custom, generic);
}

void PlanCases::partitions() {
  const std::string until = "SELECT * FROM ev WHERE v > 2 AND ts >= '2026-01-01' AND ts < ";
  const PlanTree january = explain("SELECT * FROM ev WHERE ts = '2026-01-20'");
  const PlanTree february = explain("SELECT * FROM ev WHERE ts = '2026-02-20'");
  EXPECT_NE(january.nodes.front().relation, february.nodes.front().relation);
  EXPECT_NE(fingerprints(january).plan, fingerprints(february).plan) << "without the roots";
  same("4: pruned to January / February", january, february);

  const PlanTree one = explain(until + "'2026-02-01'", kNoIndexes);
  const PlanTree two = explain(until + "'2026-03-01'", kNoIndexes);
  const PlanTree three = explain(until + "'2026-04-01'", kNoIndexes);
  EXPECT_EQ(types_of(one), "Seq Scan");
  EXPECT_EQ(types_of(two), "Append/Seq Scan/Seq Scan");
  EXPECT_EQ(types_of(three), "Append/Seq Scan/Seq Scan/Seq Scan");
  same("5: 2 / 3 partitions", two, three);
  same("5: 1 / 3 partitions, without an Append", one, three);

  const std::string top = " ORDER BY v, id LIMIT 5";
  const PlanTree sorted_one = explain(until + "'2026-02-01'" + top, kNoIndexes);
  const PlanTree sorted_two = explain(until + "'2026-03-01'" + top, kNoIndexes);
  EXPECT_EQ(node_of_type(sorted_one, "Append"), nullptr);
  EXPECT_NE(node_of_type(sorted_two, "Append"), nullptr);
  same("5: 1 / 2 partitions, sorted", sorted_one, sorted_two);
  const std::string joined =
      "SELECT * FROM ev e JOIN customers c ON c.id = e.id WHERE e.v = 3 AND c.vip AND e.ts < ";
  const Strings hashed = kNoIndexes + Strings{"enable_nestloop = off", "enable_mergejoin = off"};
  same("5: 1 / 3 partitions, joined", explain(joined + "'2026-02-01'", hashed),
       explain(joined + "'2026-04-01'", hashed));
}

void PlanCases::what_only_running_tells() {
  const std::string count = "SELECT count(*) FROM orders";
  const PlanTree launched = explain(count, kParallel, ", ANALYZE");
  const PlanTree none =
      explain(count, kParallel + Strings{"max_parallel_workers = 0"}, ", ANALYZE");
  ASSERT_NE(node_of_type(launched, "Gather"), nullptr);
  ASSERT_NE(node_of_type(none, "Gather"), nullptr);
  EXPECT_EQ(node_of_type(launched, "Gather")->workers_launched, 2);
  EXPECT_EQ(node_of_type(none, "Gather")->workers_launched, 0);
  same("6: 2 / 0 workers launched", launched, none);

  const std::string by_amount = "SELECT * FROM orders ORDER BY amount";
  const PlanTree quick = explain(by_amount, {"work_mem = '16MB'"}, ", ANALYZE");
  const PlanTree external = explain(by_amount, {"work_mem = '64kB'"}, ", ANALYZE");
  EXPECT_EQ(quick.nodes.front().sort_method, "quicksort");
  EXPECT_EQ(external.nodes.front().sort_method, "external merge");
  same("7: quicksort / external merge", quick, external);

  // VACUUM FULL writes the table past the server's buffers; an index would be made by reading it.
  for (const char* statement :
       {"CREATE TABLE cold AS TABLE orders", "ANALYZE cold", "VACUUM FULL cold"}) {
    postgres_.execute(statement);
  }
  const PlanTree cold = explain("SELECT count(*) FROM cold", {}, ", ANALYZE, BUFFERS");
  const PlanTree warm = explain("SELECT count(*) FROM cold", {}, ", ANALYZE, BUFFERS");
  EXPECT_GT(cold.nodes.front().blocks.shared_read, 0);
  EXPECT_EQ(warm.nodes.front().blocks.shared_read, 0);
  EXPECT_EQ(cold.nodes.front().blocks.logical(), warm.nodes.front().blocks.logical());
  same("8: cold / warm", cold, warm);
}

void PlanCases::scans_and_indexes() {
  const auto joined = [](const std::string& alias) {
    return "SELECT " + alias + ".amount FROM orders " + alias +
           " JOIN customers c ON c.id = " + alias + ".customer_id WHERE " + alias +
           ".status = 'open' ORDER BY " + alias + ".amount";
  };
  const PlanTree short_alias = explain(joined("o")), long_alias = explain(joined("ord"));
  EXPECT_NE(conditions_of(short_alias), conditions_of(long_alias));
  same("9: alias o / ord", short_alias, long_alias);

  const std::string failed = "SELECT * FROM orders WHERE status = 'failed'";
  const PlanTree index = explain(failed, {"enable_bitmapscan = off"});
  const PlanTree sequential = explain(failed, kNoIndexes);
  EXPECT_EQ(types_of(index), "Index Scan");
  EXPECT_EQ(types_of(sequential), "Seq Scan");
  other("10: index / sequential scan", index, sequential);

  const std::string recent =
      "SELECT * FROM orders WHERE customer_id = 5 AND created > '2026-01-20'";
  const PlanTree both_columns = explain(recent, {"enable_bitmapscan = off"});
  const PlanTree one_column = explain_after(
      {"DROP INDEX orders_customer", "CREATE INDEX orders_customer ON orders (customer_id)"},
      recent, {"enable_bitmapscan = off"});
  EXPECT_EQ(types_of(both_columns), "Index Scan");
  EXPECT_EQ(types_of(one_column), "Index Scan");
  EXPECT_EQ(both_columns.nodes.front().index, one_column.nodes.front().index);
  other("11: index on (customer_id, created) / (customer_id)", both_columns, one_column);
  EXPECT_EQ(fingerprints(both_columns).shape, fingerprints(one_column).shape);
  EXPECT_NE(fingerprints(both_columns).access, fingerprints(one_column).access);
}

void PlanCases::joins() {
  const std::string next =
      "SELECT b.amount FROM orders a JOIN orders b ON b.id = a.id + 1 WHERE a.status = 'failed'";
  const Strings loops = {"enable_hashjoin = off", "enable_mergejoin = off",
                         "enable_material = off"};
  // Without this index the outer side is a sequential scan either way.
  const Strings outer = {"DROP INDEX orders_status"};
  const PlanTree by_index = explain_after(outer, next, loops);
  const PlanTree by_scan = explain_after(outer, next, loops + kNoIndexes);
  EXPECT_EQ(types_of(by_index), "Nested Loop/Seq Scan/Index Scan");
  EXPECT_EQ(types_of(by_scan), "Nested Loop/Seq Scan/Seq Scan");
  other("12: inner side index / sequential scan", by_index, by_scan);

  const std::string join = "SELECT * FROM customers c JOIN orders o ON o.customer_id = c.id";
  const Strings hashed = kNoIndexes + Strings{"enable_nestloop = off", "enable_mergejoin = off"};
  const PlanTree on_customers = explain(join, hashed);
  const PlanTree on_orders =
      explain_after({"DELETE FROM orders WHERE id > 100", "CREATE TABLE few AS TABLE orders",
                     "TRUNCATE orders", "INSERT INTO orders TABLE few", "ANALYZE orders"},
                    join, hashed);
  EXPECT_EQ(types_of(on_customers), "Hash Join/Seq Scan/Hash/Seq Scan");
  EXPECT_EQ(types_of(on_orders), "Hash Join/Seq Scan/Hash/Seq Scan");
  EXPECT_EQ(on_customers.nodes.back().relation, "customers");
  EXPECT_EQ(on_orders.nodes.back().relation, "orders");
  other("13: hash on customers / orders", on_customers, on_orders);
  EXPECT_EQ(fingerprints(on_customers).access, fingerprints(on_orders).access);
}

void PlanCases::sorts_and_groups() {
  const std::string first_five = "SELECT * FROM orders ORDER BY id LIMIT 5";
  const PlanTree in_order = explain(first_five);
  const PlanTree sorted = explain(first_five, kNoIndexes);
  EXPECT_EQ(types_of(in_order), "Limit/Index Scan");
  EXPECT_EQ(types_of(sorted), "Limit/Sort/Seq Scan");
  other("14: index order / sort", in_order, sorted);

  const std::string groups = "SELECT customer_id, count(*) FROM orders GROUP BY customer_id";
  const PlanTree hashed = explain(groups, kNoIndexes + Strings{"work_mem = '16MB'"});
  const PlanTree grouped = explain(groups, kNoIndexes + Strings{"enable_hashagg = off"});
  EXPECT_EQ(hashed.nodes.front().strategy, "Hashed");
  EXPECT_EQ(grouped.nodes.front().strategy, "Sorted");
  other("15: hash / sorted aggregate", hashed, grouped);

  const PlanTree last_five =
      explain(first_five.substr(0, first_five.find(" LIMIT")) + " DESC LIMIT 5");
  EXPECT_EQ(types_of(last_five), "Limit/Index Scan");
  EXPECT_EQ(in_order.nodes.back().scan_direction, "Forward");
  EXPECT_EQ(last_five.nodes.back().scan_direction, "Backward");
  other("17: ascending / descending", in_order, last_five);
}

void PlanCases::parallel_and_subplans() {
  const std::string count = "SELECT count(*) FROM orders";
  const PlanTree parallel = explain(count, kParallel);
  const PlanTree alone = explain(count);
  EXPECT_NE(node_of_type(parallel, "Gather"), nullptr);
  EXPECT_EQ(node_of_type(alone, "Gather"), nullptr);
  other("16: parallel / not", parallel, alone);

  const std::string without =
      "SELECT * FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE amount > 3)";
  const PlanTree hashed = explain(without, {"work_mem = '16MB'"});
  const PlanTree plain = explain(without, {"work_mem = '64kB'", "enable_material = off"});
  EXPECT_NE(conditions_of(hashed).find("hashed SubPlan"), std::string::npos);
  EXPECT_EQ(conditions_of(plain).find("hashed SubPlan"), std::string::npos);
  EXPECT_NE(conditions_of(plain).find("SubPlan"), std::string::npos);
  EXPECT_EQ(types_of(hashed), types_of(plain)) << "only the condition tells them apart";
  other("18: hashed / plain SubPlan", hashed, plain);
}

TEST_P(PlanCases, AllEighteen) {
  EXPECT_EQ(postgres_.version() / 10000, GetParam().major);
  literals_and_parameters();
  partitions();
  what_only_running_tells();
  scans_and_indexes();
  joins();
  sorts_and_groups();
  parallel_and_subplans();
}

INSTANTIATE_TEST_SUITE_P(All, PlanCases, testing::ValuesIn(test_versions()),
                         [](const auto& each) { return version_name(each.param); });

}  // namespace
}  // namespace tare
