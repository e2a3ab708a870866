// The sentence that says whether a change was the cache or less work.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/compare/hit_or_fix.h"

namespace tare {
namespace {

// Other requests among the fastest 95 % are not yet more hits among all.
const char* name_of_mix(const HitOrFix& found) {
  const double ratio_moved = found.hit_ratio_change.value_or(0);
  if (ratio_moved >= kHitRatioMoved && found.more_hits_ns < 0) return "more hits";
  if (ratio_moved <= -kHitRatioMoved && found.more_hits_ns > 0) return "fewer hits";
  return "another mix of hits and misses";
}

std::string count(double blocks) {
  if (blocks < 10 && blocks != std::floor(blocks)) return fmt::format("{:.1f}", blocks);
  std::string digits = fmt::format("{:.0f}", blocks);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

bool is_same(const Blocks& blocks) {
  return std::abs(blocks.contender - blocks.baseline) <=
         std::max(kSameWork * blocks.baseline, kSameBlocks);
}

// What the sentence is put together from.
struct Phrases {
  bool better = true;
  std::string faster, hits, per, work, blocks;
  bool same = false;     // the work
  double growth = 0;     // of it
  std::string mostly;    // with its comma, as the next; empty without a cached step
  std::string in_spite;  // often empty
};

void add_work(const HitOrFix& found, Phrases& out) {
  out.per = found.hit_ratio_change ? "per miss" : "per request";
  if (found.blocks_per_miss) {
    Blocks told = *found.blocks_per_miss;
    if (is_same(told) && found.blocks_per_hit && !is_same(*found.blocks_per_hit)) {
      told = *found.blocks_per_hit;
      out.per = found.hit_ratio_change ? "per hit" : "per request";
    }
    out.same = is_same(told);
    out.growth = told.contender - told.baseline;
    out.blocks = fmt::format("{} blocks -> {}", count(told.baseline), count(told.contender));
  }
  out.work = (out.better ? "less work " : "more work ") + out.per;
}

Phrases phrases_of(const HitOrFix& found) {
  Phrases out;
  out.better = found.change_ns < 0;
  out.faster = out.better ? "faster" : "slower";
  out.hits = out.better ? "more hits" : "fewer hits";
  add_work(found, out);
  const double direction = out.better ? -1 : 1;
  double most = 0;
  for (const NamedPart& part : named_parts(found)) {
    if (direction * part.ns > most && found.hit_ratio_change) {
      most = direction * part.ns;
      out.mostly = ", mostly by " + part.name;
    }
    if (-direction * part.ns >= std::abs(found.change_ns) / 4) {
      out.in_spite += (out.in_spite.empty() ? ", in spite of " : " and ") + part.name;
    }
  }
  return out;
}

std::string cache_words(const Phrases& of) {
  if (of.same) {
    return fmt::format("{}, same work {}, {}: the cache", of.faster, of.per, of.hits);
  }
  if ((of.growth < 0) == of.better) {
    return fmt::format("{} by {}: the cache; {} too, {}, but that is less than a quarter of it",
                       of.faster, of.hits, of.work, of.blocks);
  }
  return fmt::format("{} by {}, with {} work {}, {}: the cache", of.faster, of.hits,
                     of.growth > 0 ? "more" : "less", of.per, of.blocks);
}

std::string neither_words(const Phrases& of) {
  if (of.same) {
    return fmt::format("{} for the same work {}{}", of.faster, of.per, of.mostly);
  }
  return fmt::format("{}{}; the work {}, {}, does not explain it", of.faster, of.mostly, of.per,
                     of.blocks);
}

std::string sentence(const HitOrFix& found, const Phrases& of) {
  switch (found.cause) {
    case Cause::within_margin:
    case Cause::unclear:
      break;
    case Cause::no_plans:
      return fmt::format("{}{}; no plans tell the work {}", of.faster, of.mostly, of.per);
    case Cause::both:
      return fmt::format("{} by {} and by {}, {}{}", of.faster, of.hits, of.work, of.blocks,
                         of.better ? ": the cache and a fix" : "");
    case Cause::cache:
      return cache_words(of);
    case Cause::work:
      return fmt::format("{} by {}, {}{}", of.faster, of.work, of.blocks,
                         of.better ? ": a fix" : "");
    case Cause::neither:
      return neither_words(of);
  }
  return "";
}

}  // namespace

std::vector<NamedPart> named_parts(const HitOrFix& found) {
  const bool cached = found.hit_ratio_change.has_value();
  const auto named = [](double ns, const char* faster, const char* slower) {
    return NamedPart{ns < 0 ? faster : slower, ns};
  };
  std::vector<NamedPart> parts = {{name_of_mix(found), found.more_hits_ns},
                                  named(found.hits_ns, "faster hits", "slower hits"),
                                  named(found.misses_ns, "faster misses", "slower misses"),
                                  named(found.others_ns, cached ? "other ways" : "faster requests",
                                        cached ? "other ways" : "slower requests")};
  std::erase_if(parts, [](const NamedPart& part) { return part.ns == 0; });
  return parts;
}

std::string words_of(const HitOrFix& found) {
  const Phrases phrases = phrases_of(found);
  const std::string words = sentence(found, phrases);
  return words.empty() ? words : words + phrases.in_spite;
}

std::string to_text(Cause cause) {
  switch (cause) {
    case Cause::within_margin:
      return "within_margin";
    case Cause::unclear:
      return "unclear";
    case Cause::no_plans:
      return "no_plans";
    case Cause::both:
      return "both";
    case Cause::cache:
      return "cache";
    case Cause::work:
      return "work";
    case Cause::neither:
      break;
  }
  return "neither";
}

}  // namespace tare
