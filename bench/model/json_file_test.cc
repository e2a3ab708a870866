#include "bench/model/json_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "bench/model/reader_fixture.h"

namespace tare {
namespace {

std::string syntax_problem(const std::string& text) {
  const auto lines = problems_of([&] {
    ProblemList problems("file");
    parse_json(text, problems);
  });
  return lines.size() == 1 ? lines[0] : std::to_string(lines.size()) + " problems";
}

TEST(JsonFile, KeepsOrderPlacesAndTypes) {
  ProblemList problems("file");
  const JsonValue root = parse_json(
      R"(/* first */ {"z": 1, "a/b": [true, -2.5, "x", null], // end
          "m": {"n": 9223372036854775808}})",
      problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(root.names, (std::vector<std::string>{"z", "a/b", "m"}));
  EXPECT_EQ(root.items[0].integer, 1);
  EXPECT_EQ(root.items[0].number, 1);
  const JsonValue& list = root.items[1];
  EXPECT_EQ(list.pointer, "/a~1b");
  EXPECT_EQ(list.items[1].pointer, "/a~1b/1");
  EXPECT_EQ(list.items[1].number, -2.5);
  EXPECT_EQ(list.items[2].text, "x");
  EXPECT_TRUE(list.items[3].is(JsonKind::null));
  EXPECT_EQ(root.items[2].items[0].pointer, "/m/n");
  EXPECT_TRUE(root.items[2].items[0].is(JsonKind::number));  // beyond int64
  EXPECT_LT(list.items[1].place, list.items[2].place);
}

TEST(JsonFile, SaysWhereAndWhatToDo) {
  EXPECT_EQ(syntax_problem("{\n  \"a\": 1,\n}"),
            "line 3, column 1: unexpected '}'; expected string literal: remove the comma before "
            "the }");
  EXPECT_EQ(syntax_problem("{\"a\": 1 \"b\": 2}"),
            "line 1, column 11: unexpected string literal; expected '}': a comma is missing before "
            "it");
  EXPECT_EQ(syntax_problem("{a: 1}"),
            "line 1, column 2: invalid literal; expected string literal: field names stand in "
            "double quotes");
  EXPECT_EQ(syntax_problem("{\"a\": 1e999}"),
            "number overflow parsing '1e999': write a smaller number");
  EXPECT_EQ(syntax_problem("{\"a\": [1"),
            "line 1, column 9: unexpected end of input; expected ']': the file ends too early: "
            "close what is open");
}

TEST(JsonFile, FindsDuplicateFieldsAndKeepsTheFirst) {
  ProblemList problems("file");
  const JsonValue root = parse_json(R"({"a": {"b": 1, "b": {"c": 1, "c": 2}}})", problems);
  EXPECT_EQ(root.items[0].items[0].integer, 1);
  ASSERT_EQ(problems.sorted().size(), 2u);
  EXPECT_EQ(to_text(problems.sorted()[0]), "file: /a: field \"b\" stands twice; keep one");
}

TEST(JsonFile, RefusesWhatNestsTooDeep) {
  std::string text;
  for (size_t i = 0; i <= kDeepest; ++i) text += "[";
  EXPECT_NE(syntax_problem(text).find("is nested deeper than 64 levels"), std::string::npos);
  EXPECT_EQ(syntax_problem(std::string(1'000'000, '[')).find("is nested deeper"), 2 * kDeepest + 2);
}

TEST(JsonFile, RefusesFoldersAndLongFiles) {
  EXPECT_EQ(problems_of([] { read_text_file("/"); }).at(0), "is a folder; name a file in it");
  const TemporaryFile file(std::string(kMostBytes + 1, ' '));
  EXPECT_EQ(problems_of([&] { read_text_file(file.path()); }).at(0),
            "is longer than 4 MiB; is this the right file?");
}

TEST(ReadTextFile, RefusesWhatIsNoTextFile) {
  const TemporaryFile file("");
  const auto problem = [&] { return problems_of([&] { read_text_file(file.path()); }).at(0); };
  EXPECT_NE(problem().find("is empty"), std::string::npos);
  file.write(
      std::string("\x7f"
                  "ELF\0\1",
                  6));
  EXPECT_NE(problem().find("is no text"), std::string::npos);
  const std::filesystem::path pipe = file.path().string() + ".pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_NE(problems_of([&] { read_text_file(pipe); }).at(0).find("no regular file"),
            std::string::npos)
      << "and does not wait for somebody to write";
  std::filesystem::remove(pipe);
}

}  // namespace
}  // namespace tare
