#include "tools/experiment/sandbox_shared_memory.h"

#include <fmt/format.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace tare {
namespace {

namespace fs = std::filesystem;

constexpr std::int32_t kHeaderMagic = 679834894;  // PGShmemMagic
constexpr std::uint32_t kSmallestHandle = 65536;  // smaller numbers in the list are counts
constexpr std::uintmax_t kControlBytes = std::uintmax_t{4} << 20;
const char* const kPosixFolder = "/dev/shm";

struct Segment {
  key_t key = 0;
  int id = -1;
};

// The seventh line of postmaster.pid: the key and the number of the System V segment.
std::optional<Segment> recorded_segment(const fs::path& data) {
  std::ifstream file(data / "postmaster.pid");
  std::string line;
  for (int number = 0; number < 7; ++number) {
    if (!std::getline(file, line)) return std::nullopt;
  }
  long key = 0;
  Segment segment;
  if (!(std::istringstream(line) >> key >> segment.id)) return std::nullopt;
  segment.key = static_cast<key_t>(key);
  return segment;
}

// The beginning of PGShmemHeader, the same in 13 to 18.
struct Header {
  std::int32_t magic;
  pid_t creator;
  std::size_t total_size;
  std::size_t free_offset;
  std::uint32_t control_handle;
};

fs::path posix_segment(std::uint32_t handle) {
  return fs::path(kPosixFolder) / fmt::format("PostgreSQL.{}", handle);
}

bool belongs_to(const fs::path& path, uid_t owner) {
  struct stat found {};
  return lstat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) && found.st_uid == owner;
}

// The numbers in the control segment. The shape of its list changed in 14, so every word is taken
// and only those that name an existing segment count.
std::vector<std::uint32_t> control_words(const fs::path& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error || size > kControlBytes) return {};
  std::vector<std::uint32_t> words(size / sizeof(std::uint32_t));
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(words.data()),
            static_cast<std::streamsize>(words.size() * sizeof(std::uint32_t)));
  return words;
}

void remove_posix_segments(std::uint32_t control_handle, uid_t owner) {
  const fs::path control = posix_segment(control_handle);
  if (!belongs_to(control, owner)) return;
  std::vector<std::uint32_t> words = control_words(control);
  std::sort(words.begin(), words.end());
  std::vector<std::uint32_t> handles;
  std::unique_copy(words.begin(), words.end(), std::back_inserter(handles));
  for (const std::uint32_t handle : handles) {
    if (handle < kSmallestHandle) continue;
    const fs::path segment = posix_segment(handle);
    if (belongs_to(segment, owner)) unlink(segment.c_str());
  }
  unlink(control.c_str());
}

}  // namespace

void remove_shared_memory(const fs::path& data) {
  struct stat folder {};
  if (lstat(data.c_str(), &folder) != 0 || !S_ISDIR(folder.st_mode)) return;
  const auto segment = recorded_segment(data);
  shmid_ds about{};
  if (!segment || shmctl(segment->id, IPC_STAT, &about) != 0) return;
  if (about.shm_perm.__key != segment->key || about.shm_perm.uid != folder.st_uid ||
      about.shm_nattch != 0 || about.shm_segsz < sizeof(Header)) {
    return;
  }
  void* memory = shmat(segment->id, nullptr, SHM_RDONLY);
  if (reinterpret_cast<intptr_t>(memory) == -1) return;  // as shmat says it
  Header header{};
  std::memcpy(&header, memory, sizeof header);
  shmdt(memory);
  if (header.magic != kHeaderMagic) return;
  remove_posix_segments(header.control_handle, folder.st_uid);
  shmctl(segment->id, IPC_RMID, nullptr);
}

}  // namespace tare
