#include "tools/compare/index_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "bench/model/sql_updates.h"
#include "tools/compare/index_redundancy.h"
#include "tools/compare/index_words.h"
#include "tools/plans/plan_tables.h"

namespace tare {
namespace {

constexpr const char* kThisLoadOnly = "this load only: other jobs may use it";

// A finding on its way to its place: those that could be acted on first, then by bytes.
struct Weighed {
  IndexFinding finding;
  enum class Rank { acted_on, only_looks_so } rank = Rank::acted_on;
  double bytes = 0;  // at stake in this run
};

// The steps whose captured plans read a table from end to end.
struct Scanner {
  int64_t plans = 0, of = 0;
  ScanWorkers workers = ScanWorkers::one;
};
using Scanners = std::map<std::string, Scanner>;  // by operation/step

struct PlannedScans {
  const Plan* plan;
  std::vector<ScannedTable> scanned;
};

std::vector<PlannedScans> scans_of(const std::vector<Plan>& plans) {
  std::vector<PlannedScans> all;
  for (const Plan& plan : plans) {
    if (plan.explain_json.empty()) continue;
    try {
      all.push_back({&plan, plan_tables(plan.explain_json).scanned});
    } catch (const std::runtime_error&) {
      // A plan that cannot be read names nothing; the finding says that none does.
    }
  }
  return all;
}

bool is_part_of(const std::string& name, const TableUse& table) {
  return name == table.name || std::find(table.partitions.begin(), table.partitions.end(), name) !=
                                   table.partitions.end();
}

Scanners scanners_of(const TableUse& table, const std::vector<PlannedScans>& plans) {
  Scanners scanners;
  for (const auto& [plan, scanned] : plans) {
    Scanner& scanner = scanners[plan->operation + "/" + plan->step];
    ++scanner.of;
    const auto found = std::find_if(scanned.begin(), scanned.end(), [&](const ScannedTable& scan) {
      return is_part_of(scan.table, table);
    });
    if (found == scanned.end()) continue;
    ++scanner.plans;
    if (found->workers == ScanWorkers::parallel) scanner.workers = ScanWorkers::parallel;
  }
  std::erase_if(scanners, [](const auto& entry) { return entry.second.plans == 0; });
  return scanners;
}

class Findings {
 public:
  Findings(const IndexReview& review, const std::vector<Plan>& plans)
      : review_(review), plans_(scans_of(plans)) {
    for (const Plan& plan : plans) {
      const auto [entry, added] = assigned_.try_emplace(plan.operation + "/" + plan.step);
      if (added) entry->second = assigned_columns(plan.sql);
    }
  }

  std::vector<IndexFinding> all() {
    for (const TableUse& table : review_.tables) {
      sequential_scans(table);
      hot_share(table);
      const std::vector<Redundancy> redundant = redundant_indexes(table);
      for (const Redundancy& each : redundant) redundancy(table, each);
      for (const IndexUse& index : table.indexes) unused(table, index, redundant);
    }
    std::stable_sort(found_.begin(), found_.end(), [](const Weighed& a, const Weighed& b) {
      return a.rank != b.rank ? a.rank < b.rank : a.bytes > b.bytes;
    });
    std::vector<IndexFinding> findings;
    for (Weighed& each : found_) findings.push_back(std::move(each.finding));
    return findings;
  }

 private:
  Weighed& add(IndexFindingKind kind, const TableUse& table, const std::string& index) {
    Weighed& added = found_.emplace_back();
    added.finding.kind = kind;
    added.finding.table = table_words(table);
    added.finding.index = index;
    return added;
  }

  void sequential_scans(const TableUse& table) {
    const bool large = table.size_bytes >= kLargeTableBytes && table.rows > kLargeTableRows;
    if (!large || table.seq_scans == 0) return;
    const int64_t rows_a_scan = table.seq_rows / table.seq_scans;
    if (rows_a_scan < kFewestRowsAScan) return;
    Weighed& added = add(IndexFindingKind::sequential_scan, table, "");
    const Scanners scanners = scanners_of(table, plans_);
    added.bytes = double(table.seq_rows) / double(table.rows) * double(table.size_bytes);
    added.finding.evidence =
        fmt::format("{} read {} rows ({} a scan) of a table of {} rows, {}; by {}",
                    counted_words(table.seq_scans, "scan", "scans"), count_words(table.seq_rows),
                    count_words(rows_a_scan), count_words(table.rows),
                    bytes_words(table.size_bytes), scanner_words(table, scanners));
    const bool parallel = std::any_of(scanners.begin(), scanners.end(), [](const auto& entry) {
      return entry.second.workers == ScanWorkers::parallel;
    });
    if (parallel) {
      added.finding.cautions.emplace_back("parallel scans: each worker counts as a scan");
    }
  }

