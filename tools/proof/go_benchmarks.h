// Text that Go's benchmarks print, one file a run of the whole suite, read from a folder.
// Level: proof. Reads files; no state.
#pragma once

#include <filesystem>
#include <istream>
#include <map>
#include <string>
#include <vector>

namespace tare {

// One file: every benchmark's repeats in their order.
struct GoRun {
  std::string file;
  std::map<std::string, std::string> labels;             // "toolchain" -> "Base"; the first counts
  std::map<std::string, std::vector<double>> ns_per_op;  // by the benchmark's name
  int skipped = 0;            // lines that begin as a benchmark's and are none
  std::string first_skipped;  // "FILE:LINE: the line"
};

// The format: "BenchmarkName-12  1000  123.4 ns/op  56 B/op", after lines of "label: value"
// (golang.org/design/14313-benchmark-format). Of the figures the time is kept. A suite's log holds
// other text as well, so what is no such line is left out; what begins as one and is none (a
// program that died in its middle) is counted.
GoRun read_go_run(std::istream& text, const std::string& file);

// All files below the folder that hold such times, by their stamp ("runstamp:"), then by name.
// Throws UsageError when it is no folder, or no file holds any.
std::vector<GoRun> read_go_runs(const std::filesystem::path& folder);

// Only those of one toolchain ("toolchain: Base"), the oldest first. Throws UsageError when fewer
// than two are left.
std::vector<GoRun> runs_of(const std::vector<GoRun>& runs, const std::string& toolchain);

}  // namespace tare
