#include "tools/proof/temporary_folder.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "bench/model/errors.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

TEST(TemporaryFolder, IsGoneWithItsOwner) {
  fs::path path;
  {
    const TemporaryFolder folder;
    path = folder.path();
    std::ofstream(path / "file") << "text";
    EXPECT_TRUE(fs::is_regular_file(path / "file"));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(TemporaryFolder, ArchivesAreUnpackedIntoIt) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "page") << "some text";
  const std::string place = folder.path().string();
  ASSERT_EQ(std::system(("tar -cf '" + place + "/a b.tar' -C '" + place + "' page").c_str()), 0);
  const TemporaryFolder other;
  unpack(folder.path() / "a b.tar", other.path());
  std::ifstream text(other.path() / "page");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(text), {}), "some text");
}

TEST(TemporaryFolder, WhatIsNoArchiveIsRefused) {
  const TemporaryFolder folder;
  EXPECT_THROW(unpack(folder.path() / "absent.tar", folder.path()), UsageError);
  std::ofstream(folder.path() / "text.tar.xz") << "no archive";
  EXPECT_THROW(unpack(folder.path() / "text.tar.xz", folder.path()), UsageError);
}

}  // namespace
}  // namespace tare
