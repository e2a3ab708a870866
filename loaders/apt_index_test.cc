#include "loaders/apt_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "bench/model/apt_index_fields.h"
#include "bench/model/errors.h"
#include "loaders/apt_index_parser.h"
#include "loaders/apt_rows.h"

namespace tare {
namespace {

constexpr const char* kStanzas = R"(Package: zlib1g
Version: 1:1.2.13
Architecture: amd64
Installed-Size: 168
Maintainer: Someone <someone@example.org>
Depends: libc6 (>= 2.14)
Pre-Depends: dpkg:any (>=1.15)
Description: compression library
 The long text is not kept: Depends
Section: libs
Priority: required
Size: 86692
Tag: role::shared-lib, works-with::file,
 suite::gnu

Package: editor
Version: 2
Architecture: all
Depends: libc6 | libc6.1 (<< 3) , zlib1g:amd64 [linux-any] <!nocheck>,
Recommends: zlib1g
Conflicts: libc6
Unknown-Field: kept by nobody
 folded
Description: an editor


Package: editor
Version: 1
Architecture: all
Depends: older

Package: libc6
Architecture: amd64
Version: 2.36
)";

AptIndex parse(const std::string& text) {
  AptIndexParser parser;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) parser.add_line(line);
  return parser.finish();
}

std::vector<SqlRow> rows(const AptIndex& index, const std::string& table) {
  AptRows source(index, table, apt_index_fields(table));
  std::vector<SqlRow> all;
  for (SqlRow row; source.next(row);) all.push_back(row);
  EXPECT_EQ(int64_t(all.size()), source.size());
  return all;
}

TEST(AptIndex, ReadsPackagesInOrderOfName) {
  const AptIndex index = parse(kStanzas);
  const std::nullopt_t none = std::nullopt;
  EXPECT_EQ(
      rows(index, "packages"),
      (SqlRows{{"1", "editor", "2", "all", none, none, none, "an editor", none, none, "0"},
               {"2", "libc6", "2.36", "amd64", none, none, none, none, none, none, "2"},
               {"3", "zlib1g", "1:1.2.13", "amd64", "libs", "required",
                "Someone <someone@example.org>", "compression library", "168", "86692", "2"}}));
  EXPECT_EQ(index.repeated_stanzas, 1);
  EXPECT_EQ(index.malformed_stanzas, 0);
}

TEST(AptIndex, ReadsRelationsWithAlternativesAndConstraints) {
  const std::nullopt_t none = std::nullopt;
  EXPECT_EQ(rows(parse(kStanzas), "relations"),
            (SqlRows{{"1", "depends", "libc6", none, "0"},
                     {"1", "depends", "libc6.1", "<< 3", "1"},
                     {"1", "depends", "zlib1g", none, "0"},
                     {"1", "recommends", "zlib1g", none, "0"},
                     {"1", "conflicts", "libc6", none, "0"},
                     {"3", "depends", "libc6", ">= 2.14", "0"},
                     {"3", "pre-depends", "dpkg", ">= 1.15", "0"}}));
}

TEST(AptIndex, ReadsFoldedTags) {
  EXPECT_EQ(rows(parse(kStanzas), "tags"),
            (SqlRows{{"3", "role::shared-lib"}, {"3", "works-with::file"}, {"3", "suite::gnu"}}));
}

TEST(AptIndex, SkipsAndCountsMalformedStanzas) {
  const std::string good = "Package: a\nVersion: 1\nArchitecture: all\n";
  const std::string start = "\nPackage: b\nVersion: 1\nArchitecture: all\n";
  const std::vector<std::string> bad = {
      "\nPackage: b\nVersion: 1\n",                       // no architecture
      start + "no field here\n",                          //
      start + "Size: many\n",                             //
      start + "Size: -1\n",                               //
      start + "Depends: c, d (>= 1\n",                    // not closed
      start + "Depends: c (1)\n",                         // no comparison
      start + "Depends: c, | d\n",                        // no name
      start + "Description: \xff\xfe\n",                  // not UTF-8
      start + "Description: \xed\xa0\x80\n",              // a surrogate
      start + "Description: " + std::string(1, '\0'),     //
      start + "Homepage: " + std::string(1 << 20, 'x')};  // too long
  for (const std::string& text : bad) {
    const AptIndex index = parse(good + text + "\n\nPackage: e\nVersion: 2\nArchitecture: all\n");
    EXPECT_EQ(index.malformed_stanzas, 1) << text.substr(0, 80);
    EXPECT_EQ(counts_of(index), (AptIndexCounts{2, 0, 0})) << text.substr(0, 80);
  }
}

TEST(AptIndex, KnowsUtf8) {
  EXPECT_TRUE(is_clean_utf8("plain Gr\xc3\xbc\xc3\x9f\x65 \xe2\x82\xac \xf0\x9f\x98\x80"));
  EXPECT_FALSE(is_clean_utf8("\xc0\xaf"));          // overlong
  EXPECT_FALSE(is_clean_utf8("\xe0\x80\xaf"));      // overlong
  EXPECT_FALSE(is_clean_utf8("\xf4\x90\x80\x80"));  // above U+10FFFF
  EXPECT_FALSE(is_clean_utf8("\xe2\x82"));          // cut off
  EXPECT_FALSE(is_clean_utf8("\x80"));
}

TEST(AptIndex, DigestFollowsTheContent) {
  const std::string text = kStanzas;
  const uint64_t digest = digest_of(parse(text));
  EXPECT_EQ(digest, digest_of(parse(text)));
  for (const char* part : {"1.2.13", "(>= 2.14)", "suite::gnu", "86692", "Recommends"}) {
    std::string changed = text;
    changed[changed.find(part) + 1] = changed[changed.find(part) + 1] == '>' ? '<' : '7';
    EXPECT_NE(digest, digest_of(parse(changed))) << part;
  }
}

TEST(AptIndex, EveryFieldHasRows) {
  const AptIndex index = parse(kStanzas);
  for (const std::string& table : apt_index_tables()) {
    for (const std::string& field : apt_index_fields(table)) {
      EXPECT_NO_THROW(AptRows(index, table, {field})) << table << "." << field;
    }
  }
  EXPECT_THROW(AptRows(index, "tags", {"version"}), std::invalid_argument);
}

TEST(AptIndex, ReadsTheMachinesOwn) {
  AptIndex index;
  try {
    index = read_apt_index({});
  } catch (const UsageError& error) {
    GTEST_SKIP() << error.what();
  }
  EXPECT_GT(index.packages.size(), 1'000u);
  EXPECT_GT(index.relations.size(), index.packages.size());
  EXPECT_LT(index.malformed_stanzas, 10);
  EXPECT_TRUE(std::is_sorted(
      index.packages.begin(), index.packages.end(),
      [](const AptPackage& left, const AptPackage& right) { return left.name < right.name; }));
  const auto most = std::max_element(
      index.packages.begin(), index.packages.end(),
      [](const AptPackage& a, const AptPackage& b) { return a.popularity < b.popularity; });
  EXPECT_GT(most->popularity, 1'000) << most->name;
  EXPECT_EQ(digest_of(index), digest_of(read_apt_index({})));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(count_apt_index(stop.get_token()), Interrupted);
}

}  // namespace
}  // namespace tare
