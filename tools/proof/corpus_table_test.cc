#include "tools/proof/corpus_table.h"

#include <gtest/gtest.h>

#include "bench/model/errors.h"
#include "tools/proof/corpus_fixture.h"
#include "tools/proof/temporary_folder.h"

namespace tare {
namespace {

const Progress kSilent = [](const std::string&) {};

std::vector<std::pair<double, double>> pairs_of(double factor, int count) {
  std::vector<std::pair<double, double>> pairs;
  for (int i = 0; i < count; ++i) {
    const double base = 10 + 0.05 * (i % 3);
    pairs.emplace_back(base, factor * (base + 0.02 * (i % 2)));
  }
  return pairs;
}

std::vector<CorpusCell> small_corpus() {
  const TemporaryFolder folder;
  record_experiment(folder.path() / "quiet-aa/a", "2026-01-01T00:00:00Z", pairs_of(1, 12));
  record_experiment(folder.path() / "plus-10/a", "2026-01-01T00:00:00Z", pairs_of(1.1, 12));
  return load_corpus(folder.path(), kSilent);
}

TEST(CorpusTable, EveryCellIsHeldAgainstItsTruth) {
  CorpusOptions options;
  options.most = {6, 30};
  options.draws = 10;
  const std::string table = corpus_table(small_corpus(), options, kSilent);
  const auto holds = [&table](const std::string& line) {
    EXPECT_NE(table.find(line), std::string::npos) << line << "\n" << table;
  };
  holds("quiet-aa: 12 pairs in 1 experiment; plus-10: 12 pairs in 1 experiment.");
  holds("| quiet-aa | 3 % | 6 | independent: 2 | page | 100 % (15.8 to 100) | 0 % (0 to 84.2) |");
  holds(
      "| plus-10 | 3 % | 6 | resampled: 10, worth 2.0 | page | 0 % (0 to 84.2) | 100 % (15.8 to "
      "100) |");
  holds("| plus-10 | 3 % | 6 | independent: 2 | 0 % (0 to 84.2) | 100 % (15.8 to 100) |");
  holds("| quiet-aa | 3 % | 6 | arms swapped: 10 | page | 100 % (69.2 to 100) | 0 % (0 to 30.8) |");
  EXPECT_EQ(table.find("| plus-10 | 3 % | 6 | arms swapped"), std::string::npos);
  EXPECT_EQ(table.find("invalid is so because"), std::string::npos);
  holds("| plus-10 | 3 % | 30 | none: 12 pairs are recorded |");
  holds("| plus-10 | page | 5 % limit, 1 and 1 | 12 | 100 % (73.5 to 100) |");
  holds("| plus-10 | page | 12 | +10.1");
  EXPECT_EQ(table.find("nan"), std::string::npos);
  EXPECT_EQ(table.find("inf"), std::string::npos);
  EXPECT_EQ(table, corpus_table(small_corpus(), options, kSilent));
}

TEST(CorpusTable, WhatMakesExperimentsInvalidIsSaid) {
  std::vector<CorpusCell> cells = small_corpus();
  for (PairSample& pair : cells[1].pairs) pair.contender.result.schedule_digest = "other";
  CorpusOptions options;
  options.most = {6};
  options.draws = 5;
  const std::string table = corpus_table(cells, options, kSilent);
  EXPECT_NE(
      table.find("plus-10, up to 6 pairs: the first that is invalid is so because: the arms of "
                 "pair 1 were asked different requests"),
      std::string::npos)
      << table;
}

TEST(CorpusTable, AnUnknownOperationIsRefusedWithTheKnownOnes) {
  CorpusOptions options;
  options.operation = "pgae";
  try {
    corpus_table(small_corpus(), options, kSilent);
    FAIL() << "took an unknown operation";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "no cell has an operation pgae; there are page");
  }
}

}  // namespace
}  // namespace tare
