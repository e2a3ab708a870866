#include "tools/compare/hit_or_fix.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tools/compare/comparison_parts.h"
#include "tools/compare/statistics.h"

namespace tare {
namespace {

// ---- one trial, one pair ------------------------------------------------------------------

TrimmedPart joined(const TrimmedPart& a, const TrimmedPart& b) {
  const double share = a.share + b.share;
  if (share == 0) return {};
  return {share, (a.share * a.mean + b.share * b.mean) / share};
}

// A way that is not gone takes as long as in the other arm.
void fill_in(TrimmedPart& a, TrimmedPart& b) {
  if (a.share == 0) a.mean = b.mean;
  if (b.share == 0) b.mean = a.mean;
}

struct Cached {
  double share = 0, ratio = 0, mean = 0;
};

Cached cached_of(const Ways& ways) {
  const double share = ways.hits.share + ways.misses.share;
  return {share, share == 0 ? 0 : ways.hits.share / share, 0};
}

double middle(double a, double b) {
  return (a + b) / 2;
}

bool is_finite(const ChangeParts& parts) {
  return std::isfinite(parts.more_hits) && std::isfinite(parts.hits) &&
         std::isfinite(parts.misses) && std::isfinite(parts.others) && std::isfinite(parts.sum());
}

std::optional<double> hit_ratio(const OperationResult& operation) {
  int64_t hits = 0, misses = 0;
  if (const auto hit = operation.paths.find("hit"); hit != operation.paths.end()) {
    hits = hit->second.count;
  }
  if (const auto miss = operation.paths.find("miss"); miss != operation.paths.end()) {
    misses = miss->second.count;
  }
  if (hits + misses == 0) return std::nullopt;
  return double(hits) / (double(hits) + double(misses));
}

const OperationResult* operation_of(const Sample& sample, const std::string& name) {
  const auto found = sample.result.operations.find(name);
  return found == sample.result.operations.end() ? nullptr : &found->second;
}

// ---- the work -------------------------------------------------------------------------------

// The step of a miss alone; every other SQL step is a hit's too.
bool is_of_miss(const TrialPlan& plan) {
  return plan.step.ends_with(".query");
}

std::vector<PairSample> without_miss_steps(const std::vector<PairSample>& pairs,
                                           const std::string& operation) {
  std::vector<PairSample> out(pairs.size());
  const auto take = [&operation](const Sample& from, Sample& to) {
    for (const TrialPlan& plan : from.plans) {
      if (plan.operation == operation && !is_of_miss(plan)) to.plans.push_back(plan);
    }
  };
  for (size_t i = 0; i < pairs.size(); ++i) {
    take(pairs[i].baseline, out[i].baseline);
    take(pairs[i].contender, out[i].contender);
  }
  return out;
}

// None also where blocks were read that nobody counted.
std::optional<Blocks> blocks_of(const std::vector<PairSample>& pairs, const std::string& operation,
                                const Criteria& criteria) {
  if (!has_plans(pairs, operation)) return std::nullopt;
  const Row row = judge_blocks(pairs, operation, criteria);
  if (!row.note.empty() || !row.baseline || !row.contender) return std::nullopt;
  return Blocks{*row.baseline, *row.contender};
}

// -1 fell, 0 the same, 1 rose.
int moved(const std::optional<Blocks>& blocks) {
  if (!blocks) return 0;
  const double growth = blocks->contender - blocks->baseline;
  if (std::abs(growth) <= std::max(kSameWork * blocks->baseline, kSameBlocks)) return 0;
  return growth < 0 ? -1 : 1;
}

// ---- one operation ----------------------------------------------------------------------------

// Per pair, as shares of the mean of its two tm95: a pair on a slower machine weighs no more.
struct Changes {
  std::vector<double> whole, more_hits;
};

bool is_clear(const std::vector<double>& changes, const Criteria& criteria) {
  const auto limits = interval(estimate(changes), criteria.levels.limit);
  return limits && (limits->low > 0 || limits->high < 0);
}

// Noise of the machine reaches every part: more hits may be clear when the whole is not.
std::string words_of_hits_alone(const HitOrFix& found, double margin) {
  const bool better = found.more_hits_ns < 0;
  const double ratio_moved = found.hit_ratio_change.value_or(0) * (better ? 1 : -1);
  const bool same_work = found.blocks_per_miss && moved(found.blocks_per_miss) == 0 &&
                         moved(found.blocks_per_hit) == 0;
  if (!(found.baseline_ns > 0)) return "";
  const double share = std::abs(found.more_hits_ns) / found.baseline_ns;
  if (!same_work || ratio_moved < kHitRatioMoved || !(share >= margin)) return "";
  return fmt::format(
      "{} hits by themselves make it {:.2g} % {} for the same work per miss: the cache; the whole "
      "change is not clear",
      better ? "more" : "fewer", 100 * share, better ? "faster" : "slower");
}

// Adds up the pairs; none: there is nothing to split.
std::optional<Changes> add_up(const std::vector<PairSample>& pairs, HitOrFix& found) {
  Changes changes;
  double ratio_change = 0;
  int with_ratio = 0;
  for (const PairSample& pair : pairs) {
    const OperationResult* before = operation_of(pair.baseline, found.operation);
    const OperationResult* after = operation_of(pair.contender, found.operation);
    if (!before || !after) continue;
    const std::optional<Ways> ways_before = ways_of(*before), ways_after = ways_of(*after);
    if (!ways_before || !ways_after) continue;
    const ChangeParts parts = split_change(*ways_before, *ways_after);
    const double scale = middle(before->response_time_ns.tm95, after->response_time_ns.tm95);
    if (!is_finite(parts) || !std::isfinite(scale) || !(scale > 0)) continue;
    changes.whole.push_back(parts.sum() / scale);
    changes.more_hits.push_back(parts.more_hits / scale);
    found.baseline_ns += before->response_time_ns.tm95;
    found.more_hits_ns += parts.more_hits;
    found.hits_ns += parts.hits;
    found.misses_ns += parts.misses;
    found.others_ns += parts.others;
    const std::optional<double> ratio_before = hit_ratio(*before), ratio_after = hit_ratio(*after);
    if (!ratio_before || !ratio_after) continue;
    ratio_change += *ratio_after - *ratio_before;
    ++with_ratio;
  }
  if (changes.whole.empty()) return std::nullopt;
  found.pairs = int(changes.whole.size());
  for (double* sum : {&found.baseline_ns, &found.more_hits_ns, &found.hits_ns, &found.misses_ns,
                      &found.others_ns}) {
    *sum /= found.pairs;
    if (!std::isfinite(*sum)) return std::nullopt;
  }
  found.change_ns = found.more_hits_ns + found.hits_ns + found.misses_ns + found.others_ns;
  if (with_ratio > 0) found.hit_ratio_change = ratio_change / with_ratio;
  if (!std::isfinite(found.change_ns)) return std::nullopt;
  return changes;
}

}  // namespace

std::optional<Ways> ways_of(const OperationResult& operation) {
  if (operation.response_time_ns.count == 0 || operation.paths.empty()) return std::nullopt;
  Ways ways;
  for (const auto& [name, path] : operation.paths) {
    std::optional<TrimmedPart> part = path.tm95_part;
    if (!part && operation.paths.size() == 1) part = {1, operation.response_time_ns.tm95};
    if (!part) return std::nullopt;
    TrimmedPart& way = name == "hit" ? ways.hits : name == "miss" ? ways.misses : ways.others;
    way = joined(way, *part);
  }
  return ways;
}

ChangeParts split_change(const Ways& baseline, const Ways& contender) {
  Ways before = baseline, after = contender;
  fill_in(before.hits, after.hits);
  fill_in(before.misses, after.misses);
  fill_in(before.others, after.others);
  Cached cached_before = cached_of(before), cached_after = cached_of(after);
  if (cached_before.share == 0) cached_before.ratio = cached_after.ratio;
  if (cached_after.share == 0) cached_after.ratio = cached_before.ratio;
  const auto mean_of = [](const Cached& cached, const Ways& ways) {
    return cached.ratio * ways.hits.mean + (1 - cached.ratio) * ways.misses.mean;
  };
  const double share = middle(cached_before.share, cached_after.share);
  const double ratio = middle(cached_before.ratio, cached_after.ratio);
  ChangeParts parts;
  parts.more_hits =
      share * (cached_after.ratio - cached_before.ratio) *
      (middle(before.hits.mean, after.hits.mean) - middle(before.misses.mean, after.misses.mean));
  parts.hits = share * ratio * (after.hits.mean - before.hits.mean);
  parts.misses = share * (1 - ratio) * (after.misses.mean - before.misses.mean);
  parts.others =
      middle(before.others.share, after.others.share) * (after.others.mean - before.others.mean) +
      middle(before.others.mean, after.others.mean) * (after.others.share - before.others.share) +
      middle(mean_of(cached_before, before), mean_of(cached_after, after)) *
          (cached_after.share - cached_before.share);
  return parts;
}

Cause cause_of(const HitOrFix& found, double margin) {
  const double size = std::abs(found.change_ns);
  if (size == 0 || size < margin * found.baseline_ns) return Cause::within_margin;
  if (!found.blocks_per_miss) return Cause::no_plans;
  const int direction = found.change_ns < 0 ? -1 : 1;
  const double hit_ratio_moved = -direction * found.hit_ratio_change.value_or(0);
  double by_hits = 0, by_work = 0;  // of the change, in its direction
  if (hit_ratio_moved >= kHitRatioMoved) by_hits = direction * found.more_hits_ns;
  if (moved(found.blocks_per_miss) == direction) {
    by_work += direction * (found.misses_ns + found.others_ns);
  }
  if (moved(found.blocks_per_hit) == direction) by_work += direction * found.hits_ns;
  if (by_hits >= size / 4 && by_work >= size / 4) return Cause::both;
  if (by_hits >= size / 2) return Cause::cache;
  if (by_work >= size / 2) return Cause::work;
  return Cause::neither;
}

std::vector<HitOrFix> hit_or_fix(const std::vector<PairSample>& pairs, const Criteria& criteria) {
  std::set<std::string> operations;
  for (const PairSample& pair : pairs) {
    for (const auto& [name, operation] : pair.baseline.result.operations) operations.insert(name);
  }
  std::vector<HitOrFix> out;
  for (const std::string& operation : operations) {
    HitOrFix found;
    found.operation = operation;
    const std::optional<Changes> changes = add_up(pairs, found);
    if (!changes) continue;
    found.blocks_per_miss = blocks_of(pairs, operation, criteria);
    if (found.hit_ratio_change) {
      found.blocks_per_hit = blocks_of(without_miss_steps(pairs, operation), operation, criteria);
    }
    const double margin = margin_of(criteria, "response_time_tm95");
    found.cause = cause_of(found, margin);
    const bool clear = is_clear(changes->whole, criteria);
    if (found.cause != Cause::within_margin && !clear) found.cause = Cause::unclear;
    found.words = words_of(found);
    if (found.cause == Cause::unclear && is_clear(changes->more_hits, criteria)) {
      found.words = words_of_hits_alone(found, margin);
    }
    out.push_back(std::move(found));
  }
  return out;
}

}  // namespace tare
