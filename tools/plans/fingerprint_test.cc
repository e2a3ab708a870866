#include "tools/plans/fingerprint.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

Fingerprints prints_of(const std::string& node, const PartitionRoots& roots = {}) {
  return fingerprints(read_plan_tree("[{\"Plan\":" + node + "}]"), roots);
}

std::string with(std::string text, const std::string& what, const std::string& instead) {
  EXPECT_NE(text.find(what), std::string::npos) << what;
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += instead.size()) {
    text.replace(at, what.size(), instead);
  }
  return text;
}

const char kJoin[] = R"json({"Node Type":"Hash Join","Join Type":"Left","Parallel Aware":false,
  "Hash Cond":"(o.customer_id = c.id)","Total Cost":5000.5,"Actual Rows":12,"Plans":[
  {"Node Type":"Seq Scan","Parent Relationship":"Outer","Relation Name":"orders","Alias":"o",
   "Filter":"(status = 'done'::text)","Workers Launched":2},
  {"Node Type":"Hash","Parent Relationship":"Inner","Hash Buckets":1024,"Plans":[
   {"Node Type":"Index Scan","Parent Relationship":"Outer","Scan Direction":"Forward",
    "Index Name":"c_region","Relation Name":"customers","Alias":"c",
    "Index Cond":"(region = 'r1'::text)"}]}]})json";

TEST(Fingerprints, ForgetWhatChangesByItself) {
  const Fingerprints before = prints_of(kJoin);
  EXPECT_EQ(before.plan.size(), 16u);
  std::string other = with(kJoin, "5000.5", "7");
  other = with(other, "\"Actual Rows\":12", "\"Actual Rows\":99");
  other = with(other, "Launched\":2", "Launched\":0");
  other = with(other, "1024", "64");
  other = with(other, "'done'::text", "$1");
  other = with(other, "\"o\"", "\"ord\"");
  other = with(other, "(o.", "(ord.");
  EXPECT_EQ(prints_of(other), before);
}

TEST(Fingerprints, SeeEveryStructuralField) {
  const std::string start = prints_of(R"({"Node Type":"A"})").plan;
  for (const std::string field : {"Join Type",
                                  "Strategy",
                                  "Partial Mode",
                                  "Scan Direction",
                                  "Operation",
                                  "Command",
                                  "Relation Name",
                                  "Index Name",
                                  "Function Name",
                                  "CTE Name",
                                  "Cache Mode",
                                  "Sampling Method",
                                  "Conflict Resolution",
                                  "Index Cond",
                                  "Recheck Cond",
                                  "Filter",
                                  "Join Filter",
                                  "Hash Cond",
                                  "Merge Cond",
                                  "One-Time Filter",
                                  "TID Cond",
                                  "Cache Key",
                                  "Order By",
                                  "Run Condition"}) {
    EXPECT_NE(prints_of(R"({"Node Type":"A",")" + field + R"(":"x"})").plan, start) << field;
  }
  for (const std::string field : {"Sort Key", "Presorted Key", "Group Key", "Hash Keys",
                                  "Grouping Sets", "Conflict Arbiter Indexes"}) {
    EXPECT_NE(prints_of(R"({"Node Type":"A",")" + field + R"(":["x"]})").plan, start) << field;
  }
  for (const std::string field : {"Parallel Aware", "Single Copy"}) {
    EXPECT_NE(prints_of(R"({"Node Type":"A",")" + field + R"(":true})").plan, start) << field;
    EXPECT_EQ(prints_of(R"({"Node Type":"A",")" + field + R"(":false})").plan, start) << field;
  }
  EXPECT_NE(prints_of(R"({"Node Type":"A","Relation Name":"t","Schema":"s"})").plan,
            prints_of(R"({"Node Type":"A","Relation Name":"t","Schema":"u"})").plan);
  const std::string child = R"({"Node Type":"A","Plans":[{"Node Type":"B")";
  for (const std::string field : {"Parent Relationship", "Subplan Name"}) {
    EXPECT_NE(prints_of(child + ",\"" + field + "\":\"x\"}]}").plan, prints_of(child + "}]}").plan);
  }
}

TEST(Fingerprints, ForgetEveryVolatileField) {
  const std::string start = prints_of(R"({"Node Type":"A"})").plan;
  for (const std::string field :
       {"Sort Method",        "Sort Space Type",   "Storage",          "Output",
        "Workers Planned",    "Disabled",          "Inner Unique",     "Async Capable",
        "Planned Partitions", "Peak Memory Usage", "Window",           "Heap Fetches",
        "Index Searches",     "Cache Hits",        "Subplans Removed", "Rows Removed by Filter",
        "Exact Heap Blocks",  "WAL Bytes",         "Plan Width",       "Actual Loops",
        "Query Identifier"}) {
    for (const std::string value : {"\"x\"", "7", "true", "[\"x\"]"}) {
      EXPECT_EQ(prints_of(R"({"Node Type":"A",")" + field + "\":" + value + "}").plan, start)
          << field;
    }
  }
}

