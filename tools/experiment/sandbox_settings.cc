#include "tools/experiment/sandbox_settings.h"

#include <filesystem>

#include "tools/experiment/postgres_setting.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

fs::path settings_file(const SandboxSetup& setup) {
  return setup.postgres_data() / "postgresql.auto.conf";
}

fs::path kept_aside(const SandboxSetup& setup) {
  return setup.postgres_data() / "postgresql.auto.conf.before-tare";
}

}  // namespace

void set_postgres_settings(const SandboxSetup& setup, PostgresControl& postgres,
                           const std::map<std::string, std::string>& values) {
  put_postgres_settings_back(setup);
  // Whole before it has its name: a copy cut short must not be put back.
  const fs::path part = kept_aside(setup).string() + ".part";
  fs::copy_file(settings_file(setup), part, fs::copy_options::overwrite_existing);
  fs::rename(part, kept_aside(setup));
  try {
    for (const auto& [name, value] : values) {
      postgres.execute("ALTER SYSTEM SET " + setting_assignment(postgres, name, value));
    }
  } catch (...) {
    put_postgres_settings_back(setup);
    throw;
  }
}

// Its text, not the file: the server's user must stay the owner.
bool put_postgres_settings_back(const SandboxSetup& setup) {
  if (!fs::exists(kept_aside(setup))) return false;
  fs::copy_file(kept_aside(setup), settings_file(setup), fs::copy_options::overwrite_existing);
  fs::remove(kept_aside(setup));
  return true;
}

}  // namespace tare
