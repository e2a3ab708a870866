// The diagnosis as JSON; its schema is results/doctor.schema.json.
#include <nlohmann/json.hpp>

#include "bench/model/result_file_schema.h"
#include "embedded/doctor_schema.h"
#include "tools/compare/doctor.h"

namespace tare {
namespace {

using nlohmann::ordered_json;

ordered_json written(const DoctorRow& row) {
  ordered_json figures = ordered_json::array();
  for (const Figure& figure : row.figures) {
    figures.push_back(
        {{"name", figure.name}, {"value", figure.value}, {"unit", to_text(figure.unit)}});
  }
  ordered_json out;
  out["name"] = row.name;
  out["question"] = to_text(row.question);
  out["status"] = to_text(row.status);
  out["found"] = row.found;
  out["figures"] = figures;
  out["advice"] = row.advice;
  return out;
}

}  // namespace

std::string diagnosis_to_json(const Diagnosis& diagnosis) {
  ordered_json answers = ordered_json::object();
  for (const DoctorAnswer& answer : diagnosis.answers) {
    ordered_json because = ordered_json::array();
    for (const size_t row : answer.because) because.push_back(diagnosis.rows.at(row).name);
    answers[to_text(answer.question)] = {
        {"answer", answer.answer}, {"status", to_text(answer.status)}, {"because", because}};
  }
  ordered_json rows = ordered_json::array();
  for (const DoctorRow& row : diagnosis.rows) rows.push_back(written(row));
  ordered_json out;
  out["schema_version"] = 1;
  out["started_at"] = diagnosis.started_at;
  out["target"] = diagnosis.target;
  out["exit_code"] = diagnosis.exit_code;
  out["answers"] = answers;
  out["rows"] = rows;
  std::string text = out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  require_writable(text, embedded::doctor_schema, "the diagnosis");
  return text;
}

}  // namespace tare