TEST(Fingerprints, ShapeHasNoNames) {
  std::string renamed = with(kJoin, "customers", "people");
  renamed = with(renamed, "c_region", "p_region");
  renamed = with(renamed, "status", "state");
  EXPECT_EQ(prints_of(renamed).shape, prints_of(kJoin).shape);
  EXPECT_NE(prints_of(renamed).plan, prints_of(kJoin).plan);
  EXPECT_NE(prints_of(with(kJoin, "Left", "Right")).shape, prints_of(kJoin).shape);
}

TEST(Fingerprints, AccessSetIsWhatIsReadAndHow) {
  const std::string before = prints_of(kJoin).access;
  EXPECT_EQ(prints_of(with(kJoin, "\"Hash Join\"", "\"Merge Join\"")).access, before);
  EXPECT_EQ(prints_of(with(kJoin, "(status = 'done'::text)", "(amount > 5)")).access, before);
  EXPECT_NE(prints_of(with(kJoin, "Index Scan", "Index Only Scan")).access, before);
  EXPECT_NE(prints_of(with(kJoin, "c_region", "other")).access, before);
  EXPECT_NE(prints_of(with(kJoin, "(region =", "(id =")).access, before);
  const char kBitmap[] =
      R"json({"Node Type":"Bitmap Heap Scan","Relation Name":"t","Alias":"t","Plans":[
    {"Node Type":"BitmapOr","Plans":[{"Node Type":"Bitmap Index Scan","Index Name":"i",
     "Index Cond":"(a = 1)"}]}]})json";
  EXPECT_NE(prints_of(kBitmap).access,
            prints_of(with(kBitmap, "Relation Name\":\"t", "Relation Name\":\"u")).access);
}

TEST(Fingerprints, NumberTheOccurrencesOfARelation) {
  const char kSelf[] = R"json({"Node Type":"Nested Loop","Join Filter":"(a.id = b.boss)","Plans":[
    {"Node Type":"Seq Scan","Relation Name":"t","Alias":"a"},
    {"Node Type":"Seq Scan","Relation Name":"t","Alias":"b"}]})json";
  const std::string before = prints_of(kSelf).plan;
  std::string renamed = with(kSelf, "\"a\"", "\"x\"");
  EXPECT_EQ(prints_of(with(renamed, "a.id", "x.id")).plan, before);
  std::string swapped = with(kSelf, "a.id", "b.id");
  EXPECT_NE(prints_of(with(swapped, "b.boss", "a.boss")).plan, before);
}

// PostgreSQL qualifies columns when the query has a second table, or EXPLAIN is VERBOSE.
TEST(Fingerprints, TheOnlyRelationMayBeNamedOrNot) {
  const char kSort[] = R"json({"Node Type":"Sort","Sort Key":["amount"],"Plans":[
    {"Node Type":"Seq Scan","Relation Name":"orders","Alias":"o","Filter":"(id > 5)"}]})json";
  const std::string named = with(with(kSort, "\"amount", "\"o.amount"), "(id", "(o.id");
  EXPECT_EQ(prints_of(named), prints_of(kSort));
}

TEST(Fingerprints, JoinSidesCount) {
  const char kScans[] = R"("Plans":[{"Node Type":"Seq Scan","Relation Name":"t","Alias":"t"},
    {"Node Type":"Seq Scan","Relation Name":"u","Alias":"u"}]})";
  const std::string join = R"({"Node Type":"Nested Loop",)";
  const std::string swapped =
      with(with(with(kScans, "\"t\"", "\"v\""), "\"u\"", "\"t\""), "\"v\"", "\"u\"");
  EXPECT_NE(prints_of(join + kScans).plan, prints_of(join + swapped).plan);
  EXPECT_EQ(prints_of(join + kScans).access, prints_of(join + swapped).access);
}

PartitionRoots months() {
  PartitionRoots roots;
  for (const std::string month : {"jan", "feb", "mar"}) {
    roots.relations["ev_" + month] = "ev";
    roots.indexes["ev_" + month + "_ts"] = "ev_ts";
  }
  return roots;
}

