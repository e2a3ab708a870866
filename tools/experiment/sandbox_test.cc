#include "tools/experiment/sandbox.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fstream>

#include "tools/experiment/environment.h"
#include "tools/experiment/sandbox_files.h"
#include "tools/experiment/sandbox_postgres.h"
#include "tools/experiment/sandbox_redis.h"
#include "tools/experiment/sandbox_settings.h"
#include "tools/experiment/sandbox_testing.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

TEST_F(SandboxTest, ServesAndLeavesNothing) {
  Sandbox sandbox = Sandbox::start({}, {});
  EXPECT_EQ(ask_postgres(sandbox.postgres(),
                         "SELECT rolname || rolsuper FROM pg_roles WHERE "
                         "rolname = current_user"),
            "taretrue");
  EXPECT_EQ(ask_postgres(sandbox.postgres(),
                         "SELECT string_agg(setting, ',' ORDER BY name) FROM pg_settings WHERE "
                         "name IN ('fsync', 'synchronous_commit', 'full_page_writes', "
                         "'listen_addresses', 'server_encoding')"),
            "on,on,,UTF8,on");
  EXPECT_EQ(ask_redis(sandbox.redis(), "SET a b"), "OK");
  EXPECT_EQ(ask_redis(sandbox.redis(), "GET a"), "b");
  EXPECT_EQ(sandbox.failure(), std::nullopt);
  EXPECT_NE(sandbox.file_system(), "unknown");
  struct stat found {};
  ASSERT_EQ(stat(sandbox.setup().folder.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0700u);
  EXPECT_NE(found.st_uid, 0u) << "the servers must not be root";
  const pid_t postgres = sandbox.postgres_pid(), redis = sandbox.redis_pid();
  EXPECT_TRUE(is_alive(postgres) && is_alive(redis));
  sandbox.stop();
  EXPECT_FALSE(is_alive(postgres) || is_alive(redis));
  EXPECT_TRUE(nothing_is_left());
}

TEST_F(SandboxTest, TheDestructorLeavesNothing) {
  pid_t postgres = 0;
  {
    const Sandbox sandbox = Sandbox::start({}, {});
    postgres = sandbox.postgres_pid();
  }
  EXPECT_FALSE(is_alive(postgres));
  EXPECT_TRUE(nothing_is_left());
}

TEST_F(SandboxTest, LoopbackAsksForPasswordsAndHidesThem) {
  SandboxOptions options;
  options.reach = SandboxReach::loopback;
  const Sandbox sandbox = Sandbox::start(options, {});
  PostgresEndpoint outside = sandbox.postgres();
  outside.host = "127.0.0.1";
  outside.password = "wrong";
  EXPECT_TRUE(contains(ask_postgres(outside, "SELECT 1"), "error: "));
  const std::string file = read_small_file(sandbox.setup().postgres_password());
  outside.password = file.substr(file.rfind(':') + 1);
  outside.password.pop_back();
  EXPECT_EQ(ask_postgres(outside, "SELECT 1"), "1");

  RedisEndpoint redis = sandbox.redis();
  EXPECT_EQ(ask_redis(redis, "PING", RedisWay::port), "PONG");
  EXPECT_EQ(ask_redis(redis, "PING", RedisWay::socket), "PONG");
  const std::string secret = redis.password;
  ASSERT_EQ(secret.size(), 32u);
  redis.password.clear();
  EXPECT_TRUE(contains(ask_redis(redis, "PING", RedisWay::port), "NOAUTH"));

  for (const pid_t pid : {sandbox.postgres_pid(), sandbox.redis_pid()}) {
    std::ifstream line("/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(line), {});
    EXPECT_FALSE(text.empty() || contains(text, secret) || contains(text, outside.password));
  }
  for (const char* name : {"postgres.pgpass", "redis.conf", "redis.password"}) {
    struct stat found {};
    ASSERT_EQ(stat((sandbox.setup().folder / name).c_str(), &found), 0) << name;
    EXPECT_EQ(found.st_mode & 0777, 0600u) << name;
  }
}

TEST_F(SandboxTest, AStopWhileItStartsLeavesNothing) {
  for (const auto pause : {0ms, 30ms, 300ms, 900ms}) {
    std::stop_source source;
    std::jthread later([&source, pause] {
      std::this_thread::sleep_for(pause);
      source.request_stop();
    });
    try {
      Sandbox::start({}, source.get_token());  // a very fast machine may be ready before 900 ms
    } catch (const Interrupted&) {
    }
    EXPECT_TRUE(nothing_is_left()) << pause.count();
  }
}

TEST_F(SandboxTest, RefusesAPathThatASocketCannotHave) {
  const auto deep = folder() / std::string(90, 'x');
  std::filesystem::create_directory(deep);
  setenv("TMPDIR", deep.c_str(), 1);
  const std::string message = message_of<UsageError>([] { Sandbox::start({}, {}); });
  EXPECT_TRUE(contains(message, "107") && contains(message, "TMPDIR")) << message;
  EXPECT_TRUE(std::filesystem::is_empty(deep));
}

TEST_F(SandboxTest, NamesAPortInUse) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  SandboxOptions options;
  options.reach = SandboxReach::loopback;
  options.redis_port = ntohs(address.sin_port);
  const std::string message = message_of<ServerError>([&] { Sandbox::start(options, {}); });
  EXPECT_TRUE(contains(message, "port " + std::to_string(options.redis_port))) << message;
  EXPECT_TRUE(contains(message, "--redis-port")) << message;
  EXPECT_TRUE(nothing_is_left());
  close(listener);
}

TEST_F(SandboxTest, SaysWhichProgramIsMissing) {
  SandboxOptions options;
  options.postgres_bin = folder();
  const std::string message = message_of<ServerError>([&] { Sandbox::start(options, {}); });
  EXPECT_TRUE(contains(message, "--postgres-bin")) << message;
  EXPECT_TRUE(nothing_is_left());
}

TEST_F(SandboxTest, ReportsAServerThatDied) {
  for (const std::string victim : {"Redis", "PostgreSQL"}) {
    Sandbox sandbox = Sandbox::start({}, {});
    kill(victim == "Redis" ? sandbox.redis_pid() : sandbox.postgres_pid(), SIGKILL);
    ASSERT_TRUE(comes_true([&] { return sandbox.failure().has_value(); }));
    const std::string failure = sandbox.failure().value();
    EXPECT_TRUE(contains(failure, victim + " ended with signal 9")) << failure;
    EXPECT_TRUE(contains(failure, "ready to accept connections") ||
                contains(failure, "Ready to accept connections"))
        << failure;
    sandbox.stop();
    EXPECT_TRUE(nothing_is_left());
  }
}

TEST_F(SandboxTest, RemovesTheSharedMemoryOfAKilledPostgres) {
  Sandbox sandbox = Sandbox::start({}, {});
  std::ifstream maps("/proc/" + std::to_string(sandbox.postgres_pid()) + "/maps");
  std::vector<std::string> segments;
  for (std::string line; std::getline(maps, line);) {
    if (contains(line, "/dev/shm/PostgreSQL.")) segments.push_back(line.substr(line.find("/dev")));
  }
  ASSERT_FALSE(segments.empty());
  kill(sandbox.postgres_pid(), SIGKILL);
  ASSERT_TRUE(comes_true([&] { return sandbox.failure().has_value(); }));
  sandbox.stop();
  for (const auto& segment : segments) EXPECT_FALSE(std::filesystem::exists(segment)) << segment;
}

TEST_F(SandboxTest, ARestartKeepsTheDataUnlessRedisIsToBeEmpty) {
  Sandbox sandbox = Sandbox::start({}, {});
  EXPECT_EQ(ask_postgres(sandbox.postgres(), "CREATE TABLE kept AS SELECT 7 AS n"), "");
  EXPECT_EQ(ask_redis(sandbox.redis(), "SET a b"), "OK");
  const pid_t first = sandbox.postgres_pid();
  sandbox.restart({});
  EXPECT_NE(sandbox.postgres_pid(), first);
  EXPECT_EQ(ask_postgres(sandbox.postgres(), "SELECT n FROM kept"), "7");
  EXPECT_EQ(ask_redis(sandbox.redis(), "GET a"), "b");
  sandbox.restart({}, RedisData::emptied);
  EXPECT_EQ(ask_postgres(sandbox.postgres(), "SELECT n FROM kept"), "7");
  EXPECT_EQ(ask_redis(sandbox.redis(), "DBSIZE"), "0");
  sandbox.stop();
  EXPECT_TRUE(nothing_is_left());
}

TEST_F(SandboxTest, ARestartAfterADeathWorks) {
  Sandbox sandbox = Sandbox::start({}, {});
  kill(sandbox.postgres_pid(), SIGKILL);
  ASSERT_TRUE(comes_true([&] { return sandbox.failure().has_value(); }));
  sandbox.restart({});
  EXPECT_EQ(sandbox.failure(), std::nullopt);
  EXPECT_EQ(ask_postgres(sandbox.postgres(), "SELECT 1"), "1");
}

TEST_F(SandboxTest, AServerThatDoesNotStartShowsItsLog) {
  Sandbox sandbox = Sandbox::start({}, {});
  EXPECT_EQ(ask_postgres(sandbox.postgres(),
                         "ALTER SYSTEM SET shared_preload_libraries = 'no_such_library'"),
            "");
  const std::string message = message_of<ServerError>([&] { sandbox.restart({}); });
  EXPECT_TRUE(contains(message, "no_such_library")) << message;
}

TEST_F(SandboxTest, CountsStatementsAlsoWhereAChangeNamesLibraries) {
  Sandbox sandbox = Sandbox::start({}, {});
  const std::string libraries = "SHOW shared_preload_libraries";
  EXPECT_EQ(ask_postgres(sandbox.postgres(), libraries), "pg_stat_statements");
  PostgresControl postgres(sandbox.postgres(), {});
  EXPECT_FALSE(recorded_settings(postgres).contains("shared_preload_libraries"));
  EXPECT_FALSE(recorded_settings(postgres).contains("pg_stat_statements.save"));
  set_postgres_settings(sandbox.setup(), postgres, {{"Shared_Preload_Libraries", "auto_explain"}});
  sandbox.restart({});
  EXPECT_EQ(ask_postgres(sandbox.postgres(), libraries), "auto_explain, pg_stat_statements");
  PostgresControl after(sandbox.postgres(), {});
  EXPECT_EQ(recorded_settings(after)["shared_preload_libraries"],
            "auto_explain, pg_stat_statements")
      << "it is the change's now";
}

TEST_F(SandboxTest, DoesWithoutCountedStatementsWhereThatIsAsked) {
  SandboxOptions options;
  options.statements = SandboxStatements::not_counted;
  const Sandbox sandbox = Sandbox::start(options, {});
  EXPECT_EQ(ask_postgres(sandbox.postgres(), "SHOW shared_preload_libraries"), "");
}

}  // namespace
}  // namespace tare
