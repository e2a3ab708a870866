// The files of a result folder.
#include "bench/model/result_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "bench/model/counters_file.h"
#include "bench/model/errors.h"
#include "bench/model/problem.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

constexpr uintmax_t kLargestFile = uintmax_t(1) << 30;

[[noreturn]] void cannot_write(const fs::path& file) {
  throw std::runtime_error(fmt::format("{} cannot be written: {}", file.string(),
                                       std::generic_category().message(errno)));
}

}  // namespace

void write_whole_file(const fs::path& file, std::string_view text) {
  errno = 0;
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream.write(text.data(), std::streamsize(text.size()));
  stream.close();
  if (!stream) cannot_write(file);
}

std::string read_whole_file(const fs::path& file) {
  std::error_code error;
  const uintmax_t size = fs::file_size(file, error);
  if (error) throw FileProblems({{file.string(), "", "cannot be read: " + error.message()}});
  if (size > kLargestFile) throw FileProblems({{file.string(), "", "is larger than 1 GiB"}});
  std::string text(size, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(text.data(), std::streamsize(size));
  if (!stream) throw FileProblems({{file.string(), "", "cannot be read whole"}});
  return text;
}

void write_result(const fs::path& folder, const Result& result, const ResultTexts& texts) {
  const std::string result_text = result_to_json(result);  // before anything is on the disk
  const std::string plans_text = plans_to_json(result.plans, result.ran_plans);
  const std::string counters_text = result.counters ? counters_to_json(*result.counters) : "";
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw std::runtime_error(
        fmt::format("folder {} cannot be made: {}", folder.string(), error.message()));
  }
  write_whole_file(folder / "plans.json", plans_text);
  if (!counters_text.empty()) write_whole_file(folder / "counters.json", counters_text);
  write_whole_file(folder / "scenario.json", texts.scenario);
  if (!texts.change.empty()) write_whole_file(folder / "change.json", texts.change);
  if (!texts.latency_log.empty()) write_whole_file(folder / "latency.hlog", texts.latency_log);
  write_whole_file(folder / "result.json", result_text);
}

Result read_result(const fs::path& folder) {
  const fs::path file = folder / "result.json";
  std::error_code error;
  if (!fs::is_regular_file(file, error)) {
    throw UsageError(
        fmt::format("{} is not a result folder: there is no {}", folder.string(), file.string()));
  }
  Result result = result_from_json(read_whole_file(file), file.string());
  const fs::path plans = folder / "plans.json";
  const std::string plans_text = read_whole_file(plans);
  result.plans = plans_from_json(plans_text, plans.string());
  result.ran_plans = ran_plans_from_json(plans_text, plans.string());
  const fs::path counters = folder / "counters.json";
  if (fs::is_regular_file(counters, error)) {
    result.counters = counters_from_json(read_whole_file(counters), counters.string());
  }
  return result;
}

}  // namespace tare
