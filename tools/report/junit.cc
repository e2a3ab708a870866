#include "tools/report/junit.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "tools/compare/experiment_verdict.h"
#include "tools/report/comparison_cells.h"
#include "tools/report/experiment_words.h"
#include "tools/report/words.h"
#include "tools/report/xml_text.h"

namespace tare {
namespace {

enum class State { passed, failed, broken, skipped };

struct TestCase {
  std::string group;  // the operation; empty: the experiment itself
  std::string name;
  State state = State::passed;
  std::string kind;     // "regressed", "missed" ...
  std::string message;  // why it did not pass
  std::vector<std::pair<std::string, std::string>> properties;
};

void add_figure(TestCase& test, const char* name, const std::optional<double>& value) {
  if (value) test.properties.emplace_back(name, fmt::format("{}", *value));
}

TestCase row_case(const Row& row, const Experiment& experiment) {
  TestCase test{row.operation, metric_label(row), State::passed, "", "", {}};
  const Style style{Colour::off, Characters::utf8};
  const std::string verdict = row.verdict ? to_text(*row.verdict) : "";
  test.properties = {{"metric", row.metric}, {"verdict", verdict}};
  if (!row.path.empty()) test.properties.emplace_back("path", row.path);
  add_figure(test, "baseline", row.baseline);
  add_figure(test, "contender", row.contender);
  test.properties.emplace_back("unit", to_text(row.unit));
  add_figure(test, "change", row.change);
  add_figure(test, "low", row.low);
  add_figure(test, "high", row.high);
  add_figure(test, "margin", row.margin);
  add_figure(test, "p_value", row.p_value);
  add_figure(test, "detectable_change", row.detectable_change);
  test.properties.emplace_back("pairs", std::to_string(row.pairs));
  test.kind = verdict;
  test.message = fmt::format("{}: {}", verdict, figures_sentence(row, style));
  if (const std::string more = remarks(row, experiment); !more.empty()) test.message += "; " + more;
  if (row.verdict == Verdict::regressed) test.state = State::failed;
  if (row.verdict == Verdict::inconclusive) test.state = State::skipped;
  if (row.verdict == Verdict::invalid) {
    test.state = makes_invalid(row, experiment.comparison) ? State::broken : State::skipped;
  }
  return test;
}

State state_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::met:
      return State::passed;
    case Outcome::missed:
      return State::failed;
    case Outcome::inconclusive:
      break;
  }
  return State::skipped;
}

TestCase outcome_case(const std::string& group, const std::string& name, Outcome outcome,
                      const std::string& sentence, const std::string& note) {
  TestCase test{group, name, state_of(outcome), to_text(outcome), sentence, {}};
  test.properties = {{"outcome", to_text(outcome)}};
  test.message += ": " + to_text(outcome);
  if (!note.empty()) test.message += "; " + note;
  return test;
}

TestCase limit_case(const LimitResult& limit) {
  TestCase test = outcome_case(limit.operation, "limit: " + metric_words(limit.metric),
                               limit.outcome, limit_sentence(limit), limit.note);
  add_figure(test, "limit", limit.limit);
  add_figure(test, "measured", limit.measured);
  return test;
}

TestCase expectation_case(const ExpectationResult& expectation) {
  const std::string sentence = expectation_sentence(expectation);
  TestCase test = outcome_case(
      expectation.operation,
      fmt::format("expected: {} {}", metric_words(expectation.metric),
                  expectation_words(expectation.metric, expectation.limit, expectation.bound)),
      expectation.outcome, sentence, expectation.note);
  add_figure(test, expectation.bound == Bound::at_most ? "at_most" : "at_least", expectation.limit);
  return test;
}

TestCase rollback_case(const Rollback& rollback) {
  TestCase test{"", "rollback", State::failed, "rollback", rollback_words(rollback.status), {}};
  if (rollback.status == RollbackStatus::equal) test.state = State::passed;
  if (rollback.status == RollbackStatus::not_done) test.state = State::skipped;
  if (!rollback.detail.empty()) test.message += ": " + rollback.detail;
  return test;
}

