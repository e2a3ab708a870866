// For tests only: a table in which one value has nearly all rows, so that what a connection is
// asked first decides which plan it keeps.
// Level: drivers. One thread.
#pragma once

#include <string>

#include "bench/drivers/postgres_control.h"

namespace tare {

// 99 % paid, 0.9 % open, 0.1 % lost. Planned for "paid" PostgreSQL reads the table, for the others
// it takes the index; not knowing the value it takes the index, too.
inline void make_invoices(PostgresControl& postgres) {
  postgres.execute("DROP TABLE IF EXISTS invoice");
  postgres.execute(
      "CREATE TABLE invoice AS SELECT n AS id, CASE WHEN n % 1000 = 0 THEN 'lost' WHEN n % 1000 "
      "< 10 THEN 'open' ELSE 'paid' END AS status, repeat('x', 100) AS pad "
      "FROM generate_series(1, 20000) n");
  postgres.execute("CREATE INDEX invoice_status ON invoice (status)");
  postgres.execute("VACUUM ANALYZE invoice");
}

inline const std::string kCountInvoices = "SELECT count(pad) FROM invoice WHERE status = $1";

}  // namespace tare
