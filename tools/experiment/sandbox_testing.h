// What the tests of the sandbox share: a temporary folder of their own, and the two questions.
// Level: experiment (tests only). One thread.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include "tools/experiment/sandbox.h"

namespace tare {

// TMPDIR points at an empty folder during the test, so that what is left can be seen.
class SandboxTest : public testing::Test {
 protected:
  SandboxTest() {
    const char* old = std::getenv("TMPDIR");
    old_ = old != nullptr ? old : "";
    std::string name = "/tmp/tare-test-XXXXXX";
    folder_ = mkdtemp(name.data());
    chmod(folder_.c_str(), 0755);
    setenv("TMPDIR", folder_.c_str(), 1);
  }
  ~SandboxTest() override {
    if (old_.empty()) {
      unsetenv("TMPDIR");
    } else {
      setenv("TMPDIR", old_.c_str(), 1);
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  const std::filesystem::path& folder() const { return folder_; }
  bool nothing_is_left() const { return std::filesystem::is_empty(folder_); }

 private:
  std::filesystem::path folder_;
  std::string old_;
};

// A zombie counts as dead: nobody but its parent can do more.
inline bool is_alive(pid_t pid) {
  std::error_code error;
  return !std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", error).empty();
}

// Until it is so, at most 20 s.
inline bool comes_true(const std::function<bool()>& condition) {
  for (int turn = 0; turn < 2000; ++turn) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return condition();
}

// The first value of the answer, or "error: ...".
std::string ask_postgres(const PostgresEndpoint& endpoint, const std::string& sql);

enum class RedisWay { socket, port };

// The answer as text, or "error: ...".
std::string ask_redis(const RedisEndpoint& endpoint, const char* command,
                      RedisWay way = RedisWay::socket);

// The message of what `call` throws, which must be an Error.
template <typename Error>
std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "another error: " << error.what();
    return "";
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace tare
