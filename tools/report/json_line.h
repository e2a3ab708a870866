// Where something stands in a file that a person wrote: JSON with comments.
// Level: report. A pure function; safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tare {

// The line, from 1, of the field or list item that `path` leads to ({"expect", "0", "metric"}), or
// of the deepest one on the way there that exists; 0 when there is none. Text that is no JSON gives
// some line or 0.
int json_line(std::string_view text, const std::vector<std::string>& path);

}  // namespace tare
