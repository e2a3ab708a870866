// A folder that is gone with its owner.
// Level: proof. Makes and removes a folder; owned by one place, not copyable.
#pragma once

#include <filesystem>

namespace tare {

class TemporaryFolder {
 public:
  TemporaryFolder();   // below TMPDIR or /tmp; throws std::runtime_error when that is impossible
  ~TemporaryFolder();  // with all that is in it
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Unpacks an archive (.tar, .tar.xz, .tar.gz) into the folder with the machine's own `tar`. Throws
// UsageError when there is no such file, or tar is missing or refuses it.
void unpack(const std::filesystem::path& archive, const std::filesystem::path& folder);

}  // namespace tare
