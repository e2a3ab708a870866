// log.jsonl: what was done, one JSON object a line, in the order it was done.
// Level: experiment. Any thread. Owns its file.
#pragma once

#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tare {

// Now, as ISO 8601 in UTC: "2026-01-31T12:00:00Z".
std::string utc_now();

class EventLog {
 public:
  // Appends to `file`. Throws std::runtime_error when it cannot be written.
  explicit EventLog(const std::filesystem::path& file);

  // From any thread. {"time": ..., "event": ..., further fields}; at the disk before this returns.
  void add(std::string_view event,
           const std::vector<std::pair<std::string, std::string>>& fields = {});

 private:
  std::mutex mutex_;
  std::ofstream file_;
};

}  // namespace tare