std::string scan_of(const std::string& month, const std::string& alias) {
  return R"({"Node Type":"Index Scan","Parent Relationship":"Member","Index Name":"ev_)" + month +
         R"(_ts","Relation Name":"ev_)" + month + R"(","Alias":")" + alias +
         R"json(","Index Cond":"(ts > '2026-01-01'::date)"})json";
}

std::string sorted(const std::string& below) {
  return R"({"Node Type":"Sort","Sort Key":["ev.v"],"Plans":[)" +
         with(below, "\"Member\"", "\"Outer\"") + "]}";
}

std::string append(const std::vector<std::string>& scans) {
  std::string text =
      R"({"Node Type":"Sort","Sort Key":["ev.v"],"Plans":[{"Node Type":"Append",
         "Parent Relationship":"Outer","Subplans Removed":1,"Plans":[)";
  for (const std::string& scan : scans) text += scan + ",";
  text.back() = ']';
  return text + "}]}";
}

TEST(Fingerprints, WhichAndHowManyPartitionsAreLeftDoesNotCount) {
  const PartitionRoots roots = months();
  const Fingerprints three = prints_of(
      append({scan_of("jan", "ev_1"), scan_of("feb", "ev_2"), scan_of("mar", "ev_3")}), roots);
  EXPECT_EQ(prints_of(append({scan_of("feb", "ev_1"), scan_of("mar", "ev_2")}), roots), three);
  EXPECT_EQ(prints_of(append({scan_of("mar", "ev_1")}), roots), three);
  EXPECT_EQ(prints_of(sorted(scan_of("feb", "ev")), roots), three);
  EXPECT_NE(prints_of(append({scan_of("feb", "ev_1"), scan_of("mar", "ev_2")})), three);
}

TEST(Fingerprints, OnePartitionReadInAnotherWayCounts) {
  const PartitionRoots roots = months();
  const std::string sequential = R"json({"Node Type":"Seq Scan","Parent Relationship":"Member",
    "Relation Name":"ev_mar","Alias":"ev_2","Filter":"(ts > '2026-01-01'::date)"})json";
  const Fingerprints mixed = prints_of(append({scan_of("feb", "ev_1"), sequential}), roots);
  EXPECT_NE(mixed.plan, prints_of(append({scan_of("feb", "ev_1")}), roots).plan);
  EXPECT_EQ(mixed,
            prints_of(append({with(sequential, "ev_2", "ev_1"), scan_of("jan", "ev_2")}), roots));
}

// Each member joins its own pair of partitions: the numbers must not go on from member to member.
TEST(Fingerprints, PartitionwiseJoinsOfAnyNumberAreOne) {
  const auto join = [](const std::string& month, const std::string& number) {
    const std::string left = "a_" + number, right = "b_" + number;
    return R"json({"Node Type":"Hash Join","Parent Relationship":"Member","Hash Cond":"()json" +
           left + ".id = " + right + R"json(.id)","Plans":[)json" + scan_of(month, left) + "," +
           scan_of(month, right) + "]}";
  };
  EXPECT_EQ(prints_of(append({join("jan", "1"), join("feb", "2")}), months()),
            prints_of(append({join("mar", "1")}), months()));
}

TEST(Fingerprints, InitPlansAreNamedAsIn17) {
  const char kOld[] = R"json({"Node Type":"Seq Scan","Relation Name":"t","Alias":"t",
    "Filter":"(id = $0)","Plans":[{"Node Type":"Result","Parent Relationship":"InitPlan",
    "Subplan Name":"InitPlan 1 (returns $0)"}]})json";
  const std::string newer =
      with(with(kOld, "$0)\",", "(InitPlan 1).col1)\","), " (returns $0)", "");
  EXPECT_EQ(prints_of(newer), prints_of(kOld));
  EXPECT_NE(prints_of(with(kOld, "$0)\",", "5)\",")).plan, prints_of(kOld).plan);
}

TEST(Fingerprints, UpdatedPartitionsAreTheirRoot) {
  const char kUpdate[] = R"json({"Node Type":"ModifyTable","Operation":"Update",
    "Relation Name":"ev","Alias":"ev","Target Tables":[{"Relation Name":"ev_jan","Alias":"ev_1"},
    {"Relation Name":"ev_feb","Alias":"ev_2"}]})json";
  const std::string one = with(kUpdate, R"(,
    {"Relation Name":"ev_feb","Alias":"ev_2"})",
                               "");
  EXPECT_EQ(prints_of(kUpdate, months()), prints_of(one, months()));
  EXPECT_NE(prints_of(kUpdate).plan, prints_of(one).plan);
}

}  // namespace
}  // namespace tare
