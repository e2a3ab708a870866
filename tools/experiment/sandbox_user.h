// Who the servers of a sandbox run as: PostgreSQL refuses root.
// Level: experiment. Free functions, safe from any thread that may read the user database.
#pragma once

#include "tools/experiment/sandbox_setup.h"

namespace tare {

// An ordinary user: itself. Root: the user postgres, or else nobody. Throws ServerError when root
// has neither.
ServerUser server_user();

// The owner of an existing sandbox. Throws UsageError when we may not act as that user.
ServerUser server_user_of(const std::filesystem::path& folder);

// Throws UsageError that names the parent folder in the way when that user cannot enter `folder`.
void check_user_enters(const ServerUser& user, const std::filesystem::path& folder);

}  // namespace tare
