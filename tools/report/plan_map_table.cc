#include "tools/report/plan_map_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "bench/model/number_words.h"
#include "tools/report/cells.h"
#include "tools/report/markdown_text.h"

namespace tare {
namespace {

using Rows = std::vector<std::vector<Cell>>;

constexpr size_t kColumns = 100;
constexpr size_t kMostClasses = 12;  // of a query; the rest is in the file

struct Line {
  std::string text;
  Paint paint = Paint::plain;
};

std::string columns_words(const QueryMap& query) {
  std::vector<std::string> words;
  for (const ParameterColumn& each : query.columns) {
    words.push_back(
        fmt::format("{}.{} {} ${}", each.table, each.column, each.comparison, each.parameter));
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string heading(const QueryMap& query) {
  std::string text = query.operation + "/" + query.step;
  if (query.share > 0) text += fmt::format(" · {} of requests", percent_words(query.share));
  if (!query.columns.empty()) text += " · " + columns_words(query);
  return text;
}

const MeasuredPoint* measured_of(const QueryMap& query, const PlanClass& each) {
  for (const MeasuredPoint& point : query.measured) {
    if (point.parameters == each.example) return &point;
  }
  for (const MeasuredPoint& point : query.measured) {
    if (point.plan == each.plan) return &point;
  }
  return nullptr;
}

std::string work_words(const QueryMap& query, const PlanClass& each) {
  const MeasuredPoint* point = measured_of(query, each);
  if (point == nullptr) return "";
  std::string words = grouped_digits(point->work.logical_reads) + " blocks";
  if (point->work.temp_blocks > 0) {
    words += fmt::format(", {} temporary", grouped_digits(point->work.temp_blocks));
  }
  return words;
}

std::string range_words(const PlanClass& each) {
  if (!each.lowest_selectivity) return "";
  const std::string low = percent_words(*each.lowest_selectivity),
                    high = percent_words(*each.highest_selectivity);
  return low == high ? fmt::format("{} of the table", low)
                     : fmt::format("{} to {} of the table", low, high);
}

// Below a class: what it is likely to give way to.
std::string margin_words(const PlanClass& each) {
  if (!each.margin) return "";
  const bool flips = std::abs(*each.margin) <= kCoinFlip;
  return fmt::format("{}the next best, {}, is reckoned {} {}", flips ? "a coin flip: " : "",
                     each.next_best, percent_words(std::abs(*each.margin)),
                     *each.margin < 0 ? "cheaper" : "dearer");
}

// How a query's plans are called among themselves: A, B ... Z, then by their summaries.
std::string letter_of(const QueryMap& query, const std::string& plan) {
  for (size_t i = 0; i < query.classes.size(); ++i) {
    if (query.classes[i].plan != plan) continue;
    return i < 26 ? std::string(1, char('A' + i)) : query.classes[i].summary;
  }
  return plan;
}

std::string boundary_words(const QueryMap& query, const PlanBoundary& each) {
  const std::string where =
      each.to - each.from < 0.01
          ? fmt::format("at {}", percent_words((each.from + each.to) / 2))
          : fmt::format("between {} and {}", percent_words(each.from), percent_words(each.to));
  return fmt::format("boundary: {} -> {} {} of {} ({} / {})", letter_of(query, each.below),
                     letter_of(query, each.above), where, each.column, each.from_value,
                     each.to_value);
}

std::string estimate_words(const RowEstimate& each) {
  const std::string found = each.lowest == each.highest
                                ? grouped_digits(int64_t(each.highest))
                                : fmt::format("{} to {}", grouped_digits(int64_t(each.lowest)),
                                              grouped_digits(int64_t(each.highest)));
  return fmt::format("{}: rows estimated {}, found {} ({:.0f} times off)", each.node,
                     grouped_digits(int64_t(each.estimated)), found, each.factor);
}

std::vector<Line> lines_below(const QueryMap& query) {
  std::vector<Line> lines;
  for (const PlanBoundary& each : query.boundaries) lines.push_back({boundary_words(query, each)});
  const RowEstimate* worst = nullptr;
  for (const MeasuredPoint& point : query.measured) {
    for (const RowEstimate& each : point.estimates) {
      if (worst == nullptr || each.factor > worst->factor) worst = &each;
    }
  }
  if (worst != nullptr) lines.push_back({"estimate: " + estimate_words(*worst)});
  if (query.switches) {
    lines.push_back({fmt::format("from the sixth execution on {} go over to the generic plan: {}",
                                 query.generic_share < 1
                                     ? percent_words(query.generic_share) + " of the sessions"
                                     : std::string("sessions"),
                                 query.generic_summary),
                     Paint::doubtful});
  }
  for (const std::string& note : query.notes) lines.push_back({"note: " + note, Paint::doubtful});
  return lines;
}

std::string indented(const std::string& text, Paint paint, const Style& style) {
  std::string out;
  for (const std::string& line : wrapped(harmless(text), kColumns - 5)) {
    out += (out.empty() ? "   " : "     ") + painted(line, paint, style) + "\n";
  }
  return out;
}

std::string query_table(const QueryMap& query, const Style& style) {
  std::string out = painted(harmless(heading(query)), Paint::bold, style) + "\n";
  size_t shown = 0;
  for (const PlanClass& each : query.classes) {
    if (++shown > kMostClasses) break;
    std::vector<std::string> facts;
    for (const std::string& fact : {range_words(each), work_words(query, each)}) {
      if (!fact.empty()) facts.push_back(fact);
    }
    if (!each.example.empty()) facts.push_back("as " + to_words(each.example));
    const std::string share = each.share > 0 ? percent_words(each.share) : "not asked";
    out += indented(fmt::format("{} {:>9}  {}{}{}", letter_of(query, each.plan), share,
                                each.summary, facts.empty() ? "" : " · ", fmt::join(facts, " · ")),
                    Paint::plain, style);
    const std::string margin = margin_words(each);
    if (margin.starts_with("a coin flip")) {
      out += indented("             " + margin, Paint::doubtful, style);
    }
  }
  if (query.classes.size() > kMostClasses) {
    out +=
        fmt::format("   and {} plans more in plan_map.json\n", query.classes.size() - kMostClasses);
  }
  for (const Line& line : lines_below(query)) out += indented(line.text, line.paint, style);
  return out;
}

std::string title_of(const PlanMap& map) {
  size_t points = 0;
  for (const QueryMap& query : map.queries) points += query.points.size();
  return fmt::format(
      "{} · plan map{} · PostgreSQL {} · {}, {} parameter sets", map.scenario,
      map.state.empty() ? "" : ", " + map.state, map.postgres,
      map.queries.size() == 1 ? "1 query" : fmt::format("{} queries", map.queries.size()),
      grouped_digits(int64_t(points)));
}

Paint paint_of(const PlanTransition& each) {
  if (each.coin_flip) return Paint::doubtful;
  if (each.verdict == WorkVerdict::regressed) return Paint::bad;
  return each.verdict == WorkVerdict::improved ? Paint::good : Paint::plain;
}

std::string verdict_words(const PlanTransition& each, const WorkLimit& limit) {
  std::string words =
      !each.before_work || !each.after_work
          ? "work not known: it takes an execution in both (EXPLAIN with ANALYZE, BUFFERS)"
      : each.verdict == WorkVerdict::same
          ? "work the same"
          : fmt::format("work {}: {}", to_text(each.verdict),
                        work_words(*each.before_work, *each.after_work, limit));
  if (each.coin_flip) {
    words += "; a coin flip: the plans are reckoned alike, so it may go back by itself";
  }
  if (each.generic) words += "; only the first five executions of a session meet it";
  return words;
}

std::string query_heading(const QueryDifference& query) {
  return fmt::format(
      "{}/{}{}{}", query.operation, query.step,
      query.share > 0 ? fmt::format(" · {} of requests", percent_words(query.share)) : "",
      query.other_sql ? " · another statement" : "");
}

std::string summary_line(const MapDifference& difference) {
  size_t changed = 0;
  for (const QueryDifference& query : difference.queries) {
    changed += std::any_of(query.transitions.begin(), query.transitions.end(),
                           [](const PlanTransition& each) { return each.before != each.after; });
  }
  return fmt::format(
      "plans: {} of {} queries changed theirs for some parameters; {} parameter "
      "sets asked in both",
      changed, difference.compared, grouped_digits(difference.points));
}

QueryDifference in_detail(QueryDifference query, MapDetail detail) {
  if (detail == MapDetail::whole) return query;
  query.boundaries.clear();
  std::erase_if(query.transitions, [](const PlanTransition& each) { return each.share == 0; });
  return query;
}

bool has_nothing(const QueryDifference& query) {
  return query.transitions.empty() && query.boundaries.empty() && query.notes.empty() &&
         query.refusals.empty() && !query.other_sql;
}

std::string left_out(const MapDifference& difference, MapDetail detail) {
  if (detail == MapDetail::whole) return "";
  size_t boundaries = 0, transitions = 0;
  for (const QueryDifference& query : difference.queries) {
    boundaries += query.boundaries.size();
    transitions += query.transitions.size() - in_detail(query, detail).transitions.size();
  }
  if (boundaries + transitions == 0) return "";
  return fmt::format(
      "{} moved, {} for parameters that the load does not ask with: tare plans diff FOLDER",
      boundaries == 1 ? "1 boundary" : fmt::format("{} boundaries", boundaries),
      transitions == 1 ? "1 change" : fmt::format("{} changes", transitions));
}

}  // namespace

std::string plan_map_table(const PlanMap& map, const Style& style) {
  std::string out = painted(harmless(title_of(map)), Paint::bold, style) + "\n";
  for (const QueryMap& query : map.queries) out += query_table(query, style);
  for (const std::string& note : map.notes) out += "note: " + harmless(note) + "\n";
  return out;
}

std::string plan_map_markdown(const PlanMap& map) {
  std::string out = fmt::format("### {}\n", markdown_text(title_of(map)));
  for (const QueryMap& query : map.queries) {
    out +=
        fmt::format("\n**{}**\n\n| | calls | plan | of the table | work |\n|-|--:|---|---|---|\n",
                    markdown_text(heading(query)));
    for (const PlanClass& each : query.classes) {
      out += fmt::format("| {} | {} | {} | {} | {} |\n", letter_of(query, each.plan),
                         each.share > 0 ? percent_words(each.share) : "not asked",
                         markdown_text(each.summary), range_words(each), work_words(query, each));
    }
    const std::vector<Line> below = lines_below(query);
    if (!below.empty()) out += "\n";
    for (const Line& line : below) out += fmt::format("- {}\n", markdown_text(line.text));
  }
  return out;
}

std::string map_difference_table(const MapDifference& difference, MapDetail detail,
                                 const Style& style) {
  std::string out = summary_line(difference) + "\n";
  for (const QueryDifference& each : difference.queries) {
    const QueryDifference query = in_detail(each, detail);
    if (has_nothing(query)) continue;
    out += painted(harmless(query_heading(query)), Paint::bold, style) + "\n";
    for (const PlanTransition& transition : query.transitions) {
      out += indented(
          fmt::format("{} [{}]", to_words(transition), verdict_words(transition, difference.limit)),
          paint_of(transition), style);
    }
    for (const Refusal& refusal : query.refusals) {
      out += indented(to_words(refusal), refusal.share > 0 ? Paint::bad : Paint::doubtful, style);
    }
    for (const std::string& boundary : query.boundaries) {
      out += indented("boundary: " + boundary, Paint::plain, style);
    }
    for (const std::string& note : query.notes) {
      out += indented("note: " + note, Paint::doubtful, style);
    }
  }
  const std::string more = left_out(difference, detail);
  return more.empty() ? out : out + painted(more, Paint::dim, style) + "\n";
}

std::string map_difference_markdown(const MapDifference& difference, MapDetail detail) {
  std::string out = summary_line(difference) + "\n";
  for (const QueryDifference& each : difference.queries) {
    const QueryDifference query = in_detail(each, detail);
    if (has_nothing(query)) continue;
    out += fmt::format("\n**{}**\n\n", markdown_text(query_heading(query)));
    for (const PlanTransition& transition : query.transitions) {
      out += fmt::format("- {} ({})\n", markdown_text(to_words(transition)),
                         markdown_text(verdict_words(transition, difference.limit)));
    }
    for (const Refusal& refusal : query.refusals) {
      out += fmt::format("- {}\n", markdown_text(to_words(refusal)));
    }
    for (const std::string& boundary : query.boundaries) {
      out += fmt::format("- boundary: {}\n", markdown_text(boundary));
    }
    for (const std::string& note : query.notes) {
      out += fmt::format("- note: {}\n", markdown_text(note));
    }
  }
  const std::string more = left_out(difference, detail);
  return more.empty() ? out : out + "\n" + more + "\n";
}

}  // namespace tare
