// Texts with draws in them: "site:post:{post_id}". "{{" and "}}" stand for the braces themselves.
// Level: model. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tare {

struct TextPiece {
  std::string literal;  // used when `draw` is empty
  std::string draw;     // name of a draw
};

struct SplitText {
  std::vector<TextPiece> pieces;
  std::string problem;  // what is wrong with the braces, and what to write; empty: nothing
};

SplitText split_template(std::string_view text);

// Whether `key` can be made from the template, where the draws named in `integer_draws` stand for
// digits with or without a sign, and others for any text but the empty one.
bool template_makes(const std::vector<TextPiece>& pieces, std::string_view key,
                    const std::vector<std::string>& integer_draws);

// Whether the Redis pattern (KEYS, SCAN) may match a key that begins with the template's literal
// text: both agree up to the first place where either is open.
bool pattern_may_meet(std::string_view pattern, const std::vector<TextPiece>& pieces);

}  // namespace tare
