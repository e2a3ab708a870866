#include "tools/experiment/sandbox_settings.h"

#include <cctype>
#include <filesystem>

#include "tools/experiment/postgres_setting.h"
#include "tools/experiment/sandbox_postgres.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

fs::path settings_file(const SandboxSetup& setup) {
  return setup.postgres_data() / "postgresql.auto.conf";
}

const std::string kLibrary = "pg_stat_statements";

bool is_preloading(std::string name) {
  for (char& c : name) c = char(std::tolower(static_cast<unsigned char>(c)));
  return name == "shared_preload_libraries";
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
      std::string wanted = value;
      // Both arms must count their statements, or the counting would be a difference.
      if (is_preloading(name) && preloads_statements(setup) &&
          value.find(kLibrary) == std::string::npos) {
        wanted += (value.find_first_not_of(" \t") == std::string::npos ? "" : ", ") + kLibrary;
      }
      postgres.execute("ALTER SYSTEM SET " + setting_assignment(postgres, name, wanted));
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
