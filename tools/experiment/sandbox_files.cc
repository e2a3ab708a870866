#include "tools/experiment/sandbox_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/magic.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <fstream>
#include <sstream>

#include "bench/model/errors.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSocketPathBytes = 107;  // sun_path without its closing zero
constexpr std::streamoff kTailBytes = 4096;
constexpr std::streamoff kSearchedBytes = 256 * 1024;  // of a log, for its last lines
constexpr std::streamsize kSmallFileBytes = 65536;

[[noreturn]] void fail(const char* what, const fs::path& path) {
  throw ServerError(fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(errno)));
}

void write_all(int file, std::string_view text, const fs::path& path) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("write", path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// mountinfo writes a space as \040.
std::string without_escapes(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 3 < text.size()) {
      result += static_cast<char>(std::stoi(text.substr(at + 1, 3), nullptr, 8));
      at += 3;
    } else {
      result += text[at];
    }
  }
  return result;
}

bool is_within(const std::string& path, const std::string& mount) {
  return mount == "/" || path == mount || path.starts_with(mount + "/");
}

// Below chroot no mount point has a path that is ours.
std::string type_by_magic(const fs::path& path) {
  struct statfs found {};
  if (::statfs(path.c_str(), &found) != 0) return "unknown";
  struct Known {
    long magic;
    const char* name;
  };
  constexpr Known kKnown[] = {{EXT4_SUPER_MAGIC, "ext4"},         {TMPFS_MAGIC, "tmpfs"},
                              {OVERLAYFS_SUPER_MAGIC, "overlay"}, {XFS_SUPER_MAGIC, "xfs"},
                              {BTRFS_SUPER_MAGIC, "btrfs"},       {NFS_SUPER_MAGIC, "nfs"}};
  for (const auto& [magic, name] : kKnown) {
    if (found.f_type == magic) return name;
  }
  return fmt::format("type {:#x}", found.f_type);
}

}  // namespace

void write_private_file(const fs::path& path, std::string_view text, const ServerUser& user) {
  const fs::path fresh = path.string() + ".new";
  unlink(fresh.c_str());
  const int file = open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) fail("write", fresh);
  try {
    write_all(file, text, fresh);
    if (user.drop && fchown(file, user.drop->user, user.drop->group) != 0) fail("give away", fresh);
    if (rename(fresh.c_str(), path.c_str()) != 0) fail("write", path);
  } catch (...) {
    close(file);
    unlink(fresh.c_str());
    throw;
  }
  close(file);
}

void make_private_folder(const fs::path& path, const ServerUser& user) {
  if (mkdir(path.c_str(), 0700) != 0) fail("make the folder", path);
  if (user.drop && lchown(path.c_str(), user.drop->user, user.drop->group) != 0) {
    fail("give away", path);
  }
}

std::string read_small_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(kSmallFileBytes), '\0');
  file.read(text.data(), kSmallFileBytes);
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

namespace {

// What connections leave that come while PostgreSQL recovers or ends: many, and never the reason.
bool turned_away(const std::string& line) {
  if (line.find("FATAL:  the database system is ") != std::string::npos) return true;
  return line.find("DETAIL:  Consistent recovery state has not been yet reached") !=
         std::string::npos;
}

}  // namespace

std::string log_tail(const fs::path& path, int lines) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return "";
  const std::streamoff size = file.tellg();
  file.seekg(std::max<std::streamoff>(0, size - kSearchedBytes));
  std::deque<std::string> last;
  for (std::string line; std::getline(file, line);) {
    if (turned_away(line)) continue;
    last.push_back(line);
    if (last.size() > size_t(lines)) last.pop_front();
  }
  std::string text = fmt::format("{}", fmt::join(last, "\n"));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  if (text.size() > size_t(kTailBytes)) text.erase(0, text.size() - size_t(kTailBytes));
  return text;
}

std::string random_password() {
  std::array<unsigned char, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw ServerError("the kernel gives no random numbers for a password");
  }
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

void check_sandbox_path(const fs::path& folder, int postgres_port) {
  const std::string text = folder.string();
  const bool odd = std::any_of(text.begin(), text.end(), [](char letter) {
    return static_cast<unsigned char>(letter) < 32 || std::strchr("'\"\\,`", letter) != nullptr;
  });
  if (odd) {
    throw UsageError(fmt::format(
        "the folder {} cannot hold a sandbox: its path has a quote, a comma, a backslash or a "
        "control character; choose another with --dir or TMPDIR",
        text));
  }
  const std::string socket = fmt::format("{}/.s.PGSQL.{}", text, postgres_port);
  if (socket.size() > kSocketPathBytes) {
    throw UsageError(fmt::format(
        "the folder {} cannot hold a sandbox: the path of a Unix socket in it would have {} bytes "
        "and {} is the most the system takes; choose a shorter one with --dir, or set TMPDIR to a "
        "short path such as /tmp",
        text, socket.size(), kSocketPathBytes));
  }
}

std::string file_system_of(const fs::path& path) {
  std::error_code ignored;
  const std::string wanted = fs::weakly_canonical(path, ignored).string();
  std::ifstream mounts("/proc/self/mountinfo");
  std::string best_mount, best_type = "unknown";
  for (std::string line; std::getline(mounts, line);) {
    // ID parent major:minor root MOUNT options [optional...] - TYPE source options
    std::istringstream fields(line);
    std::string skipped, mount, type;
    fields >> skipped >> skipped >> skipped >> skipped >> mount;
    const std::size_t separator = line.find(" - ");
    if (separator == std::string::npos) continue;
    std::istringstream(line.substr(separator + 3)) >> type;
    mount = without_escapes(mount);
    if (is_within(wanted, mount) && mount.size() >= best_mount.size()) {
      best_mount = mount;
      best_type = type;
    }
  }
  return best_mount.empty() ? type_by_magic(path) : best_type;
}

}  // namespace tare
