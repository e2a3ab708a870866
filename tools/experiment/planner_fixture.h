// A server with skewed orders, for the tests of plan maps.
// Level: experiment, tests only. Each object owns its server.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/test_servers.h"
#include "tools/plans/plan_tree.h"

namespace tare {

// Of 20,000 orders 98.9 % are done, 1 % open and 0.1 % failed; made in their own order.
inline constexpr const char* kOrders =
    "CREATE TABLE orders AS SELECT i AS id, CASE WHEN i % 1000 = 0 THEN 'failed' "
    "WHEN i % 100 = 1 THEN 'open' ELSE 'done' END AS status, i % 500 AS customer_id, "
    "timestamp '2026-01-01' + i * interval '1 minute' AS created, repeat('x', 100) AS note "
    "FROM generate_series(1, 20000) AS i";

inline constexpr const char* kByStatus = "SELECT note FROM orders WHERE status = $1";

class OrdersServer {
 public:
  // Of the programs in `bin`; empty: Debian's newest.
  explicit OrdersServer(const std::filesystem::path& bin = {})
      : server_({.bin = bin, .settings = {"jit=off"}}),
        postgres_(server_.endpoint(), std::stop_token()) {
    for (const char* sql : {kOrders, "ALTER TABLE orders ADD PRIMARY KEY (id)",
                            "CREATE INDEX ON orders (status)", "CREATE INDEX ON orders (created)",
                            "VACUUM ANALYZE orders", "SET max_parallel_workers_per_gather = 0"}) {
      postgres_.execute(sql);
    }
  }

  PostgresControl& postgres() { return postgres_; }

 private:
  TestPostgres server_;
  PostgresControl postgres_;
};

// The type of a plan's top node.
inline std::string top_of(const std::string& explain_json) {
  return read_plan_tree(explain_json).nodes.front().type;
}

}  // namespace tare
