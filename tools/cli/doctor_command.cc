// tare doctor: is this machine fit to measure, and are the servers well?
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "bench/drivers/target.h"
#include "bench/model/scenario_reader.h"
#include "tools/cli/command.h"
#include "tools/cli/measure_options.h"
#include "tools/compare/doctor.h"
#include "tools/experiment/examination.h"
#include "tools/report/doctor_table.h"

namespace tare {
namespace {

constexpr std::chrono::seconds kNoise(10), kQuickNoise(1);

constexpr const char* kFooter = R"(
Examples:
  tare doctor                                       # the machine, and a throwaway sandbox
  tare doctor --quick --format json
  tare doctor --postgres postgresql://me@db/shop --redis redis://cache:6379/0
  tare doctor --postgres env --redis env            # DATABASE_URL or PG*, REDIS_URL

Give passwords by ~/.pgpass, PGPASSWORD, REDISCLI_AUTH or the URLs of the environment, not on the
command line. Nothing is written to a named server, and no counter is reset.
Exit codes: 0 fit and well; 1 something is bad; 2 warnings only; 3 a server is away, lets nobody in,
or no sandbox starts; 4 usage error.
)";

struct DoctorOptions {
  std::filesystem::path sandbox;
  std::string postgres, redis;
  std::filesystem::path results = "results";
  std::filesystem::path scenario;
  std::string format = "text";
  bool quick = false;
};

int examine_and_tell(const DoctorOptions& options, std::stop_token stop) {
  ExaminationOptions examination;
  examination.target = read_target(options.postgres, options.redis, process_environment());
  if (examination.target && !options.sandbox.empty()) {
    throw UsageError("--sandbox and named servers exclude each other: leave one out");
  }
  examination.sandbox = options.sandbox;
  examination.results = options.results;
  if (!options.scenario.empty()) examination.scenario = read_scenario(options.scenario, {}).name;
  examination.noise = options.quick ? kQuickNoise : kNoise;
  ProgressScreen screen;
  examination.progress = screen.receiver();
  const Diagnosis diagnosis = diagnose(examine(examination, stop));
  screen.clear();
  fmt::print("{}", options.format == "json" ? diagnosis_to_json(diagnosis)
                                            : doctor_table(diagnosis, style_for(STDOUT_FILENO)));
  return diagnosis.exit_code;
}

}  // namespace

void add_doctor_command(CLI::App& app, CommandLine& line) {
  auto& options = line.keep<DoctorOptions>();
  CLI::App* command =
      app.add_subcommand("doctor", "Is this machine fit to measure, and are the servers well?");
  command->add_option("--postgres", options.postgres, "A PostgreSQL to look at; or env, none")
      ->type_name("URI");
  command->add_option("--redis", options.redis, "A Redis to look at; or env, none")
      ->type_name("URI");
  command
      ->add_option("--sandbox", options.sandbox,
                   "A sandbox kept by `tare sandbox start --dir DIR`; without it a throwaway one")
      ->type_name("DIR");
  command->add_option("--results", options.results, "Where result folders are")
      ->capture_default_str()
      ->type_name("DIR");
  command->add_option("--scenario", options.scenario, "Look at past results of this scenario only")
      ->type_name("FILE");
  command->add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->add_flag("--quick", options.quick, "Measure the noise for 1 s instead of 10 s");
  command->footer(kFooter);
  command->callback([&options, &line] {
    line.chosen = [&options](std::stop_token stop) { return examine_and_tell(options, stop); };
  });
}

}  // namespace tare
