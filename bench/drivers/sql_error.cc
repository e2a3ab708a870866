#include <fmt/format.h>

#include <sstream>
#include <string>

#include "bench/drivers/postgres_control.h"

namespace tare {

namespace {

constexpr size_t kStatementInMessage = 200;  // bytes; the rest is in statement()

std::string shortened(const std::string& statement) {
  if (statement.size() <= kStatementInMessage) return statement;
  return statement.substr(0, kStatementInMessage) + " ...";
}

std::string described(const std::string& message, const std::string& state) {
  return state.empty() ? message : fmt::format("{} (SQLSTATE {})", message, state);
}

// libpq's message has several lines: severity and message, the place in the statement with a caret
// under it, detail, hint. The place is left out, because the statement is shown by itself.
std::string on_one_line(const std::string& text) {
  std::istringstream lines(text);
  std::string line, result;
  while (std::getline(lines, line)) {
    const size_t start = line.find_first_not_of(" \t");
    if (start == std::string::npos) continue;
    if (line.starts_with("LINE ")) {
      std::getline(lines, line);  // the caret
      continue;
    }
    if (result.empty() && line.starts_with("ERROR:")) line.erase(0, 6);
    const size_t first = line.find_first_not_of(" \t");
    if (first == std::string::npos) continue;
    if (!result.empty()) result += "; ";
    result += line.substr(first);
  }
  for (size_t at; (at = result.find(":  ")) != std::string::npos;) result.erase(at + 1, 1);
  return result;
}

}  // namespace

SqlError::SqlError(const std::string& message, const std::string& state,
                   const std::string& statement)
    : std::runtime_error(described(on_one_line(message), state) + " in: " + shortened(statement)),
      message_(on_one_line(message)),
      state_(state),
      statement_(statement) {}

std::string to_text(const SqlError& error) {
  return described(error.message(), error.state());
}

}  // namespace tare
