#include "bench/model/sql_parameters.h"

#include <gtest/gtest.h>

#include <set>

#include "bench/model/sql_text.h"

namespace tare {
namespace {

using Numbers = std::vector<size_t>;

// The statement with its parameters marked: "[1]".
std::string marked(const std::string& sql) {
  const SqlPieces pieces = split_at_parameters(sql);
  std::string text = pieces.texts.at(0);
  for (size_t i = 0; i < pieces.parameters.size(); ++i) {
    text += "[" + std::to_string(pieces.parameters[i]) + "]" + pieces.texts.at(i + 1);
  }
  EXPECT_EQ(pieces.texts.size(), pieces.parameters.size() + 1);
  return text;
}

TEST(SqlParameters, StandBetweenTheTexts) {
  EXPECT_EQ(split_at_parameters("SELECT $1"), (SqlPieces{{"SELECT ", ""}, {1}}));
  EXPECT_EQ(split_at_parameters("SELECT 1"), (SqlPieces{{"SELECT 1"}, {}}));
  EXPECT_EQ(split_at_parameters(""), (SqlPieces{{""}, {}}));
  EXPECT_EQ(marked("a = $2 AND b IN ($12,$1)"), "a = [2] AND b IN ([12],[1])");
  EXPECT_EQ(marked("$1::int+$2"), "[1]::int+[2]");
}

TEST(SqlParameters, AreNotLookedForInQuotesNamesAndComments) {
  EXPECT_EQ(marked("'$1' $1"), "'$1' [1]");
  EXPECT_EQ(marked("'it''s $1' $1"), "'it''s $1' [1]");
  EXPECT_EQ(marked(R"('\' || $1)"), R"('\' || [1])");
  EXPECT_EQ(marked(R"(E'\' $1' || $2)"), R"(E'\' $1' || [2])");
  EXPECT_EQ(marked(R"(e'\\' || $2)"), R"(e'\\' || [2])");
  EXPECT_EQ(marked("name'\\' || $2"), "name'\\' || [2]") << "no escape string";
  EXPECT_EQ(marked("\"a$1\"\"$2\" $3"), "\"a$1\"\"$2\" [3]");
  EXPECT_EQ(marked("a$1 $1"), "a$1 [1]") << "a name may hold a dollar";
  EXPECT_EQ(marked("\xc3\xbc$1 $1"), "\xc3\xbc$1 [1]");
  EXPECT_EQ(marked("$$ $1 $$ $2"), "$$ $1 $$ [2]");
  EXPECT_EQ(marked("$a$ $1 $$ $b$ $a$ $2"), "$a$ $1 $$ $b$ $a$ [2]");
  EXPECT_EQ(marked("-- $1\n$2 -- $3"), "-- $1\n[2] -- $3");
  EXPECT_EQ(marked("/* $1 /* $2 */ $3 */ $4"), "/* $1 /* $2 */ $3 */ [4]");
  EXPECT_EQ(marked("a->>'$1' #> $1"), "a->>'$1' #> [1]");
  EXPECT_EQ(marked("a @? '$[*]' - $1"), "a @? '$[*]' - [1]");
}

TEST(SqlParameters, WhatNeverEndsReachesToTheEnd) {
  for (const char* begin : {"'", "\"", "$$", "$a$", "/*", "--", "E'", "E'\\"}) {
    EXPECT_EQ(split_at_parameters(std::string(begin) + " $1").parameters, Numbers{}) << begin;
  }
  EXPECT_EQ(marked("$"), "$");
  EXPECT_EQ(marked("$1"), "[1]");
  EXPECT_EQ(marked("/"), "/");
}

TEST(SqlParameters, AreThoseThatPostgresqlsOwnParserFinds) {
  for (const std::string sql :
       {"SELECT a, 'b $9', \"c$8\" FROM t WHERE d=$1 AND e>$2 OR f IN ($3,$4) -- $7",
        "INSERT INTO t VALUES ($1, E'\\'$9', $$x $8 $$, $2) ON CONFLICT (a) DO UPDATE SET b=$3",
        "SELECT /* $9 /* */ $8 */ $1::text || U&'d\\0061t $7' || $2",
        "UPDATE t SET a=a+$1 WHERE b->>'$.x'=$2 AND c@>$3::jsonb"}) {
    const Numbers found = split_at_parameters(sql).parameters;
    const std::set<int> parsed = inspect_sql(sql).parameters;
    ASSERT_EQ(inspect_sql(sql).error, "") << sql;
    EXPECT_EQ(std::set<int>(found.begin(), found.end()), parsed) << sql;
  }
}

}  // namespace
}  // namespace tare