  std::string scanner_words(const TableUse& table, const Scanners& scanners) const {
    if (scanners.empty()) return "a query that is not among the captured plans";
    std::string text;
    for (const auto& [step, scanner] : scanners) {
      text += fmt::format("{}{} ({} of {} captured plans)", text.empty() ? "" : ", ", step,
                          scanner.plans, scanner.of);
    }
    const auto alike =
        std::count_if(review_.tables.begin(), review_.tables.end(),
                      [&](const TableUse& other) { return other.name == table.name; });
    if (alike > 1) text += "; the plans do not tell tables of one name in several schemas apart";
    return text;
  }

  void hot_share(const TableUse& table) {
    if (table.updates < kFewestUpdates) return;
    const double share = double(table.hot_updates) / double(table.updates);
    if (share >= kLowHotShare) return;
    const std::string counted =
        fmt::format("{} of {} updates were HOT ({:.1f} %)", count_words(table.hot_updates),
                    count_words(table.updates), 100 * share);
    const size_t before = found_.size();
    int64_t cases = 0;
    for (const IndexUse& index : table.indexes) cases += prevents_hot(table, index, counted);
    if (found_.size() > before) return;
    for (const IndexUse& index : table.indexes) holds_assigned(table, index, counted);
    if (found_.size() > before) return;
    Weighed& added = add(IndexFindingKind::low_hot_share, table, "");
    added.finding.evidence = counted + "; no index holds a column that a captured step assigns";
    if (cases > 0) {
      added.finding.evidence += fmt::format(
          ", and none, left out, made most sampled updates HOT "
          "({} measured)",
          counted_words(cases, "case", "cases"));
    }
    added.finding.cautions.emplace_back("pages without room prevent it too");
  }

  // A row for an index without which updates are HOT. Returns how many cases were measured.
  int64_t prevents_hot(const TableUse& table, const IndexUse& index, const std::string& counted) {
    int64_t cases = 0;
    for (const WriteCost& cost : index.costs) {
      if (cost.updates == 0) continue;
      ++cases;
      // An index on what the updates change prevents every one; rooms of pages vary by chance.
      if (cost.hot_with > 0 || cost.hot_without * 2 < cost.updates) continue;
      Weighed& added = add(IndexFindingKind::low_hot_share, table, index.name);
      added.bytes = double(table.updates - table.hot_updates) * double(cost.wal_bytes);
      added.finding.evidence = fmt::format(
          "{}; of {} sampled from {}/{}, {} were HOT with this index and {} without it; {}; {} "
          "through it",
          counted, cost.updates, cost.operation, cost.step, cost.hot_with, cost.hot_without,
          cost_words(cost), counted_words(index.scans, "scan", "scans"));
    }
    return cases;
  }

  // A row for an index on a column that a step assigns, unless it was seen not to prevent HOT
  // updates: a value that stays the same prevents none.
  void holds_assigned(const TableUse& table, const IndexUse& index, const std::string& counted) {
    if (index.access_method == "brin") return;  // prevents none since PostgreSQL 16
    const bool harmless = std::any_of(index.costs.begin(), index.costs.end(),
                                      [](const WriteCost& cost) { return cost.hot_with > 0; });
    if (harmless) return;
    std::string assigned;
    for (const auto& [step, updates] : assigned_) {
      for (const AssignedColumns& update : updates) {
        const bool here = is_part_of(update.table, table) &&
                          (update.schema.empty() || update.schema == table.schema);
        for (const std::string& column : index.columns) {
          if (!here || !update.columns.contains(column)) continue;
          assigned += fmt::format("{}{} assigns {}", assigned.empty() ? "" : ", ", step, column);
        }
      }
    }
    if (assigned.empty()) return;
    Weighed& added = add(IndexFindingKind::low_hot_share, table, index.name);
    added.finding.evidence =
        fmt::format("{}; {}, which it holds; {} through it; {}", counted, assigned,
                    counted_words(index.scans, "scan", "scans"), price(index));
    added.finding.cautions.emplace_back(
        index.costs.empty() ? "whether updates are HOT without it was not measured"
                            : "leaving it out alone did not make most sampled updates HOT: others "
                              "hold assigned columns too, or pages have no room");
  }

