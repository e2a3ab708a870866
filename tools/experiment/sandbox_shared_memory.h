// Removes the shared memory that a PostgreSQL killed by signal 9 leaves behind.
// Level: experiment. Free functions.
#pragma once

#include <filesystem>

namespace tare {

// Call it only when no server of that data folder runs. Removes the System V segment that
// postmaster.pid names and the POSIX segments its control segment lists; each only if it belongs to
// the owner of the data folder and nobody is attached. Never throws: memory that stays is not worth
// failing for. Layout: PostgreSQL's storage/pg_shmem.h (PGShmemHeader) and ipc/dsm.c, 13 to 18.
void remove_shared_memory(const std::filesystem::path& postgres_data);

}  // namespace tare
