#include "tools/experiment/event_log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace tare {

std::string utc_now() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

EventLog::EventLog(const std::filesystem::path& file) : file_(file, std::ios::app) {
  if (!file_) throw std::runtime_error(fmt::format("cannot write {}", file.string()));
}

void EventLog::add(std::string_view event,
                   const std::vector<std::pair<std::string, std::string>>& fields) {
  nlohmann::ordered_json line = {{"time", utc_now()}, {"event", event}};
  for (const auto& [name, value] : fields) line[name] = value;
  const std::lock_guard lock(mutex_);
  file_ << line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << std::endl;
}

}  // namespace tare
