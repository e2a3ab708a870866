// For tests only: the PostgreSQL versions that this machine has for them, Debian's and those that
// `tools/dev test` fetches from npm.
// Level: drivers. Pure look at the file system; for test programs alone (TARE_SOURCE_DIR).
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

namespace tare {

struct TestVersion {
  int major = 0;              // 15
  std::filesystem::path bin;  // the folder with initdb and postgres

  friend std::ostream& operator<<(std::ostream& out, const TestVersion& version) {
    return out << "PostgreSQL" << version.major;
  }
};

// Root's servers run as another user, who must get to the program.
inline bool others_may_run(const std::filesystem::path& program) {
  namespace fs = std::filesystem;
  if (!fs::exists(program)) return false;
  if (getuid() != 0) return true;
  for (fs::path path = program; path.has_relative_path(); path = path.parent_path()) {
    if ((fs::status(path).permissions() & fs::perms::others_exec) == fs::perms::none) return false;
  }
  return true;
}

// Ascending. Debian's are always there; without npm, or in a folder that the servers' user may not
// enter, they are all there is, and tests of several versions cover those alone.
inline std::vector<TestVersion> test_versions() {
  namespace fs = std::filesystem;
  std::vector<TestVersion> versions;
  const auto add = [&](int major, const fs::path& bin) {
    const bool known = std::any_of(versions.begin(), versions.end(),
                                   [&](const TestVersion& each) { return each.major == major; });
    if (!known && major >= 13 && others_may_run(bin / "postgres")) versions.push_back({major, bin});
  };
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    add(std::atoi(entry.path().filename().c_str()), entry.path() / "bin");
  }
  const fs::path packages = fs::path(TARE_SOURCE_DIR) / "build/packages/npm/node_modules";
  const std::string prefix = "postgres-";
  for (const auto& entry : fs::directory_iterator(packages, ignored)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(prefix)) continue;
    add(std::atoi(name.c_str() + prefix.size()), entry.path() / "native/bin");
  }
  std::sort(versions.begin(), versions.end(),
            [](const TestVersion& a, const TestVersion& b) { return a.major < b.major; });
  return versions;
}

// The oldest, Debian's newest and the newest of them, for tests that take long.
inline std::vector<TestVersion> few_test_versions() {
  const std::vector<TestVersion> all = test_versions();
  std::vector<TestVersion> few;
  for (const TestVersion& each : all) {
    const bool debian = each.bin.string().starts_with("/usr/lib/postgresql");
    if (&each == &all.front() || &each == &all.back() || debian) few.push_back(each);
  }
  return few;
}

// The name of a test that is run for each: "PostgreSQL15".
inline std::string version_name(const TestVersion& version) {
  return "PostgreSQL" + std::to_string(version.major);
}

}  // namespace tare
