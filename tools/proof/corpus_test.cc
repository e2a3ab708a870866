#include "tools/proof/corpus.h"

#include <gtest/gtest.h>

#include "bench/model/errors.h"
#include "bench/model/problem.h"
#include "tools/proof/corpus_fixture.h"
#include "tools/proof/temporary_folder.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

const Progress kSilent = [](const std::string&) {};

double baseline_ms(const PairSample& pair) {
  return pair.baseline.result.operations.at("page").response_time_ns.tm95 / 1e6;
}

TEST(Corpus, PairsOfACellStandInTheOrderOfTheirTime) {
  const TemporaryFolder folder;
  record_experiment(folder.path() / "quiet-aa/s/b", "2026-01-02T00:00:00Z", {{3, 3}, {4, 4}});
  record_experiment(folder.path() / "quiet-aa/a", "2026-01-03T00:00:00Z", {{5, 5}});
  record_experiment(folder.path() / "quiet-aa/c", "2026-01-01T00:00:00Z", {{1, 1}, {2, 2}});
  const auto cells = load_corpus(folder.path(), kSilent);
  ASSERT_EQ(cells.size(), 1u);
  EXPECT_EQ(cells[0].name, "quiet-aa");
  EXPECT_EQ(cells[0].experiments, 3);
  ASSERT_EQ(cells[0].pairs.size(), 5u);
  for (size_t i = 0; i < 5; ++i) EXPECT_EQ(baseline_ms(cells[0].pairs[i]), double(i + 1));
  EXPECT_EQ(cells[0].pairs[1].order, PairOrder::contender_first);
  EXPECT_EQ(cells[0].criteria.margins.at("response_time_tm95"), 0.5);
}

TEST(Corpus, TaintedPairsAreLeftOutAndCounted) {
  const TemporaryFolder folder;
  record_experiment(folder.path() / "quiet-aa/a", "2026-01-01T00:00:00Z", {{1, 1}, {2, 2}, {3, 3}});
  Experiment experiment = read_experiment(folder.path() / "quiet-aa/a");
  experiment.pairs[1].tainted = {"something fell into it"};
  write_experiment(folder.path() / "quiet-aa/a", experiment);
  const auto cells = load_corpus(folder.path(), kSilent);
  ASSERT_EQ(cells.at(0).pairs.size(), 2u);
  EXPECT_EQ(baseline_ms(cells[0].pairs[1]), 3);
  EXPECT_EQ(cells[0].tainted, 1);
}

TEST(Corpus, KnownCellsComeFirstInTheirOrder) {
  const TemporaryFolder folder;
  for (const char* name : {"another", "plus-10", "plus-2", "quiet-aa"}) {
    record_experiment(folder.path() / name / "e", "2026-01-01T00:00:00Z", {{1, 1}});
  }
  fs::create_directories(folder.path() / "empty");
  std::vector<std::string> names;
  for (const CorpusCell& cell : load_corpus(folder.path(), kSilent)) names.push_back(cell.name);
  EXPECT_EQ(names, (std::vector<std::string>{"quiet-aa", "plus-2", "plus-10", "another"}));
}

TEST(Corpus, SaysWhatItReads) {
  const TemporaryFolder folder;
  record_experiment(folder.path() / "plus-5/e", "2026-01-01T00:00:00Z", {{1, 1}, {1, 1}});
  std::vector<std::string> said;
  load_corpus(folder.path(), [&](const std::string& text) { said.push_back(text); });
  ASSERT_EQ(said.size(), 4u);
  EXPECT_EQ(said[3], "plus-5: reading trial 4 of 4 in e");
}

TEST(Corpus, WhatIsNoCorpusIsRefused) {
  const TemporaryFolder folder;
  EXPECT_THROW(load_corpus(folder.path() / "absent", kSilent), UsageError);
  EXPECT_THROW(load_corpus(folder.path(), kSilent), UsageError);
  record_experiment(folder.path() / "quiet-aa/a", "2026-01-01T00:00:00Z", {{1, 1}});
  record_experiment(folder.path() / "quiet-aa/b", "2026-01-02T00:00:00Z", {{1, 1}}, "another");
  EXPECT_THROW(load_corpus(folder.path(), kSilent), UsageError);
  fs::remove_all(folder.path() / "quiet-aa/b");
  record_experiment(folder.path() / "quiet-aa/b", "2026-01-02T00:00:00Z", {{1, 1}});
  Experiment wider = read_experiment(folder.path() / "quiet-aa/b");
  wider.criteria->margins["response_time_tm95"] = 0.6;
  write_experiment(folder.path() / "quiet-aa/b", wider);
  EXPECT_THROW(load_corpus(folder.path(), kSilent), UsageError);
}

TEST(Corpus, AFileCutShortIsNamed) {
  const TemporaryFolder folder;
  record_experiment(folder.path() / "quiet-aa/a", "2026-01-01T00:00:00Z", {{1, 1}});
  write_whole_file(folder.path() / "quiet-aa/a/trials/1-baseline/result.json", "{\"schema");
  try {
    load_corpus(folder.path(), kSilent);
    FAIL() << "read half a file";
  } catch (const FileProblems& problems) {
    EXPECT_NE(std::string(problems.what()).find("1-baseline/result.json"), std::string::npos);
  }
}

}  // namespace
}  // namespace tare
