#include "tools/cli/experiment_outputs.h"

#include <cstdlib>

#include "bench/model/result_file.h"
#include "tools/report/experiment_markdown.h"
#include "tools/report/experiment_table.h"
#include "tools/report/gbench.h"
#include "tools/report/github_annotations.h"
#include "tools/report/junit.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

// Without the plans, which are most of a trial.
Result trial_in(const fs::path& folder) {
  Result result = read_result(folder);
  result.plans.clear();
  return result;
}

TrialsOfArms trials_of(const ShownExperiment& shown) {
  TrialsOfArms trials;
  for (const ExperimentPair& pair : shown.experiment.pairs) {
    trials.baseline.push_back(trial_in(shown.folder / pair.baseline));
    trials.contender.push_back(trial_in(shown.folder / pair.contender));
  }
  return trials;
}

// Annotations name files as the repository does.
std::string name_in_repository(const fs::path& file) {
  if (file.empty()) return "";
  const char* workspace = std::getenv("GITHUB_WORKSPACE");
  const fs::path root =
      workspace == nullptr || *workspace == '\0' ? fs::current_path() : fs::path(workspace);
  const fs::path name =
      fs::absolute(file).lexically_normal().lexically_relative(root.lexically_normal());
  return name.empty() || *name.begin() == ".." ? file.string() : name.string();
}

AnnotatedFiles files_of(const ShownExperiment& shown) {
  // The copies beside the experiment are the files as they were read.
  const auto text = [&shown](const char* name) {
    std::error_code ignored;
    const fs::path file = shown.folder / name;
    return fs::is_regular_file(file, ignored) ? read_whole_file(file) : std::string();
  };
  return {name_in_repository(shown.scenario), text("scenario.json"),
          name_in_repository(shown.change), text("change.json")};
}

std::string text_in(Format format, const ShownExperiment& shown, const Style& style) {
  const std::string folder = shown.folder.string();
  switch (format) {
    case Format::text:
      return experiment_table(shown.experiment, folder, shown.next, style);
    case Format::markdown:
      return experiment_markdown(shown.experiment, folder);
    case Format::json:
      return experiment_to_json(shown.experiment);
    case Format::junit:
      return experiment_junit(shown.experiment);
    case Format::github:
      return github_annotations(shown.experiment, files_of(shown));
    case Format::gbench_baseline:
      return gbench_files(trials_of(shown)).baseline;
    case Format::gbench_contender:
      return gbench_files(trials_of(shown)).contender;
    case Format::gbench_median:
      return gbench_medians(trials_of(shown));
  }
  return "";
}

}  // namespace

Render experiment_render(const ShownExperiment& shown) {
  return [shown](Format format, const Style& style) { return text_in(format, shown, style); };
}

}  // namespace tare
