#include "tools/experiment/sandbox_user.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <vector>

namespace tare {
namespace {

// Calls one of the reentrant look-ups and describes who it found.
std::optional<ServerUser> look_up(
    const std::function<int(passwd*, char*, std::size_t, passwd**)>& look) {
  std::vector<char> buffer(16384);
  passwd entry{};
  passwd* found = nullptr;
  if (look(&entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    return std::nullopt;
  }
  std::vector<gid_t> groups(256);
  int count = static_cast<int>(groups.size());
  if (getgrouplist(entry.pw_name, entry.pw_gid, groups.data(), &count) < 0) count = 0;
  groups.resize(static_cast<std::size_t>(count));
  return ServerUser{entry.pw_name, ProcessUser{entry.pw_uid, entry.pw_gid, groups}, entry.pw_uid};
}

std::optional<ServerUser> by_name(const char* name) {
  return look_up([name](passwd* entry, char* buffer, std::size_t size, passwd** found) {
    return getpwnam_r(name, entry, buffer, size, found);
  });
}

ServerUser by_id(uid_t id) {
  auto user = look_up([id](passwd* entry, char* buffer, std::size_t size, passwd** found) {
    return getpwuid_r(id, entry, buffer, size, found);
  });
  if (user) return *user;
  return {fmt::format("{}", id), ProcessUser{id, static_cast<gid_t>(id), {}}, id};
}

// By its mode alone; only for naming the culprit when the kernel has said no.
bool lets_in(const std::filesystem::path& folder, const ProcessUser& user) {
  struct stat found {};
  if (stat(folder.c_str(), &found) != 0) return false;
  if (found.st_uid == user.user) return (found.st_mode & S_IXUSR) != 0;
  const bool in_group =
      found.st_gid == user.group ||
      std::find(user.groups.begin(), user.groups.end(), found.st_gid) != user.groups.end();
  return (found.st_mode & (in_group ? S_IXGRP : S_IXOTH)) != 0;
}

}  // namespace

ServerUser server_user() {
  if (geteuid() != 0) {
    ServerUser user = by_id(geteuid());
    user.drop.reset();
    return user;
  }
  for (const char* name : {"postgres", "nobody"}) {
    if (auto user = by_name(name); user && user->id != 0) return *user;
  }
  throw ServerError(
      "PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody "
      "to run it as; start tare as an ordinary user");
}

ServerUser server_user_of(const std::filesystem::path& folder) {
  struct stat found {};
  if (stat(folder.c_str(), &found) != 0) {
    throw UsageError(fmt::format("cannot look at {}: {}", folder.string(), std::strerror(errno)));
  }
  ServerUser user = by_id(found.st_uid);
  if (geteuid() == 0) {
    if (user.id == 0) return server_user();
    return user;
  }
  if (found.st_uid != geteuid()) {
    throw UsageError(fmt::format("the sandbox {} belongs to user {}; run tare as that user",
                                 folder.string(), user.name));
  }
  user.drop.reset();
  return user;
}

void check_user_enters(const ServerUser& user, const std::filesystem::path& folder) {
  if (!user.drop) return;
  ProcessOptions options;
  options.arguments = {"true"};
  options.user = user.drop;
  options.working_folder = folder;
  options.output = ProcessOutput::discarded;
  try {
    Subprocess::start(options).wait_for(std::chrono::seconds(10), {});
  } catch (const ServerError&) {
    std::filesystem::path culprit;
    for (const auto& part : folder) {
      culprit /= part;
      if (!lets_in(culprit, *user.drop)) break;
    }
    throw UsageError(fmt::format(
        "the servers run as user {} (PostgreSQL refuses root), who may not enter {}; choose a "
        "folder elsewhere with --dir or TMPDIR, or let that user in: chmod o+x {}",
        user.name, culprit.string(), culprit.string()));
  }
}

}  // namespace tare
