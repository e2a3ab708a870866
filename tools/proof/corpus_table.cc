#include "tools/proof/corpus_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "bench/model/errors.h"
#include "tools/compare/proportion.h"

namespace tare {
namespace {

struct Tables {
  std::string changes, verdicts, exits, invalid, rivals;
};

std::string share(int count, const Tally& tally) {
  return to_text(proportion(double(count) / tally.experiments, tally.worth));
}

// "quiet-aa | 3 % | 20 | resampled: 300 = 7.5".
std::string beginning(const CorpusCell& cell, double margin, int most, const char* kind,
                      const Tally& tally) {
  return fmt::format("| {} | {:g} % | {} | {}: {} |", cell.name, 100 * margin, most, kind,
                     tally.worth == tally.experiments
                         ? fmt::format("{}", tally.experiments)
                         : fmt::format("{}, worth {:.1f}", tally.experiments, tally.worth));
}

void add_tally(const std::string& begun, const Tally& tally,
               const std::vector<std::string>& operations, Tables& tables) {
  for (const std::string& name : operations) {
    const auto found = tally.operations.find(name);
    if (found == tally.operations.end()) continue;
    const VerdictCounts& counts = found->second;
    tables.verdicts += fmt::format(
        "{} {} | {} | {} | {} | {} | {} | {} | {:.1f} |\n", begun, name,
        share(counts.count(Verdict::not_worse) + counts.count(Verdict::equivalent), tally),
        share(counts.count(Verdict::regressed), tally),
        share(counts.count(Verdict::inconclusive), tally),
        share(counts.count(Verdict::improved), tally), share(counts.count(Verdict::invalid), tally),
        share(counts.cache, tally), tally.mean_pairs);
  }
  tables.exits += begun;
  for (const int count : tally.exit_codes) tables.exits += " " + share(count, tally) + " |";
  tables.exits += "\n";
}

void add_replays(const CorpusCell& cell, const std::vector<std::string>& operations, double margin,
                 int most, int draws, const Progress& progress, Tables& tables) {
  progress(fmt::format("{}: experiments of at most {} pairs", cell.name, most));
  const Tally alone = independent_experiments(cell, most, margin);
  if (alone.experiments == 0) {
    tables.exits += fmt::format("| {} | {:g} % | {} | none: {} pairs are recorded | | | | |\n",
                                cell.name, 100 * margin, most, cell.pairs.size());
    return;
  }
  const Tally drawn = resampled_experiments(cell, most, margin, draws, progress);
  add_tally(beginning(cell, margin, most, "independent", alone), alone, operations, tables);
  add_tally(beginning(cell, margin, most, "resampled", drawn), drawn, operations, tables);
  if (!drawn.invalid_reason.empty()) {
    tables.invalid +=
        fmt::format("\n{}, up to {} pairs: the first that is invalid is so because: {}\n",
                    cell.name, most, drawn.invalid_reason);
  }
  if (!has_identical_arms(cell)) return;
  const Tally swapped = swapped_experiments(cell, most, margin, draws, progress);
  add_tally(beginning(cell, margin, most, "arms swapped", swapped), swapped, operations, tables);
}

void add_cell(const CorpusCell& cell, const CorpusOptions& options, const Progress& progress,
              Tables& tables) {
  const std::vector<std::string> operations =
      options.operation.empty() ? operations_of(cell) : std::vector{options.operation};
  for (const double margin : options.margins) {
    for (const int most : options.most) {
      add_replays(cell, operations, margin, most, options.draws, progress, tables);
    }
  }
  for (const std::string& name : operations) {
    if (const auto found = whole_change(cell, name)) {
      const std::string limits = found->limits
                                     ? fmt::format("{:+.2f} to {:+.2f} %", 100 * found->limits->low,
                                                   100 * found->limits->high)
                                     : "one pair has none";
      tables.changes += fmt::format("| {} | {} | {} | {:+.2f} % | {} | {:.2f} % | {:+.2f} |\n",
                                    cell.name, name, found->pairs, 100 * found->change, limits,
                                    100 * found->spread, found->neighbours);
    }
    for (const RivalTally& tally : rival_tallies(cell, name)) {
      if (tally.experiments == 0) continue;
      const auto cell_of = [&](int count) {
        return to_text(proportion(double(count) / tally.experiments, tally.experiments));
      };
      tables.rivals += fmt::format("| {} | {} | {} | {} | {} | {} |\n", cell.name, name, tally.rule,
                                   tally.experiments, cell_of(tally.alarms), cell_of(tally.gains));
    }
  }
}

void require_known(const std::vector<CorpusCell>& cells, const std::string& operation) {
  std::set<std::string> known;
  for (const CorpusCell& cell : cells) {
    for (const std::string& name : operations_of(cell)) known.insert(name);
  }
  if (operation.empty() || known.contains(operation)) return;
  throw UsageError(
      fmt::format("no cell has an operation {}; there are {}", operation, fmt::join(known, ", ")));
}

}  // namespace

std::string corpus_table(const std::vector<CorpusCell>& cells, const CorpusOptions& options,
                         const Progress& progress) {
  require_known(cells, options.operation);
  Tables tables;
  std::string recorded;
  for (const CorpusCell& cell : cells) {
    recorded +=
        fmt::format("{}{}: {} pairs in {} experiment{}", recorded.empty() ? "" : "; ", cell.name,
                    cell.pairs.size(), cell.experiments, cell.experiments == 1 ? "" : "s");
    if (cell.tainted > 0) recorded += fmt::format(" ({} tainted ones left out)", cell.tainted);
    add_cell(cell, options, progress, tables);
  }
  return fmt::format(
      "**Recorded**: {}.\n\nEvery share is followed by its 95 % interval (Clopper and Pearson). "
      "*Independent* experiments follow each other\nthrough the record and share no pair. "
      "*Resampled* ones are drawn from it in blocks of {} pairs; together they\nare worth no more "
      "independent ones than there are pairs for, and their interval is of that many. "
      "*Arms swapped*, of identical arms only:\nresampled, and a coin for each pair says which "
      "trial "
      "is the baseline's; the interval is over the coins, for the noise\nof these pairs.\n\n"
      "What all pairs of a cell say together of {} (its change is the truth, as well as it is "
      "known; pairs whose\nneighbours are alike would be worth less than they are):\n\n"
      "| cell | operation | pairs | change | 95 % | spread of a pair | likeness of neighbours |\n"
      "|---|---|---:|---:|---:|---:|---:|\n{}\n"
      "What its rows said in the end:\n\n"
      "| cell | margin | up to | experiments | operation | not worse or equivalent | regressed | "
      "inconclusive | improved | invalid | called cache | pairs |\n"
      "|---|---:|---:|---|---|---:|---:|---:|---:|---:|---:|---:|\n{}\n"
      "How whole experiments ended (exit code):\n\n"
      "| cell | margin | up to | experiments | 0 | 1 | 2 | 3 |\n"
      "|---|---:|---:|---|---:|---:|---:|---:|\n{}{}\n"
      "What the rules of others say of the same trials, interleaved as they were recorded (10 "
      "pairs for a U test):\n\n"
      "| cell | operation | rule | experiments | alarm | gain |\n|---|---|---|---:|---:|---:|\n{}",
      recorded, kBlock, kReplayedMetric, tables.changes, tables.verdicts, tables.exits,
      tables.invalid, tables.rivals);
}

}  // namespace tare
