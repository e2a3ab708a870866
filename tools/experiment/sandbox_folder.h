// The folder of a sandbox: made, locked while a tare uses it, removed. And what dead ones left.
// Level: experiment. One thread per object. The object holds the lock and lets it go at its end; it
// removes nothing by itself.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/experiment/sandbox_setup.h"

namespace tare {

enum class FolderOrigin { made, found_empty, found_filled };

// What the folder was before tare, to give it back like that.
struct FolderBefore {
  FolderOrigin origin = FolderOrigin::made;
  unsigned mode = 0700;
  unsigned user = 0;
  unsigned group = 0;
};

// The lock is flock on the folder itself: it exists from the first moment, ends with its holder
// however that dies, and says nothing about age.
class SandboxFolder {
 public:
  // tare-sandbox-XXXXXX in $TMPDIR or /tmp, private to the servers' user. Throws ServerError.
  static SandboxFolder make_temporary(const ServerUser& user);

  // Makes the folder if it is missing (not its parents), and locks it. Throws UsageError: another
  // tare uses it (names its pid), it is not ours, its parent is missing.
  static SandboxFolder open_or_make(const std::filesystem::path& path);

  // As above, but the folder must be there.
  static SandboxFolder open(const std::filesystem::path& path);

  SandboxFolder(SandboxFolder&& other) noexcept;
  SandboxFolder& operator=(SandboxFolder&& other) noexcept;
  ~SandboxFolder();

  const std::filesystem::path& path() const { return path_; }
  const FolderBefore& before() const { return before_; }

  // Mode 0700, owned by the servers' user, with our pid for whoever finds the lock taken.
  void claim(const ServerUser& user) const;

  void unlock();

 private:
  SandboxFolder() = default;
  static SandboxFolder lock(const std::filesystem::path& path);

  std::filesystem::path path_;
  FolderBefore before_;
  int descriptor_ = -1;
};

// The folder for temporary sandboxes: $TMPDIR, or /tmp.
std::filesystem::path temporary_parent();

// The mark of a sandbox that lives no longer than its tare.
std::filesystem::path session_mark(const std::filesystem::path& folder);

// The pid of the tare that uses the folder, as it left it; 0: unknown.
int recorded_holder(const std::filesystem::path& folder);

// Removes what servers and tare made in a kept sandbox, and the folder if tare made it; gives back
// what it does not know and left.
std::vector<std::filesystem::path> remove_known_files(const std::filesystem::path& folder,
                                                      const FolderBefore& before);

// Removes a session's folder with everything in it. Throws ServerError when something stays.
void remove_session_folder(const std::filesystem::path& folder);

}  // namespace tare
