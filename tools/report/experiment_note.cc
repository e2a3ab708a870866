#include "tools/report/experiment_note.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "tools/report/cells.h"
#include "tools/report/experiment_words.h"
#include "tools/report/hit_or_fix_lines.h"
#include "tools/report/index_review_table.h"
#include "tools/report/markdown_text.h"
#include "tools/report/words.h"

namespace tare {
namespace {

// Indented, which Markdown shows as it is, whatever stands in it.
std::string code(const std::string& text) {
  std::string out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) out += "    " + harmless(line) + "\n";
  return out;
}

std::string command_of(const Action& action) {
  const auto settings = [](const char* how, const std::map<std::string, std::string>& values) {
    std::string text;
    for (const auto& [name, value] : values) {
      text += fmt::format("{}{} {} = '{}'", text.empty() ? "" : "\n", how, name, value);
    }
    return text;
  };
  if (const auto* sql = std::get_if<SqlAction>(&action)) return sql->sql + ";";
  if (const auto* shell = std::get_if<ShellAction>(&action)) return "$ " + shell->command;
  if (const auto* postgres = std::get_if<PostgresSettingsAction>(&action)) {
    return settings("ALTER SYSTEM SET", postgres->values);
  }
  if (const auto* redis = std::get_if<RedisSettingsAction>(&action)) {
    return settings("CONFIG SET", redis->values);
  }
  std::string text = "redis>";
  for (const std::string& argument : std::get<RedisAction>(action).arguments)
    text += " " + argument;
  return text;
}

std::string commands(const std::vector<Action>& actions) {
  std::string out;
  for (const Action& action : actions) out += code(command_of(action));
  return out;
}

std::string done(const Experiment& experiment, const Change& change) {
  std::string out = "\n## What was done\n\n";
  if (!change.apply.empty()) out += "Applied in the contender, in this order:\n\n";
  out += commands(change.apply);
  if (change.binaries.any()) out += "\nThe contender's servers are other programs (below).\n";
  if (change.scenario_patch) {
    out += "\nThe contender runs other code: the patch in `change.json`, under `scenario`.\n";
  }
  if (!experiment.schema_changes.empty()) {
    out += "\nWhat that did to the schema:\n\n";
    for (const std::string& line : experiment.schema_changes) out += code(line);
  }
  if (!experiment.cache_cleared.empty()) {
    out += fmt::format("\nCache keys cleared before the warm-ups of both arms ({} in all):\n\n",
                       count_cell(experiment.cache_keys_cleared));
    for (const std::string& pattern : experiment.cache_cleared) out += code(pattern);
  }
  return out;
}

std::string rollback(const Experiment& experiment, const Change& change) {
  std::string out = "\n## Rollback\n\n" + markdown_text(change.rollback_note) + "\n\n";
  out += commands(change.rollback);
  switch (experiment.rollback.status) {
    case RollbackStatus::equal:
      return out + "\nTried after every contender trial: the schema equals the start.\n";
    case RollbackStatus::different:
      return out + "\n**Tried, and something is left:**\n\n" + code(experiment.rollback.detail);
    case RollbackStatus::failed:
      return out + "\n**Tried, and it failed:**\n\n" + code(experiment.rollback.detail);
    case RollbackStatus::not_done:
      break;
  }
  return out + "\n**Not tried.** " + markdown_text(experiment.rollback.detail) + "\n";
}

std::string expected(const Experiment& experiment) {
  std::string out = "\n## Expected and found\n\n";
  const Comparison& comparison = experiment.comparison;
  if (comparison.expectations.empty() && comparison.limits.empty()) {
    return out + "Nothing was expected in numbers.\n";
  }
  for (const ExpectationResult& each : comparison.expectations) {
    out += fmt::format("- {}: **{}**{}\n", markdown_text(expectation_sentence(each)),
                       to_text(each.outcome),
                       each.note.empty() ? "" : " (" + markdown_text(each.note) + ")");
  }
  std::istringstream limits(limit_lines(comparison.limits, Style()));
  for (std::string line; std::getline(limits, line);) out += "- " + markdown_text(line) + "\n";
  return out;
}

std::string metrics(const Experiment& experiment) {
  std::string out = "\n## Metrics\n";
  out += "\n" + markdown_rows(experiment.comparison.rows, experiment);
  const auto counted = [&experiment](PairOrder order) {
    return std::count_if(experiment.pairs.begin(), experiment.pairs.end(),
                         [order](const ExperimentPair& pair) {
                           return pair.order == order && pair.tainted.empty();
                         });
  };
  if (counted(PairOrder::in_turns) > 0) {
    out +=
        fmt::format("\n{} pairs of trials, whose loads took turns.\n", experiment.comparison.pairs);
  } else {
    out += fmt::format("\n{} pairs of trials, in {} of them the baseline first.\n",
                       experiment.comparison.pairs, counted(PairOrder::baseline_first));
  }
  const auto lines = hit_or_fix_lines(experiment.comparison.hit_or_fix);
  if (!lines.empty()) out += "\n## Hit or fix\n\n";
  for (const std::string& line : lines) out += "- " + markdown_text(line) + "\n";
  out += "\n## Plans\n\n";
  if (experiment.comparison.plan_changes.empty()) {
    out += fmt::format("None of {} plans changed.\n", experiment.comparison.plans_compared);
  }
  for (const PlanChange& change : experiment.comparison.plan_changes) {
    out += fmt::format("- {} {}: {} ({} of {} comparisons)\n", markdown_text(change.operation),
                       markdown_text(change.step), markdown_text(change.description),
                       change.changed, change.compared);
  }
  return out;
}

// What the first pair's baseline found, in short: the whole is in its result.json.
std::string indexes(const std::optional<IndexReview>& review) {
  if (!review || review->tables.empty()) return "";
  std::string out = "\n## Indexes under this load, before the change\n\n";
  if (review->findings.empty()) out += "Nothing was found.\n";
  constexpr size_t kMostFindings = 10;
  for (size_t i = 0; i < std::min(review->findings.size(), kMostFindings); ++i) {
    const IndexFinding& finding = review->findings[i];
    out += fmt::format("- {}: {}{}: {}", finding_words(finding.kind), markdown_text(finding.table),
                       finding.index.empty() ? "" : ", " + markdown_text(finding.index),
                       markdown_text(finding.evidence));
    for (const std::string& caution : finding.cautions) {
      out += fmt::format("{}{}", &caution == &finding.cautions.front() ? " (" : "; ",
                         markdown_text(caution));
    }
    out += finding.cautions.empty() ? "\n" : ")\n";
  }
  if (review->findings.size() > kMostFindings) {
    out += fmt::format("- and {} more in the trial's result.json\n",
                       review->findings.size() - kMostFindings);
  }
  for (const std::string& note : review->notes) out += "- note: " + markdown_text(note) + "\n";
  return out;
}

std::string environment(const Environment& baseline, const Environment& contender) {
  std::string out = "\n## Environment\n\n";
  const auto listed = [&out](const char* title, const Settings& first, const Settings& second) {
    for (const auto& [name, value] : first) {
      const auto found = second.find(name);
      const bool same = found != second.end() && found->second == value;
      out += fmt::format("- {} {}: {}{}\n", title, markdown_text(name), markdown_text(value),
                         same                    ? ""
                         : found == second.end() ? "; contender: not set"
                                                 : "; contender: " + markdown_text(found->second));
    }
    for (const auto& [name, value] : second) {
      if (first.contains(name)) continue;
      out += fmt::format("- {} {}: not set; contender: {}\n", title, markdown_text(name),
                         markdown_text(value));
    }
  };
  listed("version of", baseline.versions, contender.versions);
  listed("host", baseline.host, baseline.host);
  listed("generator", baseline.generator, contender.generator);
  out += fmt::format("- file system: {}\n- git revision: {}\n", markdown_text(baseline.file_system),
                     markdown_text(baseline.git_revision));
  listed("PostgreSQL", baseline.postgres_settings, contender.postgres_settings);
  listed("Redis", baseline.redis_settings, contender.redis_settings);
  return out;
}

std::string not_measured(const Experiment& experiment) {
  std::string out = "\n## Not measured\n\n";
  for (const Row& row : experiment.comparison.rows) {
    if (row.gating != Gating::gating) continue;
    if (row.verdict != Verdict::inconclusive && row.verdict != Verdict::invalid) continue;
    out += fmt::format("- {} {}: {}{}\n", markdown_text(row.operation), metric_words(row.metric),
                       to_text(*row.verdict),
                       row.note.empty() ? "" : " (" + markdown_text(row.note) + ")");
  }
  return out +
         "- What applying costs a site that is busy meanwhile: locks, time, full disks.\n"
         "- What clearing the cache keys costs the site: both arms begin with them cleared.\n"
         "- Other hardware, other data and other traffic than those above.\n";
}

}  // namespace

