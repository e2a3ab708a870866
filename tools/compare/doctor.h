// Judges what `tare doctor` found: rows with a status, four answers, an exit code.
// Level: compare. Pure functions; safe from any thread. JSON: results/doctor.schema.json.
#pragma once

#include <string>
#include <vector>

#include "tools/compare/doctor_facts.h"

namespace tare {

// What a row asks for: nothing; to be known; to be mended before figures are trusted; at once.
enum class Health { ok, note, warning, bad };

enum class FigureUnit { nanoseconds, seconds, share, count, bytes };

struct Figure {
  std::string name;  // "median"; may be empty when there is one only
  double value = 0;
  FigureUnit unit = FigureUnit::count;

  friend bool operator==(const Figure&, const Figure&) = default;
};

// Which of the four questions a row helps to answer.
enum class Question { none, up, slow, failing, changed };

struct DoctorRow {
  std::string name;  // "postgres.round_trip": area and check
  Question question = Question::none;
  Health status = Health::ok;
  std::string found;            // in words; empty: the figures say it
  std::vector<Figure> figures;  // what was measured
  std::string advice;           // what to do; empty: nothing

  friend bool operator==(const DoctorRow&, const DoctorRow&) = default;
};

struct DoctorAnswer {
  Question question = Question::up;
  Health status = Health::ok;
  std::string answer;           // "yes", "no", "partly", "unknown"
  std::vector<size_t> because;  // the rows that say so

  friend bool operator==(const DoctorAnswer&, const DoctorAnswer&) = default;
};

struct Diagnosis {
  std::string started_at;
  std::string target;                 // "PostgreSQL postgresql://... (from ...), Redis ..."
  std::vector<DoctorAnswer> answers;  // up, slow, failing, changed
  std::vector<DoctorRow> rows;
  int exit_code = 0;

  friend bool operator==(const Diagnosis&, const Diagnosis&) = default;
};

// Exit code: the first that applies of 3 a server is away or lets nobody in, 1 something is bad,
// 2 there are warnings, else 0.
Diagnosis diagnose(const DoctorFacts& facts);

// The parts, each with its own tests.
std::vector<DoctorRow> judge_machine(const MachineFacts& facts);
std::vector<DoctorRow> judge_postgres(const PostgresFacts& facts);
std::vector<DoctorRow> judge_redis(const RedisFacts& facts);
std::vector<DoctorRow> judge_last_result(const DoctorFacts& facts);
std::vector<DoctorRow> judge_changes(const DoctorFacts& facts);

std::string to_text(Health status);      // "ok", "note", "warning", "bad"
std::string to_text(Question question);  // "up", "slow", "failing", "changed"
std::string to_text(FigureUnit unit);    // "ns", "s", "share", "count", "bytes"

// Throws std::invalid_argument naming the field when a number is NaN or infinite.
std::string diagnosis_to_json(const Diagnosis& diagnosis);

}  // namespace tare
