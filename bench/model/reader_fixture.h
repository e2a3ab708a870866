// Small files for the tests of the readers.
// Level: model, tests only. Each file lives in a temporary folder of its own, removed at the end.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "bench/model/problem.h"

namespace tare {

// A file with the given text; removed with its folder.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    std::string name = (std::filesystem::temp_directory_path() / "tare-reader-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    write(text);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove_all(folder_); }

  // A new file each time: some file systems flush one that is cut and written again.
  void write(const std::string& text) const {
    std::filesystem::remove(path());
    std::ofstream(path()) << text;
  }
  std::filesystem::path path() const { return folder_ / "file.json"; }

 private:
  std::filesystem::path folder_;
};

// What the reader says: "POINTER: message" or "message" by line, without the file's name.
inline std::vector<std::string> problems_of(const std::function<void()>& read) {
  std::vector<std::string> lines;
  try {
    read();
  } catch (const FileProblems& error) {
    for (const Problem& problem : error.problems()) {
      lines.push_back(problem.pointer.empty() ? problem.message
                                              : problem.pointer + ": " + problem.message);
    }
  }
  return lines;
}

// `text` with the first `from` replaced; fails the test when it is not there.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
  const size_t position = text.find(from);
  EXPECT_NE(position, std::string::npos) << from;
  if (position == std::string::npos) return text;
  return text.replace(position, from.size(), to);
}

inline const std::string kGoodScenario = R"~({
  // Comments of both kinds stand anywhere.
  "$schema": "../scenario.schema.json",
  "schema_version": 1,
  "name": "small-archive",
  "description": "A page behind a cache /* not a comment */",
  "seed": 7,
  "parameters": {"rate_per_s": 400, "prefix": "archive", "share": 0.02},
  "dataset": {
    "tables": {
      "package": {
        "rows_from": {"apt_index": "packages"},
        "rows": 1000,
        "columns": {
          "id": {"type": "integer", "field": "id"},
          "name": {"type": "text NOT NULL", "field": "name"},
          "popularity": {"type": "bigint", "field": "popularity"}
        },
        "primary_key": ["id"]
      },
      "day": {
        "rows_from": {"query": "SELECT n FROM generate_series(1, 365) AS n"},
        "columns": {"number": {"type": "integer"}}
      }
    },
    "after_load": ["CREATE INDEX package_name ON package (name)"]
  },
  "cache_rules": [
    {
      "name": "package page",
      "key": "${prefix}:package:{package_id}",
      "ttl_s": 300,
      "bypass": {"when": "maintainer", "why": "maintainers see fresh data"},
      "cached": ["archive:package:1"],
      "not_cached": ["archive:draft:1", "archive:package:1:draft"]
    }
  ],
  "operations": {
    "package_page": {
      "draw": {
        "package_id": {"from": "package.id", "skew": {"weight": "popularity"}},
        "maintainer": {"share": "${share}"}
      },
      "steps": [
        {
          "name": "page",
          "cached": "package page",
          "on_miss": {
            "sql": "SELECT name FROM package WHERE id = $1",
            "params": ["package_id"],
            "expect": {"rows": 1}
          }
        },
        {"redis": ["ZINCRBY", "archive:popular", "1", "{{{package_id}}}"],
         "expect": {"type": "string"}}
      ]
    },
    "browse": {
      "draw": {
        "name": {"from": "package.name", "skew": {"zipf": 1.1}},
        "day": {"from": "day.number", "skew": "frequency"},
        "page": {"integer": {"min": 1, "max": 100}, "skew": {"zipf": 1}}
      },
      "steps": [
        {"sql": "SELECT 1 FROM package WHERE name > $1 LIMIT $2", "params": ["name", "page"],
         "expect": {"rows": {"min": 0, "max": 50}}},
        {"sql": "UPDATE package SET popularity = popularity + 1 WHERE id = 1"},
        {"redis": ["GET", "archive:day:{day}"]}
      ]
    }
  },
  "load": {
    "arrivals": {"poisson": {"rate_per_s": "${rate_per_s}"}},
    "mix": {"browse": 20, "package_page": 80},
    "cache_start": "cold",
    "warmup_s": 0.5, /* and here */
    "measure_s": 6,
    "timeout_ms": 2000,
    "max_queued": 1000,
    "workers": 2, "protocol": "simple", "auto_explain": false,
    "sample_waits": false,
    "connections": {"postgres": 6, "redis": 3}
  },
  "margins": {"response_time_tm95": 0.1},
  "limits": {"package_page": {"response_time_p99_ms": 20, "error_rate": 0.001}}
})~";

inline const std::string kGoodChange = R"~({
  "$schema": "../change.schema.json",
  "schema_version": 1,
  "name": "index-name",
  "owner": "archive team",
  "reason": "browsing scans every package",
  "expect": [{"operation": "browse", "metric": "response_time_tm95", "at_most": -0.5}],
  "variable": "schema.index",
  "apply": [{"sql": "CREATE INDEX CONCURRENTLY by_name ON package (name)"},
            {"redis": ["DEL", "archive:popular"]}],
  "clear_cache": ["archive:package:*"],
  "rollback": [{"sql": "DROP INDEX CONCURRENTLY IF EXISTS by_name"}],
  "rollback_note": "Safe at any time.",
  "assumptions": ["PostgreSQL 15"]
})~";

}  // namespace tare
