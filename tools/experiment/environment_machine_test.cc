#include "tools/experiment/environment_machine.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "bench/drivers/test_servers.h"

namespace tare {
namespace {

TEST(EnvironmentMachine, TellsWhatThereIs) {
  const TestFolder folder;
  const std::filesystem::path& root = folder.path();
  const auto write = [&root](const std::string& file, const std::string& text) {
    std::filesystem::create_directories((root / file).parent_path());
    std::ofstream(root / file) << text;
  };
  write("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
  write("proc/sys/vm/swappiness", "60\n");
  write("proc/cpuinfo", "processor\t: 0\nmicrocode\t: 0x1\n");
  EXPECT_EQ(read_machine_group(root).details, (Settings{{"microcode", "0x1"},
                                                        {"swappiness", "60"},
                                                        {"transparent huge pages", "madvise"}}));
  EXPECT_TRUE(read_machine_group(root / "nowhere").details.empty());
}

}  // namespace
}  // namespace tare
