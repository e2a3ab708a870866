// The words of an index review: figures with their units, what an index costs a statement.
// Level: compare. Pure functions; safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/model/index_review.h"

namespace tare {

// "152 B", "21.3 kB", "2.25 MB": three significant digits, of 1,024.
std::string bytes_words(int64_t bytes);

// "1,234,567".
std::string count_words(int64_t count);

// "1 scan", "1,234 scans".
std::string counted_words(int64_t count, const std::string& one, const std::string& many);

// "orders"; "sales.orders" outside the schema public.
std::string table_words(const TableUse& table);

// "id, lower(name)".
std::string key_words(const std::vector<IndexKey>& keys);

// "+71 B of WAL (312 B in all) and +3 blocks per INSERT by comment/insert".
std::string cost_words(const WriteCost& cost);

}  // namespace tare
