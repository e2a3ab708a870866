#include "tools/compare/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tools/compare/doctor_parts.h"

namespace tare {
namespace {

constexpr int kWell = 0, kBad = 1, kWarnings = 2, kAway = 3;

// A trivial question over a local network takes well under a millisecond; from 5 ms on the way
// costs more than most queries, and at 100 ms people notice each question.
constexpr double kRoundTripWarning_ns = 5e6, kRoundTripBad_ns = 100e6;
// One in a hundred this late although nothing is asked of the server: it stalls.
constexpr double kRoundTripTail_ns = 50e6;

constexpr size_t kMostReasons = 3;
constexpr size_t kMostReasonsWhenWell = 2;

void append(DoctorRows& rows, DoctorRows more) {
  rows.insert(rows.end(), std::make_move_iterator(more.begin()),
              std::make_move_iterator(more.end()));
}

DoctorRows exposure_of_secrets(const DoctorFacts& facts) {
  DoctorRows rows;
  for (const std::string& warning : facts.warnings) {
    rows.push_back({"secrets.command_line", Question::none, Health::warning, warning, {}, ""});
  }
  for (const std::string& name : facts.secret_variables) {
    rows.push_back({"secrets." + name,
                    Question::none,
                    Health::note,
                    "holds a password",
                    {},
                    "every program started from here inherits it; a .pgpass file (mode 600) or a "
                    "secret store does not"});
  }
  return rows;
}

std::string answer_word(Question question, Health status) {
  const bool trouble = status >= Health::warning;
  switch (question) {
    case Question::up:
      return trouble ? "no" : "yes";
    case Question::slow:
      return status == Health::bad ? "yes" : trouble ? "perhaps" : "no";
    default:
      return trouble ? "yes" : "no";
  }
}

// What a person asks first when all is well.
bool is_headline(const DoctorRow& row) {
  return row.name.ends_with(".round_trip") || row.name.starts_with("result.");
}

DoctorAnswer answer(Question question, const DoctorRows& rows) {
  DoctorAnswer out{question, Health::ok, "", {}};
  std::vector<size_t> asked;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].question != question) continue;
    asked.push_back(i);
    out.status = std::max(out.status, rows[i].status);
  }
  const bool well = out.status < Health::warning;
  std::vector<size_t> reasons = asked;
  if (well) {
    std::stable_partition(reasons.begin(), reasons.end(),
                          [&](size_t i) { return is_headline(rows[i]); });
  } else {
    std::erase_if(reasons, [&](size_t i) { return rows[i].status != out.status; });
  }
  reasons.resize(std::min(reasons.size(), well ? kMostReasonsWhenWell : kMostReasons));
  out.because = reasons;
  out.answer = answer_word(question, out.status);
  if (asked.empty()) out.answer = "unknown";
  const bool no_baseline =
      question == Question::changed && asked.size() == 1 && rows[asked[0]].name == "baseline.none";
  if (no_baseline) out.answer = "unknown";
  if (question == Question::up && out.status == Health::bad) {
    const bool some = std::any_of(asked.begin(), asked.end(),
                                  [&](size_t i) { return rows[i].status < Health::warning; });
    if (some) out.answer = "partly";
  }
  return out;
}

std::string target_text(const DoctorFacts& facts) {
  std::string text;
  if (facts.postgres) text += fmt::format("{} ({})", facts.postgres->place, facts.postgres->source);
  if (facts.redis) {
    text +=
        fmt::format("{}{} ({})", text.empty() ? "" : ", ", facts.redis->place, facts.redis->source);
  }
  return text.empty() ? "no servers" : text;
}

int exit_code(const DoctorFacts& facts, const DoctorRows& rows) {
  const bool away = !facts.sandbox_problem.empty() ||
                    (facts.postgres && !facts.postgres->problem.empty()) ||
                    (facts.redis && !facts.redis->problem.empty());
  if (away) return kAway;
  Health worst = Health::ok;
  for (const DoctorRow& row : rows) worst = std::max(worst, row.status);
  if (worst == Health::bad) return kBad;
  return worst == Health::warning ? kWarnings : kWell;
}

}  // namespace

