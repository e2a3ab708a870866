#include "tools/cli/plans_difference.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>

#include "bench/model/errors.h"
#include "bench/model/number_words.h"
#include "bench/model/plan_map_file.h"
#include "bench/model/result_file.h"
#include "tools/cli/share_option.h"
#include "tools/plans/map_difference_json.h"
#include "tools/plans/plan_difference.h"
#include "tools/plans/plan_shape.h"
#include "tools/report/plan_map_table.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

// What a name on the command line stands for: a plan map, or one plan as a map of one query.
PlanMap map_of_plan(const std::string& text, const std::string& name) {
  std::string json;
  PlanTree tree;
  std::string summary;
  try {
    json = explain_json_in(text);
    tree = read_plan_tree(json);
    summary = plan_shape(json).summary;
  } catch (const std::runtime_error& error) {
    throw UsageError(fmt::format("{}: {}", name, error.what()));
  }
  const Fingerprints prints = fingerprints(tree);
  QueryMap query;
  query.operation = "plan";
  query.step = "query";
  query.points = {{{}, "drawn", 1, {}, prints.plan}};
  PlanClass only;
  only.shape = prints.shape;
  only.plan = prints.plan;
  only.access = prints.access;
  only.summary = summary;
  only.share = 1;
  only.points = 1;
  query.classes = {only};
  // Without ANALYZE and BUFFERS nothing is known of its work.
  if (tree.analyzed && tree.nodes.front().blocks.logical() > 0) {
    query.measured = {{{}, prints.plan, work_of(tree), row_estimates(tree, 2), json}};
  }
  PlanMap map;
  map.queries = {std::move(query)};
  return map;
}

fs::path map_in(const fs::path& folder, const std::string& arm) {
  std::error_code ignored;
  for (const std::string& name :
       {std::string("plan_map.json"), fmt::format("plan_map.{}.json", arm)}) {
    if (fs::is_regular_file(folder / name, ignored)) return folder / name;
  }
  throw UsageError(fmt::format(
      "{} holds no plan map; `tare plans SCENARIO` and `tare ab` write one", folder.string()));
}

// One object; EXPLAIN prints an array.
bool is_map(const std::string& text) {
  const size_t start = text.find_first_not_of(" \t\r\n");
  return start != std::string::npos && text[start] == '{' &&
         text.find("\"schema_version\"") != std::string::npos;
}

PlanMap read_named(const std::string& name, const std::string& default_arm) {
  std::string path = name, arm = default_arm;
  for (const std::string& each : {std::string("baseline"), std::string("contender")}) {
    if (!name.ends_with(":" + each)) continue;
    path = name.substr(0, name.size() - each.size() - 1);
    arm = each;
  }
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return read_plan_map(map_in(path, arm));
  if (!fs::is_regular_file(path, ignored)) {
    throw UsageError(fmt::format("{} is neither a folder nor a file", path));
  }
  const std::string text = read_whole_file(path);
  return is_map(text) ? plan_map_from_json(text, path) : map_of_plan(text, path);
}

}  // namespace

void require_plain_formats(const std::vector<Output>& outputs) {
  for (const Output& output : outputs) {
    if (output.format == Format::text || output.format == Format::markdown ||
        output.format == Format::json) {
      continue;
    }
    throw UsageError("plans are there as --format text, markdown and json only");
  }
}

CLI::App* add_plans_difference(CLI::App& command, PlansDifference& options) {
  CLI::App* diff = command.add_subcommand(
      "diff", "What became of the plans, node by node; exit code 1 where work grew");
  diff->add_option("BEFORE", options.before,
                   "Folder of `tare plans` or `tare ab` (FOLDER:baseline, FOLDER:contender), a "
                   "plan map, or a plan that EXPLAIN (FORMAT JSON) printed")
      ->required();
  diff->add_option("AFTER", options.after,
                   "The same; without it BEFORE is an experiment, and its arms are compared");
  diff->add_option("--work-share", options.share,
                   "Work grew when it did by more than this share of what it was ...")
      ->type_name("SHARE")
      ->capture_default_str();
  diff->add_option("--work-blocks", options.blocks, "... and by more than so many blocks")
      ->check(CLI::Range(0.0, 1e15))
      ->capture_default_str();
  add_output_options(*diff, options.output);
  diff->footer(
      "\nExamples:\n"
      "  tare plans diff results/shop/MONDAY-plans results/shop/TODAY-plans\n"
      "  tare plans diff results/shop/2026-01-31T12-00-00Z-ab-index\n"
      "  tare plans diff before.json after.json --work-share 10% --format markdown\n"
      "  psql -qAtc 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT ...' > after.json\n\n"
      "Exit codes: 0 no work grew past the limit (or only where plans are a coin flip), 1 some "
      "did\n"
      "or a query is refused now, 2 plans changed and their work is not known, 4 usage or file "
      "error.\n");
  return diff;
}

int compare_plans(const PlansDifference& options) {
  const std::vector<Output> outputs = planned_outputs(options.output);
  require_plain_formats(outputs);
  const WorkLimit limit{parse_share("--work-share", options.share, 1000), options.blocks};
  const PlanMap before = read_named(options.before, "baseline");
  const PlanMap after =
      read_named(options.after.empty() ? options.before : options.after, "contender");
  const MapDifference difference = map_difference(before, after, limit);
  if (difference.compared == 0) {
    throw UsageError(fmt::format("{} and {} have no query in common", options.before,
                                 options.after.empty() ? options.before : options.after));
  }
  write_outputs(outputs, [&](Format format, const Style& style) {
    if (format == Format::json) return map_difference_to_json(difference);
    if (format == Format::markdown) return map_difference_markdown(difference, MapDetail::whole);
    return map_difference_table(difference, MapDetail::whole, style);
  });
  if (work_regressed(difference)) return 1;
  return work_unknown(difference) ? 2 : 0;
}

}  // namespace tare
