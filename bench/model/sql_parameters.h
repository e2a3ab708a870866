// A statement taken apart at its parameters, so that values can be put in their places.
// Level: model. A pure function; safe from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tare {

// "SELECT a FROM t WHERE b = $1 AND c = $2": three texts around two parameters.
struct SqlPieces {
  std::vector<std::string> texts;  // one more than there are parameters
  std::vector<size_t> parameters;  // the n of each $n, from 1, in the order of the statement

  friend bool operator==(const SqlPieces&, const SqlPieces&) = default;
};

// Finds each $n that is a parameter: not one inside a string, a quoted or plain identifier, a
// dollar quote or a comment. A string or comment that never ends reaches to the end, as the server
// will say.
SqlPieces split_at_parameters(std::string_view sql);

}  // namespace tare
