#include "tools/experiment/sandbox_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "bench/model/errors.h"
#include "tools/experiment/sandbox_files.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

constexpr int kAttempts = 20;

fs::path holder_file(const fs::path& folder) {
  return folder / "holder.pid";
}

std::string why() {
  return std::strerror(errno);
}

// Nobody removed it between opening and locking.
bool still_there(const fs::path& path, int descriptor) {
  struct stat named {
  }, opened{};
  return lstat(path.c_str(), &named) == 0 && fstat(descriptor, &opened) == 0 &&
         named.st_ino == opened.st_ino && named.st_dev == opened.st_dev;
}

// Nothing in it but what a start that was killed at once may have left.
bool is_as_good_as_empty(const fs::path& path) {
  for (const auto& entry : fs::directory_iterator(path)) {
    const std::string name = entry.path().filename().string();
    if (name != "holder.pid" && name != "holder.pid.new" && name != "sandbox.json.new") {
      return false;
    }
  }
  return true;
}

FolderBefore look_before(const fs::path& path, int descriptor, FolderOrigin origin) {
  struct stat found {};
  fstat(descriptor, &found);
  if (origin != FolderOrigin::made) {
    origin = is_as_good_as_empty(path) ? FolderOrigin::found_empty : FolderOrigin::found_filled;
  }
  return {origin, found.st_mode & 07777u, found.st_uid, found.st_gid};
}

bool is_known(const std::string& name) {
  static constexpr std::array kNames = {"postgres",        "postgres.conf",   "postgres.log",
                                        "postgres.pgpass", "postgres.pwfile", "redis",
                                        "redis.conf",      "redis.log",       "redis.password",
                                        "redis.sock",      "holder.pid",      "sandbox.json"};
  const std::string plain = name.ends_with(".new") ? name.substr(0, name.size() - 4) : name;
  return plain.starts_with(".s.PGSQL.") ||
         std::find(kNames.begin(), kNames.end(), plain) != kNames.end();
}

}  // namespace

fs::path temporary_parent() {
  const char* wanted = std::getenv("TMPDIR");
  std::error_code error;
  fs::path parent = fs::canonical(wanted != nullptr && *wanted != '\0' ? wanted : "/tmp", error);
  if (error || !fs::is_directory(parent)) {
    throw UsageError(fmt::format("the temporary folder {} is not there; set TMPDIR to one that is",
                                 wanted != nullptr ? wanted : "/tmp"));
  }
  return parent;
}

fs::path session_mark(const fs::path& folder) {
  return folder / "tare.session";
}

SandboxFolder::SandboxFolder(SandboxFolder&& other) noexcept {
  *this = std::move(other);
}

SandboxFolder& SandboxFolder::operator=(SandboxFolder&& other) noexcept {
  if (this == &other) return *this;
  unlock();
  path_ = std::move(other.path_);
  before_ = other.before_;
  descriptor_ = std::exchange(other.descriptor_, -1);
  return *this;
}

SandboxFolder::~SandboxFolder() {
  unlock();
}

void SandboxFolder::unlock() {
  if (descriptor_ >= 0) close(std::exchange(descriptor_, -1));
}

// An empty descriptor: it is gone or another has it; errno says which (ENOENT, EWOULDBLOCK).
SandboxFolder SandboxFolder::lock(const fs::path& path) {
  SandboxFolder folder;
  folder.path_ = path;
  const int opened = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (opened < 0) return folder;
  const bool locked = flock(opened, LOCK_EX | LOCK_NB) == 0;
  if (!locked || !still_there(path, opened)) {
    const int error = locked ? ENOENT : errno;
    close(opened);
    errno = error;
    return folder;
  }
  folder.descriptor_ = opened;
  return folder;
}

