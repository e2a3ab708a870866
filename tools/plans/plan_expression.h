// What stands inside an expression that PostgreSQL prints in a plan.
// Level: plans. Pure functions; safe from any thread. normalized_expression() is in fingerprint.h.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace tare {

// The n of every $n in it, outside of texts and quoted names.
std::set<int> parameters_in(std::string_view expression);

}  // namespace tare
