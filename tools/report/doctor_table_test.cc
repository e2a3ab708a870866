#include "tools/report/doctor_table.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

Diagnosis diagnosis() {
  Diagnosis out;
  out.started_at = "2026-01-01T00:00:00Z";
  out.target = "postgresql://me@db:5432/shop (from --postgres)";
  out.rows = {
      {"postgres.server", Question::up, Health::ok, "PostgreSQL 15.14", {}, ""},
      {"postgres.round_trip",
       Question::slow,
       Health::ok,
       "SELECT 1",
       {{"median", 45e3, FigureUnit::nanoseconds}, {"p99", 9.1e4, FigureUnit::nanoseconds}},
       ""},
      {"postgres.connections",
       Question::slow,
       Health::warning,
       "",
       {{"used", 90, FigureUnit::count}, {"of", 1000, FigureUnit::count}},
       "close some"},
      {"result.view",
       Question::failing,
       Health::bad,
       "failed",
       {{"", 0.05, FigureUnit::share}},
       "the first error: \x1b[2J"},
      {"baseline.none", Question::changed, Health::note, "no promoted baseline", {}, "promote"},
      {"machine.memory",
       Question::none,
       Health::ok,
       "",
       {{"available", 3.0 * 1024 * 1024 * 1024, FigureUnit::bytes}},
       ""},
      {"machine.age", Question::none, Health::ok, "", {{"", 90, FigureUnit::seconds}}, ""}};
  out.answers = {{Question::up, Health::ok, "yes", {0}},
                 {Question::slow, Health::warning, "perhaps", {2}},
                 {Question::failing, Health::bad, "yes", {3}},
                 {Question::changed, Health::note, "unknown", {4}}};
  out.exit_code = 1;
  return out;
}

TEST(DoctorTable, AnswersFirstThenRows) {
  EXPECT_EQ(
      doctor_table(diagnosis(), Style()),
      "Is it up?                                              yes      PostgreSQL 15.14\n"
      "Is it slow?                                            perhaps  postgres connections: "
      "used 90 of 1,000\n"
      "Are jobs or requests failing?                          yes      result view: failed 5.00 %\n"
      "Did anything change since the last promoted baseline?  unknown  no promoted baseline\n"
      "\n"
      "servers: postgresql://me@db:5432/shop (from --postgres)\n"
      "\n"
      "postgres  server       ok       PostgreSQL 15.14\n"
      "          round_trip   ok       SELECT 1 median 45.0 us, p99 91.0 us\n"
      "          connections  warning  used 90 of 1,000\n"
      "                                -> close some\n"
      "result    view         bad      failed 5.00 %\n"
      "                                -> the first error: ?[2J\n"
      "baseline  none         note     no promoted baseline\n"
      "                                -> promote\n"
      "machine   memory       ok       available 3.00 GiB\n"
      "          age          ok       1:30\n"
      "\n"
      "1 bad, 1 warning. (exit code 1)\n");
}

TEST(DoctorTable, LongTextsAreBroken) {
  Diagnosis one;
  std::string words;
  for (int i = 0; i < 30; ++i) words += "words ";
  one.rows = {{"a.b", Question::none, Health::note, words + "end", {}, words + "stop"}};
  const std::string text = doctor_table(one, Style());
  size_t start = 0;
  for (size_t end; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
    EXPECT_LE(end - start, 100u) << text.substr(start, end - start);
  }
  EXPECT_NE(text.find("         -> words"), std::string::npos) << text;
  EXPECT_NE(text.find("            words"), std::string::npos) << text;
}

TEST(DoctorTable, PaintsOnlyWhenAsked) {
  EXPECT_EQ(doctor_table(diagnosis(), Style()).find('\x1b'), std::string::npos);
  EXPECT_NE(doctor_table(diagnosis(), {Colour::on, Characters::utf8}).find("\x1b[31mbad\x1b[0m"),
            std::string::npos);
}

}  // namespace
}  // namespace tare
