// Markdown made of texts that other people wrote: names, notes and server messages cannot end a
// table cell, begin an element or a link. Level: report. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/compare/experiment_file.h"

namespace tare {

// One line for a paragraph, a list item or a table cell. Bytes that are not UTF-8 stay.
std::string markdown_text(std::string_view text);

// A table of these rows with their margins, verdicts and notes; ends with a line break.
std::string markdown_rows(const std::vector<Row>& rows, const Experiment& experiment);

}  // namespace tare
