// What a long piece of work says while it runs. Level: experiment. Values; the receiver is called
// from the working thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace tare {

struct StageProgress {
  std::string stage;
  std::optional<std::chrono::nanoseconds> remaining;  // of the whole command
  std::optional<double> rate_per_s;
  std::optional<int64_t> p99_ns;
  std::string detail;
};

using ProgressReceiver = std::function<void(const StageProgress&)>;

}  // namespace tare
