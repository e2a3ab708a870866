// The written style, checked on the whole repository; and each rule on a small bad input.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

#include "tools/style/rules.h"
#include "tools/style/source_file.h"

namespace tare::style {
namespace {

const std::filesystem::path kRoot = TARE_SOURCE_DIR;

const std::vector<SourceFile>& repository() {
  static const std::vector<SourceFile> kFiles = read_repository(kRoot);
  return kFiles;
}

std::string findings_in_repository(
    const std::function<std::vector<Finding>(const SourceFile&)>& rule) {
  std::vector<Finding> all;
  for (const SourceFile& file : repository()) {
    const std::vector<Finding> found = rule(file);
    all.insert(all.end(), found.begin(), found.end());
  }
  return to_text(all);
}

std::string repeated(int count, const std::string& text) {
  std::string whole;
  for (int i = 0; i < count; ++i) whole += text;
  return whole;
}

// Files that no test beside them is named after or includes, each with the reason.
const std::vector<std::pair<std::string, std::string>> kExcused = {
    {"bench/drivers/postgres_copy.cc", "postgres_control_test.cc: COPY"},
    {"bench/drivers/sql_error.cc", "postgres_control_test.cc"},
    {"tools/experiment/capture_plan_map.cc", "tools/cli/plans_e2e_test.cc, on real servers"},
    {"tools/experiment/plan_stage.cc", "tools/cli/plans_e2e_test.cc, on real servers"},
    {"bench/engine/asio_loop.cc", "bench/drivers/load_test.cc, on real sockets"},
    {"bench/engine/load_stats.cc", "worker_test.cc counts by it"},
    {"bench/engine/pool.cc", "worker_test.cc"},
    {"bench/engine/recorder.cc", "bench/drivers/load_test.cc, with threads"},
    {"bench/engine/run_load.cc", "bench/drivers/load_test.cc, on real servers"},
    {"loaders/create_tables.cc", "load_dataset_test.cc"},
    {"loaders/schema_queries.cc", "schema_text_test.cc"},
    {"tools/cli/ab_command.cc", "measure_e2e_test.cc, trouble_e2e_test.cc"},
    {"tools/cli/interrupts.cc", "trouble_e2e_test.cc"},
    {"tools/cli/load_command.cc", "measure_e2e_test.cc"},
    {"tools/cli/run_command.cc", "measure_e2e_test.cc, trouble_e2e_test.cc"},
    {"tools/cli/sandbox_command.cc", "measure_e2e_test.cc"},
    {"tools/experiment/ab_experiment.cc", "tools/cli/measure_e2e_test.cc"},
    {"tools/experiment/calibration_experiment.cc", "tools/cli/calibrate_e2e_test.cc"},
    {"tools/experiment/experiment_folder.cc", "tools/cli/resume_e2e_test.cc"},
    {"tools/experiment/pairs.cc", "tools/cli/measure_e2e_test.cc, resume_e2e_test.cc"},
    {"tools/experiment/servers.cc", "tools/cli/target_e2e_test.cc"},
    {"tools/experiment/target_claim.cc", "tools/cli/target_e2e_test.cc"},
    {"tools/experiment/capture_plans.cc", "tools/cli/measure_e2e_test.cc"},
    {"tools/experiment/change_actions.cc", "tools/cli/measure_e2e_test.cc"},
    {"tools/experiment/examination.cc", "tools/cli/doctor_e2e_test.cc"},
    {"bench/drivers/postgres_counter_table.cc", "bench/drivers/postgres_counters_test.cc"},
    {"tools/experiment/trial.cc", "tools/cli/measure_e2e_test.cc"},
    {"tools/experiment/trial_result.cc", "tools/cli/measure_e2e_test.cc"},
    {"tools/experiment/workbench.cc", "tools/cli/measure_e2e_test.cc"},
    {"tools/experiment/workbench_target.cc", "tools/cli/target_e2e_test.cc"},
    {"tools/style/structure_rules.cc", "style_test.cc"},
    {"tools/style/text_rules.cc", "style_test.cc"},
};

TEST(Style, RepositoryIsRead) {
  EXPECT_GT(repository().size(), 20U);
  EXPECT_EQ(make_source_file("a/b/c.h", "one\ntwo\n").lines.size(), 2U);
  EXPECT_EQ(make_source_file("a/b/c.h", "").folder(), "a/b");
}

TEST(Style, FilesAreShort) {
  EXPECT_EQ(findings_in_repository(check_file_length), "");
}

TEST(Style, LongFileIsFound) {
  EXPECT_EQ(to_text(check_file_length(make_source_file("a.cc", repeated(400, "\n")))), "");
  EXPECT_EQ(to_text(check_file_length(make_source_file("a.cc", repeated(401, "\n")))),
            "a.cc:401: 401 lines; split the file, 400 are the most\n");
}

TEST(Style, LinesAreNarrow) {
  EXPECT_EQ(findings_in_repository(check_line_width), "");
}

TEST(Style, WideLineIsFound) {
  EXPECT_EQ(to_text(check_line_width(make_source_file("a.h", repeated(100, "\u2026")))), "");
  EXPECT_EQ(to_text(check_line_width(make_source_file("a.h", "\n" + repeated(101, "x")))),
            "a.h:2: 101 columns; break the line, 100 are the most\n");
}

TEST(Style, FunctionsAreShort) {
  EXPECT_EQ(findings_in_repository(check_function_length), "");
}

TEST(Style, LongFunctionIsFound) {
  const std::string head = "namespace a {\n\nint f(int x,\n      int y) {\n";
  const std::string allowed = head + repeated(67, "  ++x;\n") + "}\n\n}  // namespace a\n";
  const std::string longer = head + repeated(68, "  ++x;\n") + "}\n\n}  // namespace a\n";
  EXPECT_EQ(to_text(check_function_length(make_source_file("a.cc", allowed))), "");
  EXPECT_EQ(to_text(check_function_length(make_source_file("a.cc", longer))),
            "a.cc:3: a function of 71 lines; split it, 70 are the most\n");
}

TEST(Style, LongMemberFunctionIsFound) {
  const std::string text = "class A {\n public:\n  int f() {\n" + repeated(69, "    ++x;\n") +
                           "  }\n};\n" + repeated(90, "int x;\n");
  EXPECT_EQ(to_text(check_function_length(make_source_file("a.h", text))),
            "a.h:3: a function of 71 lines; split it, 70 are the most\n");
}

TEST(Style, IncludesFollowTheArrows) {
  EXPECT_EQ(findings_in_repository(check_include_arrows), "");
}

TEST(Style, IncludeAgainstTheArrowsIsFound) {
  const auto found = [](const std::string& path, const std::string& text) {
    return to_text(check_include_arrows(make_source_file(path, text)));
  };
  EXPECT_EQ(found("bench/engine/a.cc", "#include \"bench/model/run.h\"\n#include <vector>\n"), "");
  EXPECT_EQ(found("bench/engine/a.cc", "\n#include \"bench/drivers/redis.h\"\n"),
            "bench/engine/a.cc:2: \"bench/drivers/redis.h\": against the arrows; bench/engine may "
            "include bench/model\n");
  EXPECT_NE(found("tools/compare/a.cc", "#include \"tools/experiment/pair.h\"\n"), "");
  EXPECT_NE(found("tools/compare/a.cc", "#include <pqxx/pqxx>\n"), "");
  EXPECT_NE(found("tools/report/a.cc", "#include <libpq-fe.h>\n"), "");
  EXPECT_NE(found("tools/report/a.cc", "#include <hiredis/hiredis.h>\n"), "");
  EXPECT_NE(found("tools/report/a.cc", "#include \"bench/drivers/redis.h\"\n"), "");
  EXPECT_NE(found("bench/model/a.cc", "#include \"scenario.h\"\n"), "");
  EXPECT_NE(found("bench/elsewhere/a.cc", ""), "");
}

TEST(Style, HeadersAreLight) {
  EXPECT_EQ(findings_in_repository(check_light_headers), "");
}

TEST(Style, HeavyHeaderIsFound) {
  for (const char* heavy : {"nlohmann/json.hpp", "pqxx/pqxx", "asio.hpp", "asio/io_context.hpp",
                            "hiredis/hiredis.h", "CLI/CLI.hpp", "valijson/schema.hpp"}) {
    const std::string text = std::string("#include <") + heavy + ">\n";
    EXPECT_NE(to_text(check_light_headers(make_source_file("a.h", text))), "") << heavy;
    EXPECT_EQ(to_text(check_light_headers(make_source_file("a.cc", text))), "") << heavy;
  }
}

TEST(Style, NothingIsLeftUndone) {
  EXPECT_EQ(findings_in_repository(check_unfinished), "");
}

TEST(Style, MarkerIsFound) {
  const std::string marker = std::string("FIX") + "ME";
  EXPECT_EQ(to_text(check_unfinished(make_source_file("a.md", "\nlater, " + marker + ": x\n"))),
            "a.md:2: " + marker + ": do it, or open an issue\n");
  EXPECT_EQ(to_text(check_unfinished(make_source_file("a.md", marker + "TER\n"))), "");
}

TEST(Style, TestsStandBesideTheCode) {
  EXPECT_EQ(to_text(check_tests_beside(repository(), kExcused)), "");
}

TEST(Style, MissingTestIsFound) {
  const std::vector<SourceFile> files = {
      {"a/main.cc", {}},     {"a/one.cc", {}},
      {"a/one_part.cc", {}}, {"a/one_test.cc", {"#include \"a/three.h\""}},
      {"a/three.cc", {}},    {"a/two.cc", {}}};
  EXPECT_EQ(to_text(check_tests_beside(files, {{"a/two.cc", "a reason"}})), "");
  EXPECT_EQ(to_text(check_tests_beside(files, {})),
            "a/two.cc: has no test beside it; write one, or give the reason in the list\n");
  EXPECT_EQ(
      to_text(check_tests_beside(files, {{"a/one.cc", "a reason"}, {"a/two.cc", "a reason"}})),
      "a/one.cc: has a test or is gone; take it off the list of excuses\n");
}

TEST(Style, TopLevelIsTheDesigns) {
  EXPECT_EQ(to_text(check_top_level(top_level_names(kRoot))), "");
}

TEST(Style, StrangerAtTheTopLevelIsFound) {
  EXPECT_EQ(to_text(check_top_level({"CMakeLists.txt", "README.md", "bench", "loaders", "notes.md",
                                     "results", "scenarios", "tools"})),
            "notes.md: does not belong at the top level; move it into a folder\n"
            "LICENSE: is missing at the top level\n");
}

TEST(Style, PathsNamedInTheArchitectureExist) {
  const auto exists = [](const std::string& path) { return std::filesystem::exists(kRoot / path); };
  EXPECT_EQ(findings_in_repository([&exists](const SourceFile& file) {
              return file.path == "bench/ARCHITECTURE.md" ? check_named_paths(file, exists)
                                                          : std::vector<Finding>();
            }),
            "");
}

TEST(Style, PathThatIsGoneIsFound) {
  const auto exists = [](const std::string& path) { return path == "bench/model/"; };
  const SourceFile document =
      make_source_file("x.md", "`bench/model/` and\n`bench/gone.h`, not `a/b` or `SELECT 1`\n");
  EXPECT_EQ(to_text(check_named_paths(document, exists)),
            "x.md:2: bench/gone.h does not exist; correct the path\n");
}

}  // namespace
}  // namespace tare::style
