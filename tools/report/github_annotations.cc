#include "tools/report/github_annotations.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "tools/compare/experiment_verdict.h"
#include "tools/report/cells.h"
#include "tools/report/comparison_cells.h"
#include "tools/report/experiment_words.h"
#include "tools/report/json_line.h"
#include "tools/report/words.h"

namespace tare {
namespace {

enum class Level { error, warning, notice };  // the weightiest first

struct Place {
  std::string file;  // empty: nowhere
  int line = 0;
};

struct Annotation {
  Level level;
  Place place;
  std::string title;
  std::string message;
};

const char* word_of(Level level) {
  switch (level) {
    case Level::error:
      return "error";
    case Level::warning:
      return "warning";
    case Level::notice:
      break;
  }
  return "notice";
}

// Puts annotations together; knows where in the files things stand.
class Annotations {
 public:
  Annotations(const Experiment& experiment, const AnnotatedFiles& files)
      : experiment_(experiment), comparison_(experiment.comparison), files_(files) {}

  std::vector<Annotation> all() {
    const Level level = experiment_.exit_code == 0   ? Level::notice
                        : experiment_.exit_code == 2 ? Level::warning
                                                     : Level::error;
    std::string title = "tare: " + experiment_.scenario;
    if (!experiment_.change.empty()) title += ", " + experiment_.change;
    add(level, in_change({}), title, verdict_sentence(experiment_));
    for (const std::string& reason : comparison_.invalid_reasons) {
      add(Level::error, in_scenario({}), "not valid", reason);
    }
    // Figures of an invalid experiment are not to be trusted.
    if (comparison_.invalid_reasons.empty()) add_judged();
    add_rollback();
    for (const std::string& warning : experiment_.warnings) {
      add(Level::warning, in_scenario({}), "warning", warning);
    }
    std::stable_sort(all_.begin() + 1, all_.end(),
                     [](const Annotation& a, const Annotation& b) { return a.level < b.level; });
    return all_;
  }

 private:
  void add(Level level, Place place, std::string title, std::string message) {
    all_.push_back({level, std::move(place), std::move(title), std::move(message)});
  }

  static Place in(const std::string& name, const std::string& text,
                  const std::vector<std::string>& path) {
    if (name.empty()) return {};
    return {name, path.empty() ? 1 : std::max(1, json_line(text, path))};
  }
  Place in_scenario(const std::vector<std::string>& path) const {
    return in(files_.scenario_name, files_.scenario_text, path);
  }
  Place in_change(const std::vector<std::string>& path) const {
    return in(files_.change_name, files_.change_text, path);
  }

  Place place_of(const Row& row) const {
    constexpr std::string_view kJob = "job ";
    if (row.operation.starts_with(kJob)) {
      return in_scenario({"load", "jobs", row.operation.substr(kJob.size())});
    }
    return in_scenario({"operations", row.operation});
  }

  void add_judged() {
    for (const Row& row : comparison_.rows) {
      if (row.gating == Gating::gating) add_row(row);
    }
    for (const LimitResult& limit : comparison_.limits) {
      if (limit.outcome == Outcome::met) continue;
      const bool broken = limit.outcome == Outcome::missed;
      add(broken ? Level::error : Level::warning,
          in_scenario({"limits", limit.operation, limit.metric}),
          fmt::format("{} limit {}", limit.operation, limit_outcome(limit)),
          limit_sentence(limit) + (limit.note.empty() ? "" : "; " + limit.note));
    }
    for (size_t i = 0; i < comparison_.expectations.size(); ++i) {
      const ExpectationResult& each = comparison_.expectations[i];
      if (each.outcome == Outcome::met) continue;
      add(each.outcome == Outcome::missed ? Level::error : Level::warning,
          in_change({"expect", std::to_string(i)}),
          fmt::format("{} expectation {}", each.operation, to_text(each.outcome)),
          expectation_sentence(each) + (each.note.empty() ? "" : "; " + each.note));
    }
  }

  void add_row(const Row& row) {
    const Style style{Colour::off, Characters::utf8};
    std::string message = metric_label(row) + ": " + figures_sentence(row, style);
    if (const std::string more = remarks(row, experiment_); !more.empty()) message += "; " + more;
    const std::string title =
        fmt::format("{} {}", row.operation, row.verdict ? to_text(*row.verdict) : "");
    if (row.verdict == Verdict::regressed || makes_invalid(row, comparison_)) {
      add(Level::error, place_of(row), title, message);
    } else if (row.verdict == Verdict::inconclusive) {
      add(Level::warning, place_of(row), title, message);
    } else if (row.verdict == Verdict::improved) {
      add(Level::notice, place_of(row), title, message);
    }
  }

  void add_rollback() {
    const RollbackStatus status = experiment_.rollback.status;
    if (status != RollbackStatus::failed && status != RollbackStatus::different) return;
    add(Level::error, in_change({"rollback"}), "rollback",
        fmt::format("{}: {}", rollback_words(status), experiment_.rollback.detail));
  }

  const Experiment& experiment_;
  const Comparison& comparison_;
  const AnnotatedFiles& files_;
  std::vector<Annotation> all_;
};

std::string line_of(const Annotation& annotation) {
  std::string properties;
  if (!annotation.place.file.empty()) {
    properties = fmt::format("file={},line={},", github_property(annotation.place.file),
                             annotation.place.line);
  }
  return fmt::format("::{} {}title={}::{}\n", word_of(annotation.level), properties,
                     github_property(annotation.title), github_message(annotation.message));
}

std::string escaped(std::string_view text, std::string_view meaning) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (meaning.find(c) != std::string_view::npos) {
      out += fmt::format("%{:02X}", byte);
    } else {
      out += byte < 0x20 || byte == 0x7f ? '?' : c;
    }
  }
  return out;
}

}  // namespace

std::string github_message(std::string_view text) {
  return escaped(text, "%\r\n");
}

std::string github_property(std::string_view text) {
  return escaped(text, "%\r\n:,");
}

std::string github_annotations(const Experiment& experiment, const AnnotatedFiles& files) {
  std::vector<Annotation> all = Annotations(experiment, files).all();
  if (all.size() > kMostAnnotations) {
    const size_t kept = kMostAnnotations - 1;
    const Annotation last{all[kept].level,
                          {},
                          "tare: more",
                          fmt::format("{} more annotations are left out; `tare show` has them all",
                                      all.size() - kept)};
    all.resize(kept);
    all.push_back(last);
  }
  std::string out;
  for (const Annotation& annotation : all) out += line_of(annotation);
  return out;
}

}  // namespace tare
