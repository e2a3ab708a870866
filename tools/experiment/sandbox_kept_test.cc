#include "tools/experiment/sandbox_kept.h"

#include <fstream>

#include "tools/experiment/sandbox_files.h"
#include "tools/experiment/sandbox_testing.h"
#include "tools/experiment/sandbox_user.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

class KeptSandboxTest : public SandboxTest {
 protected:
  ~KeptSandboxTest() override {  // a test that failed leaves no server
    if (has_sandbox_state(home())) remove_kept_sandbox(home());
  }

  fs::path home() const { return folder() / "a sandbox"; }

  SandboxOptions options() const {
    SandboxOptions wanted;
    wanted.folder = home();
    wanted.lifetime = SandboxLifetime::kept;
    return wanted;
  }
};

TEST_F(KeptSandboxTest, OutlivesItsMakerAndIsRemovedWhole) {
  pid_t postgres = 0;
  {
    const Sandbox made = Sandbox::start(options(), {});
    postgres = made.postgres_pid();
    EXPECT_EQ(ask_redis(made.redis(), "SET a b"), "OK");
  }
  EXPECT_TRUE(kept_sandbox_status(home()).running());
  {
    const Sandbox attached = Sandbox::attach(home(), {});
    EXPECT_EQ(attached.postgres_pid(), postgres);
    EXPECT_EQ(ask_redis(attached.redis(), "GET a"), "b");
    EXPECT_EQ(ask_postgres(attached.postgres(), "SELECT 1"), "1");
    const std::string pid = std::to_string(getpid());
    for (const auto& second : std::initializer_list<std::function<void()>>{
             [&] { Sandbox::attach(home(), {}); }, [&] { remove_kept_sandbox(home()); }}) {
      EXPECT_TRUE(contains(message_of<UsageError>(second), "pid " + pid));
    }
  }
  EXPECT_TRUE(is_alive(postgres));
  EXPECT_TRUE(remove_kept_sandbox(home()).empty());
  EXPECT_FALSE(is_alive(postgres));
  EXPECT_TRUE(nothing_is_left());
}

TEST_F(KeptSandboxTest, ARestartByAnotherIsRemembered) {
  Sandbox::start(options(), {});
  {
    Sandbox attached = Sandbox::attach(home(), {});
    attached.restart({}, RedisData::emptied);
    EXPECT_EQ(attached.failure(), std::nullopt);
    EXPECT_EQ(kept_sandbox_status(home()).postgres_pid, attached.postgres_pid());
    EXPECT_EQ(kept_sandbox_status(home()).redis_pid, attached.redis_pid());
  }
  EXPECT_TRUE(kept_sandbox_status(home()).running());
}

TEST_F(KeptSandboxTest, StartsAgainWithItsDataAfterACrash) {
  fs::path data;
  {
    const Sandbox made = Sandbox::start(options(), {});
    data = made.setup().postgres_data();
    EXPECT_EQ(ask_postgres(made.postgres(), "CREATE TABLE kept AS SELECT 7 AS n"), "");
    kill(made.postgres_pid(), SIGKILL);
    kill(made.redis_pid(), SIGKILL);
  }
  ASSERT_TRUE(comes_true([&] {
    const KeptStatus status = kept_sandbox_status(home());
    return status.postgres_pid == 0 && status.redis_pid == 0;
  }));
  EXPECT_TRUE(contains(message_of<ServerError>([&] { Sandbox::attach(home(), {}); }),
                       "tare sandbox start --dir"));
  // After a crash of the machine another program may have the old number: ours here.
  std::string text = read_small_file(data / "postmaster.pid");
  text.replace(0, text.find('\n'), std::to_string(getppid()));
  std::ofstream(data / "postmaster.pid") << text;

  const Sandbox again = Sandbox::start(options(), {});
  EXPECT_EQ(ask_postgres(again.postgres(), "SELECT n FROM kept"), "7");
  EXPECT_EQ(ask_redis(again.redis(), "PING"), "PONG");
}

TEST_F(KeptSandboxTest, StartOfARunningOneTakesItAsItIs) {
  Sandbox::start(options(), {});
  const int before = kept_sandbox_status(home()).postgres_pid;
  EXPECT_EQ(Sandbox::start(options(), {}).postgres_pid(), before);
}

TEST_F(KeptSandboxTest, StartsAfterAStartThatWasKilledHalfway) {
  const ServerUser user = server_user();
  make_private_folder(home(), user);
  make_private_folder(home() / "postgres", user);
  std::ofstream(home() / "postgres" / "half") << "made";
  write_sandbox_state(home(), {}, user);
  EXPECT_FALSE(kept_sandbox_status(home()).running());
  const Sandbox sandbox = Sandbox::start(options(), {});
  EXPECT_EQ(ask_postgres(sandbox.postgres(), "SELECT 1"), "1");
}

TEST_F(KeptSandboxTest, AFolderThatWasThereStaysWithWhatTareDidNotMake) {
  fs::create_directory(home());
  fs::permissions(home(), fs::perms{0750});
  Sandbox::start(options(), {});
  std::ofstream(home() / "notes.txt") << "mine";
  const auto left = remove_kept_sandbox(home());
  EXPECT_EQ(left, std::vector<fs::path>{home() / "notes.txt"});
  struct stat found {};
  ASSERT_EQ(stat(home().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0750u);
  EXPECT_EQ(found.st_uid, geteuid());
  EXPECT_EQ(std::distance(fs::directory_iterator(home()), {}), 1);
}

TEST_F(KeptSandboxTest, RefusesAForeignFolder) {
  fs::create_directory(home());
  std::ofstream(home() / "thesis.txt") << "mine";
  EXPECT_TRUE(
      contains(message_of<UsageError>([&] { Sandbox::start(options(), {}); }), "not empty"));
  for (const auto& use : std::initializer_list<std::function<void()>>{
           [&] { Sandbox::attach(home(), {}); }, [&] { remove_kept_sandbox(home()); },
           [&] { kept_sandbox_status(home()); }}) {
    EXPECT_TRUE(contains(message_of<UsageError>(use), "not a sandbox"));
  }
  EXPECT_TRUE(fs::exists(home() / "thesis.txt"));
}

TEST_F(KeptSandboxTest, AStopWhileItStartsLeavesNothing) {
  std::stop_source source;
  std::jthread later([&source] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    source.request_stop();
  });
  EXPECT_THROW(Sandbox::start(options(), source.get_token()), Interrupted);
  EXPECT_TRUE(nothing_is_left());
}

TEST_F(KeptSandboxTest, RefusesPathsThatSettingsReadDifferently) {
  for (const char* name : {"a,b", "a'b", "a\"b", "a\\b", "a\nb"}) {
    SandboxOptions odd = options();
    odd.folder = folder() / name;
    EXPECT_THROW(Sandbox::start(odd, {}), UsageError) << name;
  }
  EXPECT_TRUE(nothing_is_left());
}

}  // namespace
}  // namespace tare
