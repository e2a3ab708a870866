#include "tools/compare/index_words.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdlib>

namespace tare {

std::string bytes_words(int64_t bytes) {
  constexpr std::array<const char*, 4> kUnits = {"kB", "MB", "GB", "TB"};
  if (std::llabs(bytes) < 1024) return fmt::format("{} B", bytes);
  double value = double(bytes) / 1024;
  size_t unit = 0;
  while (std::fabs(value) >= 1023.5 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  const double size = std::fabs(value);
  const int decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", value, decimals, kUnits.at(unit));
}

std::string count_words(int64_t count) {
  std::string digits = std::to_string(count);
  const size_t first = count < 0 ? 1 : 0;
  for (size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string counted_words(int64_t count, const std::string& one, const std::string& many) {
  return count_words(count) + " " + (count == 1 ? one : many);
}

std::string table_words(const TableUse& table) {
  return table.schema == "public" ? table.name : table.schema + "." + table.name;
}

std::string key_words(const std::vector<IndexKey>& keys) {
  std::string text;
  for (const IndexKey& key : keys) text += (text.empty() ? "" : ", ") + key.expression;
  return text;
}

std::string cost_words(const WriteCost& cost) {
  const std::string wal =
      fmt::format("{}{} of WAL ({} in all)", cost.wal_bytes >= 0 ? "+" : "",
                  bytes_words(cost.wal_bytes), bytes_words(cost.wal_bytes_with));
  const std::string where = fmt::format("per {} by {}/{}", cost.command, cost.operation, cost.step);
  if (cost.blocks < 0) {
    return fmt::format("{} {}, which finds its rows by it and so reads {} block{} less", wal, where,
                       count_words(-cost.blocks), cost.blocks == -1 ? "" : "s");
  }
  return fmt::format("{} and {:+} block{} {}", wal, cost.blocks, cost.blocks == 1 ? "" : "s",
                     where);
}

}  // namespace tare
