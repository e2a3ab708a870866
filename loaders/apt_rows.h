// The apt index as rows for COPY: chosen fields of one of its tables.
// Level: loaders. One thread. Borrows the index.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/drivers/postgres_control.h"
#include "loaders/apt_index.h"

namespace tare {

class AptRows {
 public:
  // `table` and `fields` are names of bench/model/apt_index_fields.h; others throw
  // std::invalid_argument.
  AptRows(const AptIndex& index, const std::string& table, const std::vector<std::string>& fields);

  int64_t size() const { return int64_t(size_); }

  // Fills the fields of the next row; false: there are no more.
  bool next(SqlRow& row);

 private:
  using Field = std::optional<std::string>;
  using Getter = void (*)(const AptIndex& index, size_t row, Field& field);

  static Getter getter(const std::string& table, const std::string& field);

  const AptIndex& index_;
  std::vector<Getter> getters_;
  size_t size_ = 0;
  size_t next_ = 0;
};

}  // namespace tare