std::vector<TestCase> cases_of(const Experiment& experiment) {
  const Comparison& comparison = experiment.comparison;
  std::vector<TestCase> cases;
  for (const Row& row : comparison.rows) {
    if (row.gating == Gating::gating) cases.push_back(row_case(row, experiment));
  }
  for (const LimitResult& limit : comparison.limits) cases.push_back(limit_case(limit));
  for (const ExpectationResult& each : comparison.expectations) {
    cases.push_back(expectation_case(each));
  }
  TestCase valid{"", "the measurement is valid", State::passed, "invalid", "", {}};
  if (!comparison.invalid_reasons.empty()) {
    for (TestCase& test : cases) {
      test.state = State::skipped;
      test.message = "the experiment is invalid, so this is not judged";
    }
    valid.state = State::broken;
    for (const std::string& reason : comparison.invalid_reasons) {
      valid.message += (valid.message.empty() ? "" : "\n") + reason;
    }
  }
  cases.insert(cases.begin(), valid);
  cases.push_back(rollback_case(experiment.rollback));
  return cases;
}

// ---- writing ------------------------------------------------------------------------------

std::string properties_text(const std::vector<std::pair<std::string, std::string>>& properties,
                            const std::string& indent) {
  if (properties.empty()) return "";
  std::string out = indent + "<properties>\n";
  for (const auto& [name, value] : properties) {
    out += fmt::format("{}  <property name=\"{}\" value=\"{}\"/>\n", indent, xml_text(name),
                       xml_text(value));
  }
  return out + indent + "</properties>\n";
}

std::string case_text(const TestCase& test, const std::string& scenario) {
  std::string group = "tare." + scenario;
  if (!test.group.empty()) group += "." + test.group;
  std::string out = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"0\">\n",
                                xml_text(group), xml_text(test.name));
  out += properties_text(test.properties, "      ");
  const std::string message = xml_text(test.message), kind = xml_text(test.kind);
  switch (test.state) {
    case State::passed:
      break;
    case State::failed:
      out += fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n", kind, message,
                         message);
      break;
    case State::broken:
      out += fmt::format("      <error type=\"{}\" message=\"{}\">{}</error>\n", kind, message,
                         message);
      break;
    case State::skipped:
      out += fmt::format("      <skipped message=\"{}\"/>\n", message);
      break;
  }
  return out + "    </testcase>\n";
}

}  // namespace

std::string experiment_junit(const Experiment& experiment) {
  const std::vector<TestCase> cases = cases_of(experiment);
  const auto count = [&cases](State state) {
    return std::count_if(cases.begin(), cases.end(),
                         [state](const TestCase& test) { return test.state == state; });
  };
  const std::string counts =
      fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3f}\"", cases.size(),
                  count(State::failed), count(State::broken), experiment.duration_s);
  std::string suite = "tare: " + experiment.scenario;
  if (!experiment.change.empty()) suite += ", " + experiment.change;
  // JUnit's times have no zone.
  std::string started = experiment.started_at;
  if (started.ends_with("Z")) started.pop_back();
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites name=\"tare\" {}>\n", counts);
  out += fmt::format("  <testsuite name=\"{}\" timestamp=\"{}\" {} skipped=\"{}\">\n",
                     xml_text(suite), xml_text(started), counts, count(State::skipped));
  out += properties_text({{"scenario", experiment.scenario},
                          {"change", experiment.change},
                          {"owner", experiment.owner},
                          {"pairs", std::to_string(experiment.comparison.pairs)},
                          {"verdict", overall_verdict(experiment)},
                          {"exit_code", std::to_string(experiment.exit_code)},
                          {"sentence", verdict_sentence(experiment)}},
                         "    ");
  for (const TestCase& test : cases) out += case_text(test, experiment.scenario);
  return out + "  </testsuite>\n</testsuites>\n";
}

}  // namespace tare
