#include "bench/model/scenario_reader.h"

#include "bench/model/json_file.h"
#include "bench/model/parameters.h"
#include "bench/model/scenario_patch.h"
#include "bench/model/scenario_reader_parts.h"
#include "bench/model/schema_check.h"
#include "embedded/scenario_schema.h"

namespace tare {

std::vector<Operation> read_operations(const JsonValue& document, const Scenario& scenario,
                                       ProblemList& problems) {
  std::vector<Operation> operations;
  const JsonValue& values = object_in(document, "operations");
  for (size_t i = 0; i < values.names.size(); ++i) {
    Operation operation;
    operation.name = values.names[i];
    operation.draws = read_draws(values.items[i], document, scenario.dataset, problems);
    operation.steps =
        read_steps(values.items[i], document, operation.draws, scenario.cache_rules, problems);
    operations.push_back(std::move(operation));
  }
  return operations;
}

namespace {

// From a parsed document on.
Scenario read_document(JsonValue& document, Scenario scenario,
                       const std::map<std::string, std::string>& overrides, UnusedParameters unused,
                       ProblemList& problems) {
  scenario.parameters = substitute_parameters(document, overrides, problems, unused);
  check_against_schema(document, embedded::scenario_schema, problems);

  scenario.name = text_in(document, "name");
  scenario.description = text_in(document, "description");
  scenario.seed = uint64_t(integer_in(document, "seed", 0));
  scenario.dataset = read_dataset(document, problems);
  scenario.cache_rules = read_cache_rules(document, problems);
  scenario.other_keys = read_other_keys(document, problems);
  scenario.operations = read_operations(document, scenario, problems);
  check_cache_rules(document, scenario, problems);
  scenario.load = read_load(document, scenario.operations, scenario.file, problems);
  scenario.limits = read_limits(document, scenario.load, scenario.operations, problems);
  scenario.margins = read_margins(document, problems);
  problems.throw_if_any();
  return scenario;
}

}  // namespace

Scenario read_scenario(const std::filesystem::path& path,
                       const std::map<std::string, std::string>& overrides) {
  Scenario scenario;
  scenario.file = path;
  scenario.text = read_text_file(path);
  ProblemList problems(path.string());
  JsonValue document = parse_json(scenario.text, problems);
  return read_document(document, std::move(scenario), overrides, UnusedParameters::refused,
                       problems);
}

Scenario read_patched_scenario(const std::filesystem::path& path,
                               const std::map<std::string, std::string>& overrides,
                               const Change& change) {
  Scenario scenario;
  scenario.file = path;
  scenario.text = read_text_file(path);
  ProblemList problems(path.string()), patch_problems(change.file.string());
  JsonValue document = parse_json(scenario.text, problems);
  problems.throw_if_any();
  if (change.scenario_patch) apply_patch(document, *change.scenario_patch, patch_problems);
  patch_problems.throw_if_any();
  try {
    return read_document(document, std::move(scenario), overrides, UnusedParameters::allowed,
                         problems);
  } catch (const FileProblems& found) {
    std::vector<Problem> told;
    for (const Problem& problem : found.problems()) {
      told.push_back({change.file.string(), place_in_patch(document, problem.pointer),
                      "with this patch the scenario is not sound: " + problem.message});
    }
    throw FileProblems(std::move(told));
  }
}

}  // namespace tare
