#include "tools/experiment/sandbox_cleanup.h"

#include <sys/wait.h>

#include <atomic>
#include <fstream>
#include <vector>

#include "tools/experiment/sandbox_folder.h"
#include "tools/experiment/sandbox_state.h"
#include "tools/experiment/sandbox_testing.h"
#include "tools/experiment/sandbox_user.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

struct Held {
  pid_t holder = 0;
  pid_t postgres = 0;
  pid_t redis = 0;
};

// Another process that holds a sandbox.
Held hold_a_sandbox() {
  int ends[2];
  if (pipe(ends) != 0) return {};
  Held held;
  held.holder = fork();
  if (held.holder == 0) {
    try {
      const Sandbox sandbox = Sandbox::start({}, {});
      const pid_t pids[] = {sandbox.postgres_pid(), sandbox.redis_pid()};
      if (write(ends[1], pids, sizeof pids) == sizeof pids) pause();
    } catch (const std::exception&) {
    }
    _exit(1);
  }
  close(ends[1]);
  pid_t pids[2] = {};
  EXPECT_EQ(read(ends[0], pids, sizeof pids), static_cast<ssize_t>(sizeof pids));
  close(ends[0]);
  held.postgres = pids[0];
  held.redis = pids[1];
  return held;
}

void kill_holder(const Held& held) {
  kill(held.holder, SIGKILL);
  waitpid(held.holder, nullptr, 0);
}

TEST_F(SandboxTest, AKilledHolderTakesItsServersAlongAndTheNextStartItsFolder) {
  const Held held = hold_a_sandbox();
  ASSERT_TRUE(is_alive(held.postgres) && is_alive(held.redis));
  EXPECT_TRUE(remove_dead_sandboxes(server_user()).empty()) << "its holder is alive";
  kill_holder(held);
  EXPECT_TRUE(comes_true([&] { return !is_alive(held.postgres) && !is_alive(held.redis); }));
  EXPECT_FALSE(nothing_is_left());
  Sandbox::start({}, {}).stop();
  EXPECT_TRUE(nothing_is_left());
}

TEST_F(SandboxTest, TheNextStartEndsAServerThatCouldNotEndItself) {
  const Held held = hold_a_sandbox();
  kill(held.postgres, SIGSTOP);  // it does not see the signal of its parent's death
  kill_holder(held);
  EXPECT_TRUE(comes_true([&] { return !is_alive(held.redis); }));
  EXPECT_TRUE(is_alive(held.postgres));
  EXPECT_EQ(remove_dead_sandboxes(server_user()).size(), 1u);
  EXPECT_FALSE(is_alive(held.postgres));
  EXPECT_TRUE(nothing_is_left());
}

TEST_F(SandboxTest, CleaningLeavesWhatIsNoDeadSession) {
  const ServerUser user = server_user();
  const auto make = [&](const std::string& name) {
    fs::path path = folder() / name;
    fs::create_directory(path);
    return path;
  };
  const fs::path foreign = make("tare-sandbox-aaaaaa");
  std::ofstream(foreign / "thesis.txt") << "x";
  const fs::path kept = make("tare-sandbox-bbbbbb");
  write_sandbox_state(kept, {}, user);
  const fs::path other_name = make("tare-sandbox-of-mine");
  std::ofstream(session_mark(other_name)) << "";
  const fs::path empty = make("tare-sandbox-cccccc");
  const fs::path dead = make("tare-sandbox-dddddd");
  std::ofstream(session_mark(dead)) << "";
  std::ofstream(dead / "redis.conf") << "x";
  const SandboxFolder alive = SandboxFolder::make_temporary(user);

  const auto removed = remove_dead_sandboxes(user);
  EXPECT_EQ(removed.size(), 2u);
  EXPECT_FALSE(fs::exists(empty) || fs::exists(dead));
  EXPECT_TRUE(fs::exists(foreign / "thesis.txt") && fs::exists(kept) && fs::exists(other_name) &&
              fs::exists(alive.path()));
}

// Makers beside cleaners: nobody may lose a folder that is being made. flock is per opening, so
// threads stand for processes here.
TEST_F(SandboxTest, CleanersNeverTakeAFolderThatIsBeingMade) {
  const ServerUser user = server_user();
  std::atomic<int> lost = 0;
  std::atomic<bool> done = false;
  std::vector<std::jthread> threads;
  for (int cleaner = 0; cleaner < 2; ++cleaner) {
    threads.emplace_back([&] {
      while (!done) remove_dead_sandboxes(user);
    });
  }
  std::vector<std::jthread> makers;
  for (int maker = 0; maker < 3; ++maker) {
    makers.emplace_back([&] {
      for (int round = 0; round < 150; ++round) {
        const SandboxFolder made = SandboxFolder::make_temporary(user);
        std::this_thread::yield();
        if (!fs::exists(session_mark(made.path()))) ++lost;
        remove_session_folder(made.path());
      }
    });
  }
  makers.clear();
  done = true;
  threads.clear();
  EXPECT_EQ(lost, 0);
  remove_dead_sandboxes(user);
  EXPECT_TRUE(nothing_is_left());
}

}  // namespace
}  // namespace tare
