// Small helpers for the files of a sandbox. Level: experiment. Free functions, no shared state.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "tools/experiment/sandbox_setup.h"

namespace tare {

// Replaces a file in one step, mode 0600, owned by the servers' user. Throws ServerError.
void write_private_file(const std::filesystem::path& path, std::string_view text,
                        const ServerUser& user);

// A folder with mode 0700, owned by the servers' user. Throws ServerError.
void make_private_folder(const std::filesystem::path& path, const ServerUser& user);

// The whole text of a small file (64 KiB at most); empty when it cannot be read.
std::string read_small_file(const std::filesystem::path& path);

// The last lines of a log, at most `lines` and 4 KiB, without those of connections that a
// PostgreSQL in recovery turned away; empty when there are none.
std::string log_tail(const std::filesystem::path& path, int lines);

// 128 random bits from the kernel, as hexadecimal digits.
std::string random_password();

// Throws UsageError when a server could not use the folder: a socket in it would have a path over
// 107 bytes, or the path has a character that settings or shells read in their own way.
void check_sandbox_path(const std::filesystem::path& folder, int postgres_port);

// The type of the file system that holds the path, "ext4" or "tmpfs"; "unknown" if it is not told.
std::string file_system_of(const std::filesystem::path& path);

}  // namespace tare