std::string experiment_note(const Experiment& experiment, const Change& change,
                            const Environment& baseline, const Environment& contender,
                            const std::string& files_touched,
                            const std::optional<IndexReview>& index_review) {
  std::string out = fmt::format("# {}\n\n{}\n\n", markdown_text(experiment.change),
                                markdown_text(verdict_sentence(experiment)));
  out +=
      fmt::format("- owner: {}\n- reason: {}\n- what may differ: {}\n", markdown_text(change.owner),
                  markdown_text(change.reason), markdown_text(change.variable));
  out += fmt::format("- scenario: {}, seed {}\n- weighed: {}, in {}\n",
                     markdown_text(experiment.scenario), experiment.seed, experiment.started_at,
                     duration_cell(experiment.duration_s));
  for (const std::string& reason : experiment.comparison.invalid_reasons) {
    out += "- **invalid**: " + markdown_text(reason) + "\n";
  }
  out += expected(experiment) + done(experiment, change) + rollback(experiment, change);
  out += metrics(experiment) + indexes(index_review);
  out += "\n## Assumptions\n\n";
  if (change.assumptions.empty()) out += "None were written down.\n";
  for (const std::string& line : change.assumptions) out += "- " + markdown_text(line) + "\n";
  for (const std::string& line : experiment.design) {
    if (&line == &experiment.design.front()) out += "\n## Design\n\n";
    out += "- " + markdown_text(line) + "\n";
  }
  out += environment(baseline, contender);
  if (!files_touched.empty())
    out += "\nNot committed when this was weighed:\n\n" + code(files_touched);
  for (const std::string& warning : experiment.warnings) {
    if (&warning == &experiment.warnings.front()) out += "\n## Warnings\n\n";
    out += "- " + markdown_text(warning) + "\n";
  }
  return out + not_measured(experiment);
}

}  // namespace tare
