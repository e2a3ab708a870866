#include "loaders/subprocess.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

namespace tare {
namespace {

using namespace std::chrono_literals;

ProcessOptions program(std::vector<std::string> arguments) {
  ProcessOptions options;
  options.arguments = std::move(arguments);
  return options;
}

// A script for the shell keeps the tests short; tare itself never starts one.
ProcessOptions script(const std::string& text) {
  return program({"sh", "-c", text});
}

TEST(Subprocess, GivesLinesAndTheLastOneWithoutItsEnd) {
  Subprocess process = Subprocess::start(program({"printf", "one\n\nthree"}));
  EXPECT_EQ(process.read_line({}), "one");
  EXPECT_EQ(process.read_line({}), "");
  EXPECT_EQ(process.read_line({}), "three");
  EXPECT_EQ(process.read_line({}), std::nullopt);
  EXPECT_TRUE(process.wait_for(10s, {}).value().ok());
}

TEST(Subprocess, ReadsMoreThanAPipeHolds) {
  Subprocess process = Subprocess::start(program({"seq", "1", "200000"}));
  long expected = 0;
  while (auto line = process.read_line({})) EXPECT_EQ(std::stol(*line), ++expected);
  EXPECT_EQ(expected, 200000);
}

TEST(Subprocess, WaitsForAProgramWhoseOutputNobodyReads) {
  Subprocess process = Subprocess::start(script("seq 1 200000; echo sorry >&2; exit 3"));
  const auto status = process.wait_for(60s, {});
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 3);
  EXPECT_EQ(process.error_tail(), "sorry\n");
}

TEST(Subprocess, NamesAProgramThatIsNotThere) {
  try {
    Subprocess::start(program({"tare-no-such-program"}));
    FAIL() << "started";
  } catch (const ProgramNotFound& error) {
    EXPECT_NE(std::string(error.what()).find("tare-no-such-program"), std::string::npos);
  }
}

TEST(Subprocess, NamesAFolderThatCannotBeEntered) {
  ProcessOptions options = program({"true"});
  options.working_folder = "/no/such/folder";
  try {
    Subprocess::start(options);
    FAIL() << "started";
  } catch (const ServerError& error) {
    EXPECT_NE(std::string(error.what()).find("/no/such/folder"), std::string::npos);
  }
}

TEST(Subprocess, AddsAndRemovesEnvironment) {
  setenv("TARE_TEST_REMOVED", "x", 1);
  ProcessOptions options = script("echo \"$TARE_TEST_ADDED,$TARE_TEST_REMOVED\"");
  options.environment = {{"TARE_TEST_ADDED", "a b"}, {"TARE_TEST_REMOVED", std::nullopt}};
  EXPECT_EQ(run_program(options, 10s, {}), "a b,\n");
  unsetenv("TARE_TEST_REMOVED");
}

TEST(Subprocess, ClearsTheSignalMaskOfTheChild) {
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGINT);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const std::string text = run_program(program({"grep", "SigBlk", "/proc/self/status"}), 10s, {});
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(text, "SigBlk:\t0000000000000000\n");
}

TEST(Subprocess, KeepsOurDescriptorsToItself) {
  const int leaky = dup(0);  // without close-on-exec
  const std::string text = run_program(program({"ls", "/proc/self/fd"}), 10s, {});
  close(leaky);
  EXPECT_EQ(text, "0\n1\n2\n3\n");  // 3 is the folder that ls reads
}

TEST(Subprocess, AStopKillsItAndThrows) {
  std::stop_source source;
  Subprocess process = Subprocess::start(program({"sleep", "1000"}));
  const pid_t pid = process.pid();
  std::jthread later([&source] {
    std::this_thread::sleep_for(50ms);
    source.request_stop();
  });
  EXPECT_THROW(process.read_line(source.get_token()), Interrupted);
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST(Subprocess, EndsTheWholeGroupOfOneThatDoesNotListen) {
  ProcessOptions options =
      script("trap '' TERM; sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done'");
  options.session = ProcessSession::own;
  Subprocess process = Subprocess::start(options);
  const pid_t grandchild = std::stoi(process.read_line({}).value());
  EXPECT_EQ(process.end(SIGTERM, 100ms).signal, SIGKILL);
  for (int turn = 0; turn < 500 && kill(grandchild, 0) == 0; ++turn) {
    std::ifstream state("/proc/" + std::to_string(grandchild) + "/stat");
    std::string pid, name, letter;
    state >> pid >> name >> letter;
    if (letter == "Z") break;  // dead; whoever adopted it has not looked yet
    std::this_thread::sleep_for(10ms);
    ASSERT_LT(turn, 499) << "still alive";
  }
}

TEST(Subprocess, RunProgramTellsWhatWentWrong) {
  try {
    run_program(script("echo because >&2; exit 7"), 10s, {});
    FAIL() << "succeeded";
  } catch (const ServerError& error) {
    EXPECT_NE(std::string(error.what()).find("exit status 7\nbecause"), std::string::npos);
  }
  EXPECT_THROW(run_program(program({"sleep", "1000"}), 100ms, {}), ServerError);
}

TEST(Subprocess, TheDeathSignalOutlivesTheChangeOfUser) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can change the user";
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t middle = fork();
  if (middle == 0) {
    ProcessOptions options = script("echo $(id -u) $$; exec sleep 1000");
    options.user = ProcessUser{65534, 65534, {}};
    options.death_signal = SIGKILL;
    Subprocess process = Subprocess::start(options);
    const std::string line = process.read_line({}).value() + "\n";
    if (write(ends[1], line.data(), line.size()) < 0) _exit(1);
    kill(getpid(), SIGKILL);
  }
  waitpid(middle, nullptr, 0);
  char buffer[64] = {};
  ASSERT_GT(read(ends[0], buffer, sizeof buffer - 1), 0);
  int user = 0, pid = 0;
  ASSERT_EQ(std::sscanf(buffer, "%d %d", &user, &pid), 2);
  EXPECT_EQ(user, 65534);
  const auto alive = [pid] {
    std::ifstream line("/proc/" + std::to_string(pid) + "/cmdline");
    std::string text;
    return static_cast<bool>(std::getline(line, text));  // a zombie's is empty
  };
  for (int turn = 0; turn < 500 && alive(); ++turn) std::this_thread::sleep_for(10ms);
  EXPECT_FALSE(alive());
}

TEST(Subprocess, WritesALogFileThatOnlyItsOwnerReads) {
  const auto log =
      std::filesystem::temp_directory_path() / ("tare-subprocess-test-" + std::to_string(getpid()));
  ProcessOptions options = script("echo out; echo err >&2");
  options.output = ProcessOutput::log_file;
  options.log_file = log;
  EXPECT_TRUE(Subprocess::start(options).wait_for(10s, {}).value().ok());
  std::ifstream file(log);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "out\nerr\n");
  struct stat found {};
  ASSERT_EQ(stat(log.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  std::filesystem::remove(log);
}

}  // namespace
}  // namespace tare