SandboxFolder SandboxFolder::make_temporary(const ServerUser& user) {
  const fs::path parent = temporary_parent();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::string name = (parent / "tare-sandbox-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw ServerError(fmt::format("cannot make a folder in {}: {}; set TMPDIR to another",
                                    parent.string(), why()));
    }
    // Between these two lines another tare may take the empty folder for a dead one's: try again.
    SandboxFolder folder = lock(name);
    if (folder.descriptor_ < 0) continue;
    write_private_file(session_mark(folder.path_), "", user);
    folder.claim(user);
    return folder;
  }
  throw ServerError(
      fmt::format("cannot lock a folder in {}: {}; set TMPDIR to a folder on a local "
                  "disk",
                  parent.string(), why()));
}

SandboxFolder SandboxFolder::open_or_make(const fs::path& path) {
  if (mkdir(path.c_str(), 0700) == 0) {
    SandboxFolder folder = open(path);
    folder.before_.origin = FolderOrigin::made;
    return folder;
  }
  if (errno != EEXIST) {
    throw UsageError(fmt::format("cannot make the folder {}: {}", path.string(), why()));
  }
  return open(path);
}

SandboxFolder SandboxFolder::open(const fs::path& path) {
  SandboxFolder folder = lock(path);
  if (folder.descriptor_ < 0) {
    if (errno == EWOULDBLOCK) {
      const int holder = recorded_holder(path);
      throw UsageError(fmt::format(
          "another tare ({}) is using the sandbox {}; wait for it, or use another sandbox",
          holder > 0 ? fmt::format("pid {}", holder) : "still starting", path.string()));
    }
    throw UsageError(fmt::format("cannot use the folder {}: {}", path.string(), why()));
  }
  folder.before_ = look_before(path, folder.descriptor_, FolderOrigin::found_empty);
  return folder;
}

void SandboxFolder::claim(const ServerUser& user) const {
  // The owner first: from here on nothing but root and that user gets in.
  if (user.drop && fchown(descriptor_, user.drop->user, user.drop->group) != 0) {
    throw UsageError(
        fmt::format("cannot give {} to user {}: {}", path_.string(), user.name, why()));
  }
  if (fchmod(descriptor_, 0700) != 0) {
    throw UsageError(fmt::format("cannot make {} private: {}", path_.string(), why()));
  }
  write_private_file(holder_file(path_), fmt::format("{}\n", getpid()), user);
}

int recorded_holder(const fs::path& folder) {
  const std::string text = read_small_file(holder_file(folder));
  int pid = 0;
  std::from_chars(text.data(), text.data() + text.size(), pid);
  return pid;
}

std::vector<fs::path> remove_known_files(const fs::path& folder, const FolderBefore& before) {
  std::vector<fs::path> known, left;
  for (const auto& entry : fs::directory_iterator(folder)) {
    (is_known(entry.path().filename().string()) ? known : left).push_back(entry.path());
  }
  // The state file last, so that a removal cut short can be repeated.
  std::stable_partition(known.begin(), known.end(),
                        [](const fs::path& path) { return path.filename() != "sandbox.json"; });
  std::error_code error;
  for (const fs::path& path : known) {
    fs::remove_all(path, error);
    if (error) {
      throw ServerError(fmt::format("cannot remove {}: {}", path.string(), error.message()));
    }
  }
  if (before.origin == FolderOrigin::made && left.empty()) {
    fs::remove(folder, error);
  } else if (before.origin != FolderOrigin::made) {
    chmod(folder.c_str(), before.mode);
    if (geteuid() == 0) lchown(folder.c_str(), before.user, before.group);
  }
  return left;
}

void remove_session_folder(const fs::path& folder) {
  std::error_code error;
  // More than once: a helper of a killed server may finish a file while we remove.
  for (int attempt = 0; attempt < 3; ++attempt) {
    error.clear();
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;) {
      const fs::path path = entry->path();
      entry.increment(error);
      // The mark last: a removal cut short is then still known as a dead session's.
      if (!error && path != session_mark(folder)) fs::remove_all(path, error);
    }
    if (!error) fs::remove(session_mark(folder), error);
    if (!error) fs::remove(folder, error);
    if (!error) return;
  }
  throw ServerError(fmt::format("cannot remove {}: {}", folder.string(), error.message()));
}

}  // namespace tare
