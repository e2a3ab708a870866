#include "tools/proof/go_benchmarks.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "bench/model/errors.h"
#include "tools/proof/temporary_folder.h"

namespace tare {
namespace {

constexpr const char* kText =
    "toolchain: Base\n"
    "runstamp: 20260102T000000\n"
    "BenchmarkWalk 1 3088962941 build-real-ns/op 10763928000 build-user-ns/op\n"
    "goos: linux\n"
    "BenchmarkWalk/deep-8   \t  120\t   8428.5 ns/op\t  88.63 MB/s\t 16 B/op\n"
    "main.walk(0x1): a line of a program's own\n"
    "BenchmarkWalk/deep-8 130 8430 ns/op\r\n"
    "BenchmarkFlat-8 99 7 ns/op\n"
    "toolchain: Tip\n"
    "PASS\n";

GoRun read(const std::string& text) {
  std::istringstream stream(text);
  return read_go_run(stream, "run");
}

TEST(GoBenchmarks, TimesAreKeptInTheirOrder) {
  const GoRun run = read(kText);
  EXPECT_EQ(run.ns_per_op.size(), 2u);
  EXPECT_EQ(run.ns_per_op.at("BenchmarkWalk/deep-8"), (std::vector<double>{8428.5, 8430}));
  EXPECT_EQ(run.labels.at("toolchain"), "Base");
  EXPECT_EQ(run.skipped, 0);
}

TEST(GoBenchmarks, LinesThatBreakOffAreCountedAndTheFirstIsNamed) {
  for (const char* broken :
       {"BenchmarkA", "BenchmarkA-8 100", "BenchmarkA-8 100 12.5", "BenchmarkA-8 x 12 ns/op",
        "BenchmarkA-8 100 12,5 ns/op", "BenchmarkA-8 100 nan ns/op", "BenchmarkA-8 0 12 ns/op",
        "BenchmarkA-8 100 -1 ns/op", "BenchmarkA-8 100 1e999 ns/op",
        "BenchmarkA-8 100 12 ns/op panic:", "BenchmarkA-8 100 1 ns/op 2 ns/op"}) {
    const GoRun run = read(std::string("PASS\n") + broken + "\n" + broken + "\n");
    EXPECT_EQ(run.skipped, 2) << broken;
    EXPECT_EQ(run.first_skipped, std::string("run:2: ") + broken);
    EXPECT_TRUE(run.ns_per_op.empty()) << broken;
  }
}

TEST(GoBenchmarks, FoldersAreReadByStampAndToolchain) {
  const TemporaryFolder folder;
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(folder.path() / name) << text;
  };
  const std::string line = "BenchmarkA 1 5 ns/op\n";
  write("a", "toolchain: Base\nrunstamp: 3\n" + line);
  write("b", "toolchain: Base\nrunstamp: 1\n" + line);
  write("c", "toolchain: Tip\nrunstamp: 2\n" + line);
  write("licence", "Copyright: somebody\n");
  const std::vector<GoRun> runs = read_go_runs(folder.path());
  ASSERT_EQ(runs.size(), 3u);
  const std::vector<GoRun> base = runs_of(runs, "Base");
  ASSERT_EQ(base.size(), 2u);
  EXPECT_EQ(base[0].file, "b");
  EXPECT_EQ(base[1].file, "a");
  EXPECT_THROW(runs_of(runs, "Tip"), UsageError);
}

TEST(GoBenchmarks, FoldersWithoutResultsAreRefused) {
  const TemporaryFolder folder;
  EXPECT_THROW(read_go_runs(folder.path()), UsageError);
  EXPECT_THROW(read_go_runs(folder.path() / "absent"), UsageError);
}

}  // namespace
}  // namespace tare
