#include "tools/proof/temporary_folder.h"

#include <fmt/format.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "bench/model/errors.h"

namespace tare {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "tare-proof-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error(fmt::format("cannot make a folder {}: {}", pattern,
                                         std::generic_category().message(errno)));
  }
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void unpack(const fs::path& archive, const fs::path& folder) {
  std::error_code error;
  if (!fs::is_regular_file(archive, error)) {
    throw UsageError(fmt::format("there is no file {}", archive.string()));
  }
  // Absolute, so that no name is taken for an option or another machine's.
  std::vector<std::string> words = {"tar",
                                    "--extract",
                                    "--no-same-owner",
                                    "--force-local",
                                    "--file=" + fs::absolute(archive).string(),
                                    "--directory=" + fs::absolute(folder).string()};
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  pid_t child = 0;
  if (posix_spawnp(&child, "tar", nullptr, nullptr, pointers.data(), environ) != 0) {
    throw UsageError("the program tar is missing: unpack the archive and name the folder");
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw UsageError(
        fmt::format("tar could not unpack {}: unpack it and name the folder", archive.string()));
  }
}

}  // namespace tare
