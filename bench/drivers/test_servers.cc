#include "bench/drivers/test_servers.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tare {

namespace {

constexpr std::chrono::seconds kStartLimit(60);
constexpr std::chrono::seconds kStopLimit(10);
constexpr std::chrono::milliseconds kPause(10);

const passwd* postgres_user() {
  if (geteuid() != 0) return nullptr;
  const passwd* user = getpwnam("postgres");
  if (user == nullptr) throw std::runtime_error("running as root, and there is no user postgres");
  return user;
}

// Starts a program that dies with this thread; as `user` when there is one.
pid_t start(const std::vector<std::string>& arguments, const passwd* user, int death_signal) {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) {
    pointers.push_back(const_cast<char*>(argument.c_str()));
  }
  pointers.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("fork failed");
  if (pid > 0) return pid;
  if (user != nullptr &&
      (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) {
    _exit(126);
  }
  prctl(PR_SET_PDEATHSIG, death_signal);
  if (getppid() != parent) _exit(125);
  const int nowhere = open("/dev/null", O_RDWR);
  dup2(nowhere, 0);
  dup2(nowhere, 1);
  dup2(nowhere, 2);
  execvp(pointers[0], pointers.data());
  _exit(127);
}

void wait_until(const std::function<bool()>& ready, pid_t pid, const char* what) {
  const auto end = std::chrono::steady_clock::now() + kStartLimit;
  while (!ready()) {
    if (waitpid(pid, nullptr, WNOHANG) == pid) {
      throw std::runtime_error(std::string(what) + " ended while it started");
    }
    if (std::chrono::steady_clock::now() > end) {
      kill(pid, SIGKILL);
      waitpid(pid, nullptr, 0);
      throw std::runtime_error(std::string(what) + " did not start in time");
    }
    std::this_thread::sleep_for(kPause);
  }
}

void stop(pid_t& pid, int signal) {
  if (pid <= 0) return;
  kill(pid, signal);
  const auto end = std::chrono::steady_clock::now() + kStopLimit;
  while (waitpid(pid, nullptr, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > end) kill(pid, SIGKILL);
    std::this_thread::sleep_for(kPause);
  }
  pid = -1;
}

// The folder of initdb and postgres: the newest that Debian's layout holds, else the PATH.
std::string postgres_program(const std::string& name) {
  int newest = 0;
  const std::filesystem::path root = "/usr/lib/postgresql";
  if (std::filesystem::is_directory(root)) {
    for (const auto& entry : std::filesystem::directory_iterator(root)) {
      if (std::filesystem::exists(entry.path() / "bin" / "initdb")) {
        newest = std::max(newest, atoi(entry.path().filename().c_str()));
      }
    }
  }
  return newest == 0 ? name : (root / std::to_string(newest) / "bin" / name).string();
}

bool accepts(const std::string& socket_path) {
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket_path.c_str(), sizeof(address.sun_path) - 1);
  const bool connected =
      connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(descriptor);
  return connected;
}

}  // namespace

TestFolder::TestFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "tare-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  path_ = pattern;
}

TestFolder::~TestFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

int free_test_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  const bool found =
      bind(descriptor, plain, size) == 0 && getsockname(descriptor, plain, &size) == 0;
  close(descriptor);
  if (!found) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

TestPostgres::TestPostgres(const std::string& password, TestReach reach) {
  begin({}, password, reach);
}

TestPostgres::TestPostgres(const Setup& setup) {
  begin(setup, "", TestReach::socket);
}

void TestPostgres::begin(const Setup& setup, const std::string& password, TestReach reach) {
  const auto program = [&](const char* name) {
    return setup.bin.empty() ? postgres_program(name) : (setup.bin / name).string();
  };
  const passwd* user = postgres_user();
  const std::string folder = folder_.path().string();
  if (user != nullptr && chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0) {
    throw std::runtime_error("cannot give " + folder + " to the user postgres");
  }
  const std::string data = folder + "/data";
  std::vector<std::string> arguments = {program("initdb"),
                                        "--no-sync",
                                        "--encoding=UTF8",
                                        "--no-locale",
                                        "--username=postgres",
                                        "-D",
                                        data};
  if (password.empty()) {
    arguments.push_back("--auth=trust");
  } else {
    std::ofstream(folder + "/password") << password << "\n";
    arguments.insert(arguments.end(), {"--auth=scram-sha-256", "--pwfile=" + folder + "/password"});
  }
  const pid_t initdb = start(arguments, user, SIGKILL);
  int status = 0;
  if (waitpid(initdb, &status, 0) != initdb || status != 0) {
    throw std::runtime_error("initdb failed");
  }
  const bool loopback = reach == TestReach::loopback;
  const int port = loopback ? free_test_port() : 5432;
  arguments = {program("postgres"),
               "-D",
               data,
               "-k",
               folder,
               "-p",
               std::to_string(port),
               "-c",
               loopback ? "listen_addresses=127.0.0.1" : "listen_addresses=",
               "-c",
               "fsync=off"};
  for (const std::string& setting : setup.settings) {
    arguments.insert(arguments.end(), {"-c", setting});
  }
  pid_ = start(arguments, user, SIGQUIT);
  endpoint_ = {.host = loopback ? "127.0.0.1" : folder,
               .port = port,
               .user = "postgres",
               .database = "postgres",
               .password = password};
  const std::string target =
      "host=" + endpoint_.host + " port=" + std::to_string(port) + " user=postgres dbname=postgres";
  wait_until([&] { return PQping(target.c_str()) == PQPING_OK; }, pid_, "postgres");
}

TestPostgres::~TestPostgres() {
  stop(pid_, SIGINT);
}

void TestPostgres::kill_now() {
  stop(pid_, SIGQUIT);
}

TestRedis::TestRedis(const std::string& password, TestReach reach) {
  const std::string folder = folder_.path().string();
  const std::string socket = folder + "/redis.sock";
  const bool loopback = reach == TestReach::loopback;
  const int port = loopback ? free_test_port() : 0;
  endpoint_ = {.socket = socket, .host = "", .password = password};
  if (loopback) endpoint_ = {.socket = "", .host = "127.0.0.1", .port = port, .password = password};
  std::vector<std::string> arguments = {
      "redis-server", "--port", std::to_string(port), "--save", "",
      "--dir",        folder,   "--unixsocket",       socket};
  if (!password.empty()) arguments.insert(arguments.end(), {"--requirepass", password});
  pid_ = start(arguments, nullptr, SIGKILL);
  // The socket is made after the port.
  wait_until([&] { return accepts(socket); }, pid_, "redis-server");
}

TestRedis::~TestRedis() {
  stop(pid_, SIGTERM);
}

void TestRedis::kill_now() {
  stop(pid_, SIGKILL);
}

}  // namespace tare
