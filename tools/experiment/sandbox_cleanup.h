// Removes what a tare that was killed left in the temporary folder.
// Level: experiment. Free function; safe beside other tare that start or clean at the same time.
#pragma once

#include <filesystem>
#include <vector>

#include "tools/experiment/sandbox_setup.h"

namespace tare {

// Looks at tare-sandbox-XXXXXX folders of root, ours and the servers' user. A free lock proves that
// the maker is dead; the mark in it, that it was no kept sandbox. Gives back what it removed; what
// it may not touch or cannot remove it leaves.
std::vector<std::filesystem::path> remove_dead_sandboxes(const ServerUser& user);

}  // namespace tare