  void redundancy(const TableUse& table, const Redundancy& each) {
    const IndexUse& index = *each.index;
    Weighed& added = add(each.kind, table, index.name);
    const std::string keys =
        each.kind == IndexFindingKind::duplicate
            ? fmt::format("the same keys ({}) as {}", key_words(index.keys), each.by->name)
            : fmt::format("its keys ({}) begin those of {} ({})", key_words(index.keys),
                          each.by->name, key_words(each.by->keys));
    added.finding.evidence =
        fmt::format("{}; {}, {} through {}; {}", keys, counted_words(index.scans, "scan", "scans"),
                    count_words(each.by->scans), each.by->name, price(index));
    weigh(table, index, added);
    if (only_one_can_go(each)) {
      added.finding.cautions.push_back(
          fmt::format("{} would have to do its work: only one of the two can go", each.by->name));
    }
  }

  // The one that is not scanned could do the work of the one that is.
  static bool only_one_can_go(const Redundancy& each) {
    return each.index->scans > 0 && each.by->scans == 0;
  }

  void unused(const TableUse& table, const IndexUse& index,
              const std::vector<Redundancy>& redundant) {
    const bool told = std::any_of(redundant.begin(), redundant.end(),
                                  [&](const Redundancy& each) { return each.index == &index; });
    if (told || index.scans > 0 || index.needed_by.starts_with("primary key")) return;
    Weighed& added = add(IndexFindingKind::unused, table, index.name);
    added.finding.evidence = fmt::format("0 scans of {} in {:.1f} s; {}",
                                         counted_words(review_.requests, "request", "requests"),
                                         review_.seconds, price(index));
    added.finding.cautions.emplace_back(kThisLoadOnly);
    if (review_.seconds < kShortRunSeconds) {
      added.finding.cautions.push_back(
          fmt::format("short run: {:.1f} s hold nothing that comes more seldom", review_.seconds));
    }
    if (!is_touched(table)) {
      added.finding.cautions.emplace_back("this load does not touch the table");
      added.rank = Weighed::Rank::only_looks_so;
    }
    if (!index.unique_rule.empty() || index.role == IndexRole::constraint) {
      added.rank = Weighed::Rank::only_looks_so;
    }
    weigh(table, index, added);
    for (const Redundancy& each : redundant) {
      if (each.by != &index || !only_one_can_go(each)) continue;
      added.finding.cautions.push_back(
          fmt::format("{} could be replaced by it: only one of the two can go", each.index->name));
    }
  }

  static bool is_touched(const TableUse& table) {
    const bool scanned = std::any_of(table.indexes.begin(), table.indexes.end(),
                                     [](const IndexUse& index) { return index.scans > 0; });
    return scanned || table.seq_scans + table.inserts + table.updates + table.deletes > 0;
  }

  // What it takes on the disk and from those who write.
  static std::string price(const IndexUse& index) {
    std::string text = bytes_words(index.size_bytes);
    for (const WriteCost& cost : index.costs) text += "; " + cost_words(cost);
    if (!index.not_measured.empty()) text += "; cost to writers: " + index.not_measured;
    return text;
  }

  // What else there is to say of dropping this index, and what it would save.
  static void weigh(const TableUse& table, const IndexUse& index, Weighed& added) {
    std::vector<std::string>& cautions = added.finding.cautions;
    if (index.role == IndexRole::constraint) {
      cautions.push_back(fmt::format("backs {}: it enforces a rule", index.needed_by));
    } else if (!index.unique_rule.empty()) {
      cautions.emplace_back("unique: it enforces a rule");
    }
    if (index.role != IndexRole::constraint && !index.needed_by.empty()) {
      cautions.push_back(index.needed_by + " rests on it");
    }
    if (index.replica_identity == ReplicaIdentity::yes) {
      cautions.emplace_back("it is the table's replica identity");
      added.rank = Weighed::Rank::only_looks_so;
    }
    if (index.state == IndexState::invalid) {
      cautions.emplace_back("invalid: no query can use it");
    }
    if (!index.partition.empty()) cautions.push_back("on partition " + index.partition + " alone");
    added.bytes = double(index.size_bytes);
    for (const WriteCost& cost : index.costs) {
      const int64_t written = cost.command == "INSERT"   ? table.inserts
                              : cost.command == "UPDATE" ? table.updates
                              : cost.command == "DELETE" ? table.deletes
                                                         : 0;
      added.bytes += double(cost.wal_bytes) * double(written);
    }
  }

  const IndexReview& review_;
  std::vector<PlannedScans> plans_;
  std::map<std::string, std::vector<AssignedColumns>> assigned_;  // by operation/step
  std::vector<Weighed> found_;
};

}  // namespace

std::vector<IndexFinding> index_findings(const IndexReview& review,
                                         const std::vector<Plan>& plans) {
  return Findings(review, plans).all();
}

}  // namespace tare
