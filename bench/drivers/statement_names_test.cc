#include "bench/drivers/statement_names.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(StatementNames, KnowsAStatementHoweverAServerShowsIt) {
  const std::string long_one =
      "SELECT id, title, body, views FROM post WHERE author_id = $1 AND published_at > now() - "
      "interval '7 days' ORDER BY published_at DESC LIMIT 20";
  const StatementNames names({{"author_page/posts", long_one},
                              {"feed/latest", "SELECT id FROM post ORDER BY id DESC LIMIT 5"},
                              {"home/latest", "SELECT id FROM post ORDER BY id DESC LIMIT 5"},
                              {"new/words", "SELECT * FROM JSON_TABLE($1, '$' COLUMNS (a int))"}});
  EXPECT_EQ(names.name_of(long_one), "author_page/posts");
  EXPECT_EQ(names.name_of("SELECT id, title, body, views FROM post WHERE author_id = $1 AND "
                          "published_at > now() - interval $2 ORDER BY published_at DESC LIMIT $3"),
            "author_page/posts");
  EXPECT_EQ(names.name_of("SELECT id FROM post ORDER BY id DESC LIMIT $1"),
            "feed/latest, home/latest");
  EXPECT_EQ(names.name_of(long_one.substr(0, 100)), "author_page/posts");
  EXPECT_EQ(names.name_of("SELECT * FROM JSON_TABLE($1, '$' COLUMNS (a int))"), "new/words");
  EXPECT_EQ(names.name_of("PREPARE tare_plan AS " + long_one), "author_page/posts");
  EXPECT_EQ(names.name_of("SELECT"), "");
  EXPECT_EQ(names.name_of(""), "");
  EXPECT_EQ(names.name_of("SELECT id FROM comment ORDER BY id DESC LIMIT 5"), "");
}

TEST(StatementNames, ABeginningThatSeveralShareNamesNone) {
  const std::string begin =
      "SELECT id, title, body, views, author_id, published_at, slug FROM post";
  const StatementNames names(
      {{"a/x", begin + " WHERE id = 1 AND"}, {"a/y", begin + " WHERE title = 'x' AND"}});
  EXPECT_EQ(names.name_of(begin + " WHERE id"), "a/x");
  EXPECT_EQ(names.name_of(begin + " WHERE "), "");
}

}  // namespace
}  // namespace tare
