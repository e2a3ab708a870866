// Folders that appear whole or not at all.
//
// Whoever holds the lock of the results folder (flock on the folder itself) may make, remove and
// rename the hidden folders in it. A hidden folder is alive while its file `.owner` is locked; the
// kernel lets go of that lock when the process dies, however it dies.
#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include "bench/model/errors.h"
#include "bench/model/result_file.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

constexpr char kOwnerFile[] = ".owner";
constexpr char kHiddenStart[] = ".partial-";
constexpr int kMostNames = 10'000;  // NAME-2 ... NAME-10000
constexpr auto kLockPatience = std::chrono::seconds(30);

std::string last_error() {
  return std::generic_category().message(errno);
}

class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags) : value_(::open(path.c_str(), flags, 0644)) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

// Held until the descriptor closes. A file system without locks gives none and costs only the
// tidying: see locked().
class RootLock {
 public:
  explicit RootLock(const fs::path& root) : folder_(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC) {
    const auto give_up = std::chrono::steady_clock::now() + kLockPatience;
    while (::flock(folder_.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return;
      if (std::chrono::steady_clock::now() > give_up) {
        throw std::runtime_error(fmt::format(
            "{} has been locked by another tare for 30 s: wait for it, or name another folder "
            "with --results",
            root.string()));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    locked_ = true;
  }

  bool locked() const { return locked_; }

 private:
  Descriptor folder_;
  bool locked_ = false;
};

// Only a folder whose owner file is missing or can be locked by us has lost its owner. Anything
// that cannot be looked at (another user's) is left alone.
bool owner_is_dead(const fs::path& hidden) {
  const Descriptor owner(hidden / kOwnerFile, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (owner.get() < 0) return errno == ENOENT;
  return ::flock(owner.get(), LOCK_EX | LOCK_NB) == 0;
}

void remove_abandoned(const fs::path& root) {
  std::error_code ignored;
  std::vector<fs::path> abandoned;
  for (fs::directory_iterator entry(root, ignored), end; entry != end; entry.increment(ignored)) {
    if (!entry->path().filename().string().starts_with(kHiddenStart)) continue;
    if (!fs::is_directory(entry->symlink_status(ignored))) continue;
    if (owner_is_dead(entry->path())) abandoned.push_back(entry->path());
    if (ignored) break;
  }
  for (const fs::path& folder : abandoned) fs::remove_all(folder, ignored);
}

void sync(const fs::path& path, int flags) {
  const Descriptor file(path, flags | O_CLOEXEC);
  if (file.get() < 0 || (::fsync(file.get()) != 0 && errno != EINVAL)) {
    throw std::runtime_error(
        fmt::format("{} cannot be written to disk: {}", path.string(), last_error()));
  }
}

void sync_all(const fs::path& folder) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_symlink()) continue;
    if (entry.is_directory()) {
      sync(entry.path(), O_RDONLY | O_DIRECTORY);
    } else if (entry.is_regular_file()) {
      sync(entry.path(), O_RDONLY);
    }
  }
  sync(folder, O_RDONLY | O_DIRECTORY);
}

// Renames unless `to` exists; false when it does.
bool rename_to_new(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno == EEXIST || errno == ENOTEMPTY) return false;
  if (errno == EINVAL || errno == ENOSYS) {  // a file system without the flag
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(to, ignored))) return false;
    if (::rename(from.c_str(), to.c_str()) == 0) return true;
  }
  throw std::runtime_error(
      fmt::format("{} cannot be renamed to {}: {}", from.string(), to.string(), last_error()));
}

std::string numbered(const std::string& name, int number) {
  return number == 1 ? name : fmt::format("{}-{}", name, number);
}

}  // namespace

PendingFolder::PendingFolder(const fs::path& results_root, const std::string& name)
    : root_(results_root), name_(name) {
  if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos) {
    throw UsageError(fmt::format(
        "\"{}\" cannot name a result folder: it must not be empty, start with a dot or hold a "
        "slash",
        name));
  }
  std::error_code error;
  fs::create_directories(root_, error);
  if (error || ::access(root_.c_str(), W_OK | X_OK) != 0) {
    throw UsageError(
        fmt::format("results cannot be written to {}: {}; name another folder with "
                    "--results",
                    root_.string(), error ? error.message() : last_error()));
  }
  const RootLock lock(root_);
  if (lock.locked()) remove_abandoned(root_);
  const std::string hidden = fmt::format("{}{}-{}", kHiddenStart, name, ::getpid());
  for (int number = 1; path_.empty() && number <= kMostNames; ++number) {
    const fs::path candidate = root_ / numbered(hidden, number);
    if (fs::create_directory(candidate, error)) path_ = candidate;
    if (error) break;
  }
  Descriptor owner(path_.empty() ? root_ : path_ / kOwnerFile,
                   O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW);
  if (path_.empty() || owner.get() < 0) {
    const std::string reason = error ? error.message() : last_error();
    if (!path_.empty()) fs::remove_all(path_, error);
    throw UsageError(fmt::format("results cannot be written to {}: {}", root_.string(), reason));
  }
  ::flock(owner.get(), LOCK_EX | LOCK_NB);  // refused: nobody else can lock it either
  lock_ = owner.release();
}

PendingFolder::~PendingFolder() {
  if (!published_) {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  if (lock_ >= 0) ::close(lock_);
}

fs::path PendingFolder::publish() {
  if (published_) throw std::logic_error("a result folder is published once");
  sync_all(path_);
  const RootLock lock(root_);
  // From here to the rename a crash leaves a hidden folder without an owner: the next start removes
  // it, which is right, and nobody else can look while we hold the root.
  fs::remove(path_ / kOwnerFile);
  for (int number = 1; number <= kMostNames; ++number) {
    fs::path target = root_ / numbered(name_, number);
    if (!rename_to_new(path_, target)) continue;
    published_ = true;
    sync(root_, O_RDONLY | O_DIRECTORY);
    path_ = target;
    return target;
  }
  throw std::runtime_error(fmt::format("{} has 10,000 results named {}", root_.string(), name_));
}

}  // namespace tare
