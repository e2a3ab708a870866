// The words of an expression that PostgreSQL prints in a plan, which is not always SQL.
// Level: plans. Pure functions; safe from any thread.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tare {

struct PlanToken {
  enum class Kind {
    word,       // a name or keyword
    quoted,     // a name in quotes, with them
    literal,    // a text; its own text is "?"
    parameter,  // "$1"
    number,     // without a sign
    cast,       // "::timestamp(3) without time zone": always the whole type
    symbol      // a bracket, a comma, a dot or an operator
  };
  Kind kind = Kind::symbol;
  std::string text;
};

// Takes any text; what is never closed goes to its end.
std::vector<PlanToken> plan_tokens(std::string_view expression);

// The n of every $n in it, outside of texts and quoted names.
std::set<int> parameters_in(std::string_view expression);

}  // namespace tare
