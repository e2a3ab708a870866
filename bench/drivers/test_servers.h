// For tests only: a throwaway PostgreSQL and Redis on Unix sockets in a temporary folder.
// Level: drivers. One thread per object. Each object owns its server and folder: the destructor
// stops the server by its pid and removes the folder; the kernel stops it if the test is killed.
// Started as root, PostgreSQL runs as the user postgres. Errors: std::runtime_error.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "bench/model/endpoint.h"

namespace tare {

class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Where a server listens: on a Unix socket, or on a free port of 127.0.0.1 as well; the endpoint is
// then that port.
enum class TestReach { socket, loopback };

// A port of 127.0.0.1 that nobody listens on now.
int free_test_port();

class TestPostgres {
 public:
  // With a password everybody needs it (scram-sha-256); without, nobody does.
  explicit TestPostgres(const std::string& password = "", TestReach reach = TestReach::socket);
  // Of the programs in that folder (test_versions.h), with these settings beside its defaults.
  struct Setup {
    std::filesystem::path bin;          // empty: Debian's newest
    std::vector<std::string> settings;  // "shared_preload_libraries=pg_stat_statements"
  };
  explicit TestPostgres(const Setup& setup);
  ~TestPostgres();

  const PostgresEndpoint& endpoint() const { return endpoint_; }
  pid_t pid() const { return pid_; }
  void kill_now();  // as a crash would end it

 private:
  void begin(const Setup& setup, const std::string& password, TestReach reach);

  TestFolder folder_;
  PostgresEndpoint endpoint_;
  pid_t pid_ = -1;
};

class TestRedis {
 public:
  explicit TestRedis(const std::string& password = "", TestReach reach = TestReach::socket);
  ~TestRedis();

  const RedisEndpoint& endpoint() const { return endpoint_; }
  pid_t pid() const { return pid_; }
  void kill_now();

 private:
  TestFolder folder_;
  RedisEndpoint endpoint_;
  pid_t pid_ = -1;
};

}  // namespace tare