Spread spread_of(std::vector<double> times_ns) {
  Spread spread;
  if (times_ns.empty()) return spread;
  std::sort(times_ns.begin(), times_ns.end());
  const size_t count = times_ns.size();
  spread.count = int64_t(count);
  spread.median_ns = times_ns[count / 2];
  spread.p99_ns = times_ns[std::min(count - 1, count * 99 / 100)];
  spread.worst_ns = times_ns.back();
  spread.mean_ns = std::accumulate(times_ns.begin(), times_ns.end(), 0.0) / double(count);
  double squares = 0;
  for (const double time : times_ns) squares += std::pow(time - spread.mean_ns, 2);
  spread.deviation_ns = count > 1 ? std::sqrt(squares / double(count - 1)) : 0;
  return spread;
}

DoctorRow counter_row(const std::string& name, const Counter& counter, Health when_growing,
                      const std::string& advice) {
  Health status = counter.total > 0 ? Health::note : Health::ok;
  if (counter.grown > 0) status = when_growing;
  return {name,
          Question::failing,
          status,
          "",
          {{"since counting began", double(counter.total), FigureUnit::count},
           {"meanwhile", double(counter.grown), FigureUnit::count}},
          status == Health::ok ? "" : advice};
}

DoctorRow round_trip_row(const std::string& name, const std::string& question,
                         const Spread& round_trip) {
  Health status =
      by_limits(round_trip.median_ns, kRoundTripWarning_ns, kRoundTripWarning_ns, kRoundTripBad_ns);
  std::string advice = "the way there costs more than most queries: run tare nearer to the server";
  if (status == Health::ok && round_trip.p99_ns > kRoundTripTail_ns) {
    status = Health::warning;
    advice = "it stalls although nothing is asked of it: look for other work on its machine";
  }
  return {name,
          Question::slow,
          status,
          question,
          median_and_p99(round_trip),
          status == Health::ok ? "" : advice};
}

Diagnosis diagnose(const DoctorFacts& facts) {
  Diagnosis out;
  out.started_at = facts.started_at;
  out.target = target_text(facts);
  if (!facts.sandbox_problem.empty()) {
    out.rows.push_back({"sandbox.start", Question::up, Health::bad, facts.sandbox_problem, {}, ""});
  }
  if (facts.postgres) append(out.rows, judge_postgres(*facts.postgres));
  if (facts.redis) append(out.rows, judge_redis(*facts.redis));
  append(out.rows, judge_last_result(facts));
  append(out.rows, judge_changes(facts));
  append(out.rows, exposure_of_secrets(facts));
  append(out.rows, judge_machine(facts.machine));
  for (const Question question :
       {Question::up, Question::slow, Question::failing, Question::changed}) {
    out.answers.push_back(answer(question, out.rows));
  }
  out.exit_code = exit_code(facts, out.rows);
  return out;
}

std::string to_text(Health status) {
  switch (status) {
    case Health::ok:
      return "ok";
    case Health::note:
      return "note";
    case Health::warning:
      return "warning";
    case Health::bad:
      return "bad";
  }
  return "bad";
}

std::string to_text(Question question) {
  switch (question) {
    case Question::none:
      return "none";
    case Question::up:
      return "up";
    case Question::slow:
      return "slow";
    case Question::failing:
      return "failing";
    case Question::changed:
      return "changed";
  }
  return "none";
}

std::string to_text(FigureUnit unit) {
  switch (unit) {
    case FigureUnit::nanoseconds:
      return "ns";
    case FigureUnit::seconds:
      return "s";
    case FigureUnit::share:
      return "share";
    case FigureUnit::count:
      return "count";
    case FigureUnit::bytes:
      return "bytes";
  }
  return "count";
}

}  // namespace tare
