// Plan maps of real, skewed data: are flips found that nobody told of? Needs the six tables of
// STATS-CEB in the folder that TARE_REALDATA names; without it the test is skipped.
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "bench/drivers/test_servers.h"
#include "tools/experiment/query_mapper.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

fs::path tables_folder() {
  const char* folder = std::getenv("TARE_REALDATA");
  if (folder == nullptr) return {};
  const fs::path tables = fs::path(folder) / "stats_stackexchange";
  return fs::exists(tables) ? tables : fs::path();
}

// Rows of a CSV file without quoting, gzipped or not, behind its header line.
class CsvRows {
 public:
  explicit CsvRows(const fs::path& file) : file_(gzopen(file.c_str(), "rb")) {
    SqlRow header;
    next(header);
  }
  ~CsvRows() { gzclose(file_); }
  CsvRows(const CsvRows&) = delete;
  CsvRows& operator=(const CsvRows&) = delete;

  bool next(SqlRow& row) {
    char line[4096];
    if (gzgets(file_, line, sizeof(line)) == nullptr) return false;
    std::string text(line);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    row.clear();
    size_t start = 0;
    for (;;) {
      const size_t comma = text.find(',', start);
      const std::string field = text.substr(start, comma - start);
      row.push_back(field.empty() || field == "NULL" ? std::nullopt
                                                     : std::optional<std::string>(field));
      if (comma == std::string::npos) return true;
      start = comma + 1;
    }
  }

 private:
  gzFile file_;
};

void load(PostgresControl& postgres, const fs::path& file, const std::string& table,
          const std::string& columns) {
  postgres.execute("CREATE TABLE " + table + " (" + columns + ", PRIMARY KEY (id))");
  std::vector<std::string> names;
  std::istringstream words(columns);
  for (std::string word; std::getline(words, word, ',');) {
    std::istringstream column(word);
    column >> names.emplace_back();
  }
  CsvRows rows(file);
  postgres.copy_rows(table, names, [&](SqlRow& row) { return rows.next(row); });
}

class RealData : public testing::Test {
 protected:
  void SetUp() override {
    const fs::path folder = tables_folder();
    if (folder.empty()) GTEST_SKIP() << "TARE_REALDATA names no folder with stats_stackexchange";
    server_.emplace(TestPostgres::Setup{{}, {"max_parallel_workers_per_gather=0"}});
    postgres_.emplace(server_->endpoint(), std::stop_token());
    load(*postgres_, folder / "users.csv", "users",
         "id int, reputation int, creationdate timestamp, views int, upvotes int, downvotes int");
    load(*postgres_, folder / "badges.csv", "badges", "id int, userid int, date timestamp");
    load(*postgres_, folder / "posts.csv.gz", "posts",
         "id int, posttypeid int, creationdate timestamp, score int, viewcount int, "
         "owneruserid int, answercount int, commentcount int, favoritecount int, "
         "lasteditoruserid int");
    load(*postgres_, folder / "votes.csv.gz", "votes",
         "id int, postid int, votetypeid int, creationdate timestamp, userid int, "
         "bountyamount int");
    postgres_->execute("CREATE INDEX ON votes (votetypeid)");
    postgres_->execute("CREATE INDEX ON votes (postid)");
    postgres_->execute("CREATE INDEX ON posts (posttypeid, creationdate)");
    for (const char* table : {"users", "badges", "posts", "votes"}) {
      postgres_->execute(std::string("VACUUM (ANALYZE) ") + table);
    }
  }

  // The map of a query that the load asks with these parameters.
  QueryMap map_of(const std::string& sql, const std::vector<DrawnParameters>& drawn) {
    QueryMap query;
    query.sql = sql;
    map_query(*postgres_, {{}, drawn}, query);
    return query;
  }

  static bool has_plan_with(const QueryMap& query, const std::string& words) {
    for (const PlanClass& each : query.classes) {
      if (each.summary.find(words) != std::string::npos) return true;
    }
    return false;
  }

  static std::string plans_of(const QueryMap& query) {
    std::string words;
    for (const PlanClass& each : query.classes) words += each.summary + "\n";
    for (const std::string& note : query.notes) words += "note: " + note + "\n";
    for (const MapPoint& each : query.points) {
      words += each.origin + " " + each.parameters.at(0).value_or("NULL") + " " + each.plan + "\n";
    }
    return words;
  }

  std::optional<TestPostgres> server_;
  std::optional<PostgresControl> postgres_;
};

// Each is asked with one ordinary value; the statistics tell the others.
TEST_F(RealData, FlipsAreFoundWithoutBeingTold) {
  const QueryMap votes = map_of("SELECT * FROM votes WHERE votetypeid = $1", {{"10"}});
  EXPECT_TRUE(has_plan_with(votes, "Seq Scan on votes")) << plans_of(votes);
  EXPECT_TRUE(has_plan_with(votes, "using votes_votetypeid_idx")) << plans_of(votes);
  EXPECT_FALSE(votes.boundaries.empty());

  const QueryMap owners = map_of(
      "SELECT * FROM posts p JOIN votes v ON v.postid = p.id WHERE p.owneruserid = $1", {{"999"}});
  EXPECT_TRUE(has_plan_with(owners, "Hash Join")) << plans_of(owners);
  EXPECT_TRUE(has_plan_with(owners, "Nested Loop")) << plans_of(owners);

  const QueryMap badges =
      map_of("SELECT count(*) FROM badges b JOIN users u ON u.id = b.userid WHERE b.date >= $1",
             {{"2014-09-13"}});
  EXPECT_TRUE(has_plan_with(badges, "Hash Join")) << plans_of(badges);
  EXPECT_TRUE(has_plan_with(badges, "Nested Loop")) << plans_of(badges);
  ASSERT_FALSE(badges.boundaries.empty());
  EXPECT_EQ(badges.boundaries.front().column, "badges.date");
}

}  // namespace
}  // namespace tare
