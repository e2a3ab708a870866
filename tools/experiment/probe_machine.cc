#include "tools/experiment/probe_machine.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <string>

#include "bench/model/errors.h"
#include "tools/experiment/probe_kernel.h"
#include "tools/experiment/sandbox_files.h"

namespace tare {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr int kShortSleeps = 300, kLongSleeps = 150;
constexpr int kClockReads = 200'000;
constexpr int kSyncs = 30;
constexpr std::chrono::seconds kSyncLimit(2);  // in all, on a slow disk
constexpr size_t kSyncBytes = 8192;            // a page of PostgreSQL
constexpr std::chrono::milliseconds kPiece(5);
constexpr size_t kMostPieces = 100'000;

double since_ns(Clock::time_point start) {
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

void check(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Interrupted();
}

Spread oversleep(nanoseconds length, int times, const std::stop_token& stop) {
  std::vector<double> late;
  const timespec wanted{0, long(length.count())};
  for (int i = 0; i < times; ++i) {
    check(stop);
    const auto start = Clock::now();
    ::clock_nanosleep(CLOCK_MONOTONIC, 0, &wanted, nullptr);
    late.push_back(since_ns(start) - double(length.count()));
  }
  return spread_of(late);
}

double clock_read_ns() {
  const auto start = Clock::now();
  for (int i = 0; i < kClockReads; ++i) static_cast<void>(Clock::now());
  return since_ns(start) / kClockReads;
}

int allowed_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 0;
}

std::vector<std::string> governors() {
  std::set<std::string> kinds;
  std::error_code ignored;
  for (fs::directory_iterator entry("/sys/devices/system/cpu", ignored), end; entry != end;
       entry.increment(ignored)) {
    std::ifstream file(entry->path() / "cpufreq/scaling_governor");
    if (std::string name; file >> name) kinds.insert(name);
    if (ignored) break;
  }
  return {kinds.begin(), kinds.end()};
}

// "always [madvise] never" -> "madvise"
std::string huge_pages() {
  const std::string text = read_small_file("/sys/kernel/mm/transparent_hugepage/enabled");
  const size_t start = text.find('['), end = text.find(']');
  if (start == std::string::npos || end == std::string::npos || end < start) return "";
  return text.substr(start + 1, end - start - 1);
}

// In a file that has lost its name, so that nothing is left whatever happens.
std::optional<Spread> fsync_times(const fs::path& folder, const std::stop_token& stop) {
  std::string name = (folder / ".tare-sync-XXXXXX").string();
  const int file = ::mkstemp(name.data());
  if (file < 0) return std::nullopt;
  ::unlink(name.c_str());
  const struct Closer {
    int descriptor;
    ~Closer() { ::close(descriptor); }
  } closer{file};
  const std::string page(kSyncBytes, 't');
  std::vector<double> times;
  const auto limit = Clock::now() + kSyncLimit;
  for (int i = 0; i < kSyncs && Clock::now() < limit; ++i) {
    check(stop);
    if (::pwrite(file, page.data(), page.size(), off_t(i) * off_t(kSyncBytes)) < 0) break;
    const auto start = Clock::now();
    if (::fdatasync(file) != 0) break;
    times.push_back(since_ns(start));
  }
  if (times.empty()) return std::nullopt;
  return spread_of(times);
}

// Arithmetic and a walk over 256 KiB, so that cores, their speed and shared caches all count.
class Work {
 public:
  Work() : numbers_(32 * 1024, 1) {}

  void run(int64_t rounds) {
    uint64_t x = state_;
    for (int64_t i = 0; i < rounds; ++i) {
      x ^= x << 13;
      x ^= x >> 7;
      x ^= x << 17;
      numbers_[x % numbers_.size()] += x;
    }
    state_ = x;
  }

  // How many rounds take about a piece's time now.
  int64_t calibrate() {
    for (int64_t rounds = 1024;; rounds *= 2) {
      const auto start = Clock::now();
      run(rounds);
      const double took = since_ns(start);
      const double wanted = double(nanoseconds(kPiece).count());
      if (took > wanted / 4) return std::max<int64_t>(1, int64_t(double(rounds) * wanted / took));
    }
  }

  uint64_t result() const { return state_; }

 private:
  std::vector<uint64_t> numbers_;
  uint64_t state_ = 88172645463325252ULL;
};

}  // namespace

MachineFacts probe_machine(const fs::path& data_folder, std::stop_token stop) {
  MachineFacts facts;
  double load = 0;
  if (::getloadavg(&load, 1) == 1) facts.load_average = load;
  facts.online_cores = int(::sysconf(_SC_NPROCESSORS_ONLN));
  facts.allowed_cores = allowed_cores();
  facts.quota_cores = quota_cores();
  facts.governors = governors();
  std::istringstream(
      read_small_file("/sys/devices/system/clocksource/clocksource0/current_clocksource")) >>
      facts.clock_source;
  facts.clock_read_ns = clock_read_ns();
  facts.oversleep_100us = oversleep(std::chrono::microseconds(100), kShortSleeps, stop);
  facts.oversleep_1ms = oversleep(std::chrono::milliseconds(1), kLongSleeps, stop);
  const auto memory = kernel_table(read_small_file("/proc/meminfo"));
  const auto bytes = [&](const char* name) -> std::optional<int64_t> {
    const auto found = memory.find(name);
    if (found == memory.end()) return std::nullopt;
    return found->second * 1024;
  };
  facts.memory_bytes = bytes("MemTotal");
  facts.available_bytes = bytes("MemAvailable");
  const auto swap = bytes("SwapTotal"), swap_free = bytes("SwapFree");
  if (swap && swap_free) facts.swap_used_bytes = *swap - *swap_free;
  facts.huge_pages = huge_pages();
  facts.data_folder = data_folder.string();
  facts.file_system = file_system_of(data_folder);
  struct statvfs disk {};
  if (::statvfs(data_folder.c_str(), &disk) == 0) {
    facts.disk_free_bytes = int64_t(disk.f_bavail) * int64_t(disk.f_frsize);
  }
  facts.fsync = fsync_times(data_folder, stop);
  return facts;
}

void probe_noise(nanoseconds length, const std::function<void(nanoseconds)>& progress,
                 std::stop_token stop, MachineFacts& facts) {
  Work work;
  const int64_t rounds = work.calibrate();
  const KernelCounters before = read_kernel_counters();
  std::vector<double> times;
  times.reserve(kMostPieces);
  const auto start = Clock::now();
  for (auto now = start; now - start < length && times.size() < kMostPieces; now = Clock::now()) {
    check(stop);
    work.run(rounds);
    times.push_back(since_ns(now));
    if (progress) progress(length - (Clock::now() - start));
  }
  // What the compiler cannot foresee, so that it cannot leave the work out.
  if (work.result() == 0) times.clear();
  facts.noise = spread_of(times);
  facts.noise_s = since_ns(start) / 1e9;
  const KernelCounters after = read_kernel_counters();
  facts.steal_share = steal_share(before, after);
  if (before.throttled_ns && after.throttled_ns) {
    facts.throttled_share =
        double(*after.throttled_ns - *before.throttled_ns) / 1e9 / facts.noise_s;
  }
  if (before.pages_swapped && after.pages_swapped) {
    facts.pages_swapped = *after.pages_swapped - *before.pages_swapped;
  }
}

}  // namespace tare
