// The figures of a row of the comparison as people read them, for every report.
// Level: report. Pure functions; safe from any thread.
#pragma once

#include <optional>
#include <string>

#include "tools/compare/experiment_file.h"
#include "tools/report/cells.h"
#include "tools/report/style.h"

namespace tare {

// "response tm95, hit".
std::string metric_label(const Row& row);

// Of Row::baseline or contender, in the row's unit: "38.6 ms", "91.2 %"; "-" for none.
std::string value_text(const Row& row, std::optional<double> value);

// "-98.5 % (-98.7…-98.3)", "-99.0 % (counted)"; "-" for none.
std::string change_text(const Row& row, const Style& style);

// "5 %", "0.1 pp".
std::string margin_text(const Row& row);

// The smallest worsening that the row would have shown: "2.3 %"; "" when it is not known.
std::string detectable_text(const Row& row);

// "about 8 more pairs (4 min) would settle it", from the time that a pair has taken; "" when the
// row is settled or nobody knows.
std::string settle_words(const Row& row, const Experiment& experiment);

// "not worse", "not judged" without a verdict; how it is painted.
Cell verdict_word(const Row& row);

// With the margin: "not worse (3 %)"; in brackets for a shown row.
Cell verdict_cell(const Row& row);

// A shown row that a table for the terminal leaves out: a further quantile, a path or a
// single step that neither regressed nor improved.
bool is_detail(const Row& row);

// settle_words and the row's note in one line; often empty.
std::string remarks(const Row& row, const Experiment& experiment);

// For a person who sees nothing else: "28.9 ms to 31.2 ms, +8.0 % (+6.1…+9.9), margin 5 %".
std::string figures_sentence(const Row& row, const Style& style);

}  // namespace tare
