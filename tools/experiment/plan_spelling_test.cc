// The same plan under the names that different PostgreSQL versions give to its parts.
#include <gtest/gtest.h>

#include <map>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/test_servers.h"
#include "bench/drivers/test_versions.h"
#include "tools/plans/fingerprint.h"
#include "tools/plans/plan_tree.h"

namespace tare {
namespace {

struct Statement {
  const char* sql;
  int since;  // the first version whose planner makes this plan
};

// What 17 and 18 spell in another way, and what they do not.
constexpr Statement kStatements[] = {
    {"SELECT * FROM t WHERE a NOT IN (SELECT b FROM t)", 13},
    {"SELECT * FROM t WHERE (a, b) NOT IN (SELECT b, a FROM t)", 13},
    {"SELECT * FROM t WHERE b = (SELECT count(*) FROM t)", 13},
    {"SELECT * FROM t WHERE b = ANY (ARRAY(SELECT a FROM t WHERE b = 3))", 13},
    {"SELECT * FROM t x WHERE b > (SELECT avg(y.b) FROM t y WHERE y.a = x.a + 1)", 13},
    {"SELECT * FROM t x WHERE b = 1 OR EXISTS (SELECT FROM t y WHERE y.a = x.b)", 14},
    {"SELECT * FROM t WHERE EXISTS (SELECT FROM t WHERE b = 7)", 13},
    {"SELECT * FROM t WHERE b < ALL (SELECT a FROM t)", 13},
    {"UPDATE t x SET (a, b) = (SELECT y.b, y.a FROM t y WHERE y.a = x.b)", 14},
    {"SELECT *, row_number() OVER (ORDER BY b) FROM t ORDER BY row_number() OVER (ORDER BY b), a",
     13},
    {"WITH w AS MATERIALIZED (SELECT * FROM t) SELECT * FROM w x JOIN w y USING (a)", 13},
    {"SELECT b, count(*) FROM t GROUP BY GROUPING SETS ((b), (a), ())", 13},
    {"INSERT INTO t VALUES (1, 2) ON CONFLICT (a) DO UPDATE SET b = 3 WHERE t.b < 5", 13},
    {"SELECT * FROM t TABLESAMPLE system (10) WHERE b IS NOT NULL AND b::text = '5'", 13},
};

TEST(PlanSpelling, OfAllVersionsIsOne) {
  std::map<std::string, std::map<std::string, std::string>> seen;  // statement -> print -> where
  for (const TestVersion& version : test_versions()) {
    TestPostgres server(TestPostgres::Setup{.bin = version.bin, .settings = {}});
    PostgresControl postgres(server.endpoint(), {});
    for (const char* made : {"CREATE TABLE t (a int PRIMARY KEY, b int)",
                             "INSERT INTO t SELECT n, n FROM generate_series(1, 1000) n",
                             "VACUUM ANALYZE t", "SET enable_indexscan = off",
                             "SET enable_indexonlyscan = off", "SET enable_bitmapscan = off",
                             "SET enable_material = off", "SET enable_mergejoin = off"}) {
      postgres.execute(made);
    }
    for (const auto& [sql, since] : kStatements) {
      if (version.major < since) continue;
      const std::string json = postgres.value(std::string("EXPLAIN (FORMAT JSON) ") + sql);
      const Fingerprints prints = fingerprints(read_plan_tree(json));
      seen[sql].emplace(prints.plan, version_name(version) + ": " + json);
    }
  }
  for (const auto& [sql, prints] : seen) {
    std::string all;
    for (const auto& [print, where] : prints) all += print + " " + where + "\n";
    EXPECT_EQ(prints.size(), 1u) << sql << "\n" << all;
  }
}

}  // namespace
}  // namespace tare
