#include "tools/report/doctor_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "tools/report/cells.h"

namespace tare {
namespace {

constexpr size_t kColumns = 52;  // of the last column: rows are then about 100 wide

std::string bytes_cell(double bytes) {
  constexpr std::array<const char*, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  size_t unit = 0;
  while (bytes >= 1023.5 && unit + 1 < kUnits.size()) {
    bytes /= 1024;
    ++unit;
  }
  return three_digits(bytes) + " " + kUnits[unit];
}

std::string figure_text(const Figure& figure) {
  std::string value;
  switch (figure.unit) {
    case FigureUnit::nanoseconds:
      value = time_cell(figure.value);
      break;
    case FigureUnit::seconds:
      value = figure.value < 1 ? time_cell(figure.value * 1e9) : duration_cell(figure.value);
      break;
    case FigureUnit::share:
      value = share_cell(figure.value);
      break;
    case FigureUnit::bytes:
      value = bytes_cell(figure.value);
      break;
    case FigureUnit::count: {
      const bool whole = figure.value == std::floor(figure.value);
      value = whole ? count_cell(int64_t(figure.value)) : three_digits(figure.value);
      break;
    }
  }
  return figure.name.empty() ? value : figure.name + " " + value;
}

std::string measured(const DoctorRow& row) {
  std::string text = row.found;
  for (size_t i = 0; i < row.figures.size(); ++i) {
    // "used 1 of 100", else "median 20 us, p99 30 us"
    if (i > 0 && row.figures[i].name != "of") text += ",";
    text += (text.empty() ? "" : " ") + figure_text(row.figures[i]);
  }
  return text;
}

Paint paint_of(Health status) {
  switch (status) {
    case Health::ok:
      return Paint::good;
    case Health::note:
      return Paint::plain;
    case Health::warning:
      return Paint::doubtful;
    case Health::bad:
      return Paint::bad;
  }
  return Paint::bad;
}

const char* question_words(Question question) {
  switch (question) {
    case Question::up:
      return "Is it up?";
    case Question::slow:
      return "Is it slow?";
    case Question::failing:
      return "Are jobs or requests failing?";
    default:
      return "Did anything change since the last promoted baseline?";
  }
}

// "postgres.round_trip" -> {"postgres", "round_trip"}
std::pair<std::string, std::string> area_and_check(const std::string& name) {
  const size_t dot = name.find('.');
  if (dot == std::string::npos) return {name, ""};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

std::string reason(const DoctorRow& row) {
  const auto [area, check] = area_and_check(row.name);
  // Where the finding names itself ("PostgreSQL 15.14", "no promoted baseline") the name is noise.
  if (row.question == Question::up || check == "none" || check == "round_trip")
    return measured(row);
  return fmt::format("{} {}: {}", area, check, measured(row));
}

}  // namespace

std::string doctor_table(const Diagnosis& diagnosis, const Style& style) {
  constexpr Align left = Align::left;
  std::vector<std::vector<Cell>> answers;
  for (const DoctorAnswer& answer : diagnosis.answers) {
    std::vector<std::string> reasons;
    for (const size_t row : answer.because) reasons.push_back(reason(diagnosis.rows.at(row)));
    answers.push_back({{question_words(answer.question)},
                       {answer.answer, paint_of(answer.status)},
                       {harmless(fmt::format("{}", fmt::join(reasons, "; ")))}});
  }
  std::string out = aligned(answers, {left, left, left}, style);
  out += "\n" + harmless("servers: " + diagnosis.target) + "\n\n";
  std::vector<std::vector<Cell>> rows;
  std::string last_area;
  int warnings = 0, bad = 0;
  for (const DoctorRow& row : diagnosis.rows) {
    const auto [area, check] = area_and_check(row.name);
    const auto found = wrapped(harmless(measured(row)), kColumns);
    rows.push_back({{area == last_area ? "" : area, Paint::bold},
                    {harmless(check)},
                    {to_text(row.status), paint_of(row.status)},
                    {found[0]}});
    for (size_t i = 1; i < found.size(); ++i) rows.push_back({{""}, {""}, {""}, {found[i]}});
    last_area = area;
    const auto advice = wrapped(harmless(row.advice), kColumns);
    for (size_t i = 0; i < advice.size() && !row.advice.empty(); ++i) {
      rows.push_back({{""}, {""}, {""}, {(i == 0 ? "-> " : "   ") + advice[i], Paint::dim}});
    }
    warnings += row.status == Health::warning;
    bad += row.status == Health::bad;
  }
  out += aligned(rows, {left, left, left, left}, style);
  out += fmt::format("\n{} bad, {} {}. (exit code {})\n", bad, warnings,
                     warnings == 1 ? "warning" : "warnings", diagnosis.exit_code);
  return out;
}

}  // namespace tare
